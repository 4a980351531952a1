package wire

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCountedReader(t *testing.T) {
	// Any octets may be in it, even what would end another body.
	const body = "a\r\n.\r\n\x00\r\n\xff\n"
	for _, n := range []int64{0, 1, 5, int64(len(body))} {
		splits(body[:n]+"NEXT\r\n", func(c *Conn, how string) {
			d := c.CountedReader(n)
			b, err := io.ReadAll(struct{ io.Reader }{d})
			require.NoError(t, err, how)
			require.Equal(t, body[:n], string(b), how)
			_, err = d.Read(make([]byte, 1))
			require.Equal(t, io.EOF, err, how)
			require.NoError(t, d.Drain())
			require.NoError(t, d.Drain())
			_, err = d.Read(make([]byte, 1))
			require.Equal(t, io.ErrClosedPipe, err)
			_, err = d.WriteTo(io.Discard)
			require.Equal(t, io.ErrClosedPipe, err)
			requireLine(t, c, "NEXT")
		})
	}
}

// TestCountedCut checks that a body that was cut short never looks whole.
func TestCountedCut(t *testing.T) {
	const body = "12345"
	for sent := range len(body) {
		for taken := range sent + 1 {
			d := play(body[:sent]).CountedReader(int64(len(body)))
			_, err := io.ReadFull(d, make([]byte, taken))
			require.NoError(t, err)
			b, err := io.ReadAll(d)
			require.Equal(t, io.ErrUnexpectedEOF, err)
			require.Equal(t, body[taken:sent], string(b))
			require.Equal(t, io.ErrUnexpectedEOF, d.Drain())
			require.Equal(t, io.ErrUnexpectedEOF, d.Drain())

			d = play(body[:sent]).CountedReader(int64(len(body)))
			n, err := d.WriteTo(io.Discard)
			require.Equal(t, io.ErrUnexpectedEOF, err)
			require.EqualValues(t, sent, n)

			d = play(body[:sent]).CountedReader(int64(len(body)))
			require.Equal(t, io.ErrUnexpectedEOF, d.Drain())
		}
	}
}

// TestCountedDrain drains after any part was read, and reads nothing more of
// it then.
func TestCountedDrain(t *testing.T) {
	for taken := range 6 {
		splits("12345NEXT\r\n", func(c *Conn, how string) {
			d := c.CountedReader(5)
			_, err := io.ReadFull(d, make([]byte, taken))
			require.NoError(t, err, how)
			require.NoError(t, d.Drain(), how)
			_, err = d.Read(make([]byte, 1))
			require.Equal(t, io.ErrClosedPipe, err, how)
			requireLine(t, c, "NEXT")
		})
	}
}

// TestCountedSizes tries sizes that a peer may claim.
func TestCountedSizes(t *testing.T) {
	for _, n := range []int64{-1, -1 << 63} {
		c := play("NEXT\r\n")
		b, err := io.ReadAll(c.CountedReader(n))
		require.NoError(t, err)
		require.Empty(t, b)
		requireLine(t, c, "NEXT")
	}
	d := play("12345").CountedReader(1<<63 - 1)
	_, err := io.Copy(io.Discard, d)
	require.Equal(t, io.ErrUnexpectedEOF, err)
}

// TestCountedMuch checks that the memory for a long body is bounded.
func TestCountedMuch(t *testing.T) {
	body := padding(1<<20 + 5)
	c := replay(append(body, "NEXT\r\n"...), []byte{255})
	p := tapeOf(c)
	p.in = [][]byte{bytes.Join(p.in, nil)}
	b, err := io.ReadAll(c.CountedReader(int64(len(body))))
	require.NoError(t, err)
	require.True(t, bytes.Equal(body, b))
	require.Equal(t, largeSize, p.widest)
	requireLine(t, c, "NEXT")
	require.EqualValues(t, len(body)+len("NEXT\r\n"), c.BytesRead())
}

// FuzzConversation checks that lines, counted and dot-stuffed bodies that
// follow each other are parted at the same places however the octets arrive.
// Each line says what comes after it: a digit is a counted body of so many
// octets, a dot a dot-stuffed one.
func FuzzConversation(f *testing.F) {
	f.Add([]byte("EHLO\r\n3\r\nabc.\r\n..x\r\n.\r\nQUIT\r\n"), []byte{0})
	f.Add([]byte("9\r\n1234"), []byte{2, 0})
	f.Add([]byte(".\r\na\n.\r\nb\r\n.\r\nQUIT\r\n"), []byte{1})
	f.Fuzz(func(t *testing.T, in, sizes []byte) {
		whole, pieces := transcript(replay(in, nil)), transcript(replay(in, sizes))
		if whole != pieces {
			t.Fatalf("chunking matters:\n%s\n%s", whole, pieces)
		}
	})
}

// transcript holds a conversation and returns what it was.
func transcript(c *Conn) string {
	var log strings.Builder
	note := func(what string, err error) {
		log.WriteString(what)
		if err != nil {
			log.WriteString(" " + err.Error())
		}
		log.WriteString("\n")
	}
	for {
		line, err := c.ReadLine(20)
		note(string(line), err)
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return log.String()
		case string(line) == ".":
			d := c.DotReader(BodyLimit{Size: 50, Line: 10})
			b, err := io.ReadAll(d)
			if err != nil {
				b = nil // how much of a body comes before its flaw may differ
			}
			note(string(b), err)
			note("drained", d.Drain())
		case len(line) == 1 && '0' <= line[0] && line[0] <= '9':
			b, err := io.ReadAll(c.CountedReader(int64(line[0] - '0')))
			note(string(b), err)
		}
	}
}
