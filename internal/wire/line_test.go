package wire

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadLine(t *testing.T) {
	type result struct {
		line string
		err  error
	}
	for _, tc := range []struct {
		name, in string
		limit    int
		want     []result
	}{
		{"nothing", "", 512, nil},
		{"one", "NOOP\r\n", 512, []result{{"NOOP", nil}}},
		{"empty", "\r\n\r\n", 512, []result{{"", nil}, {"", nil}}},
		{"pipelined", "a\r\nbc\r\n\r\ndef\r\n", 512, []result{{"a", nil}, {"bc", nil}, {"", nil}, {"def", nil}}},
		{"8-bit", "\xff\x80\r\n", 512, []result{{"\xff\x80", nil}}},
		{"cut short", "a\r\nNOO", 512, []result{{"a", nil}, {"", io.ErrUnexpectedEOF}}},
		{"cut short before LF", "NOOP\r", 512, []result{{"", io.ErrUnexpectedEOF}}},

		{"at the limit", "12345678\r\nb\r\n", 10, []result{{"12345678", nil}, {"b", nil}}},
		{"over the limit", "123456789\r\nb\r\n", 10, []result{{"", ErrLineTooLong}, {"b", nil}}},
		{"far over the limit", strings.Repeat("x", 99) + "\r\nb\r\n", 10, []result{{"", ErrLineTooLong}, {"b", nil}}},
		{"over the limit, cut short", strings.Repeat("x", 99), 10, []result{{"", io.ErrUnexpectedEOF}}},
		{"no room for more than CRLF", "\r\na\r\n\r\n", 2, []result{{"", nil}, {"", ErrLineTooLong}, {"", nil}}},
		{"no room at all", "a\r\n\r\n", -1, []result{{"", ErrLineTooLong}, {"", ErrLineTooLong}}},

		{"bare LF", "a\nb\r\n", 512, []result{{"", ErrBareLF}, {"b", nil}}},
		{"bare LF at the start", "\n", 512, []result{{"", ErrBareLF}}},
		// If it were ErrLineTooLong the caller would go on with what is behind.
		{"bare LF over the limit", strings.Repeat("x", 99) + "\nMAIL\r\n", 10, []result{{"", ErrBareLF}, {"MAIL", nil}}},
		{"bare LF just over the limit", "1234567890\nMAIL\r\n", 10, []result{{"", ErrBareLF}, {"MAIL", nil}}},
		{"bare CR", "a\rb\r\nc\r\n", 512, []result{{"a\rb", ErrBareCR}, {"c", nil}}},
		{"two CR", "a\r\r\nc\r\n", 512, []result{{"a\r", ErrBareCR}, {"c", nil}}},
		{"NUL", "a\x00b\r\nc\r\n", 512, []result{{"a\x00b", ErrNUL}, {"c", nil}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			splits(tc.in, func(c *Conn, how string) {
				for _, want := range tc.want {
					line, err := c.ReadLine(tc.limit)
					require.Equal(t, want.err, err, how)
					require.Equal(t, want.line, string(line), how)
				}
				if len(tc.want) == 0 || tc.want[len(tc.want)-1].err != io.ErrUnexpectedEOF {
					_, err := c.ReadLine(tc.limit)
					require.Equal(t, io.EOF, err, how)
				}
			})
		})
	}
}

// TestLongestLine reads lines about as long as the buffers.
func TestLongestLine(t *testing.T) {
	for _, n := range []int{smallSize - 1, smallSize, smallSize + 1, MaxLine - 1, MaxLine} {
		line := strings.Repeat("x", n-2)
		for _, before := range []string{"", "a\r\n"} {
			c := replay([]byte(before+line+"\r\nnext\r\n"), []byte{255})
			if before != "" {
				requireLine(t, c, "a")
			}
			requireLine(t, c, line)
			requireLine(t, c, "next")

			c = replay([]byte(before+line+"x\r\nnext\r\n"), []byte{255, 3})
			if before != "" {
				requireLine(t, c, "a")
			}
			_, err := c.ReadLine(n)
			require.Equal(t, ErrLineTooLong, err)
			requireLine(t, c, "next")
		}
	}
	c := play(strings.Repeat("x", MaxLine-1), "\r\nnext\r\n")
	_, err := c.ReadLine(2 * MaxLine)
	require.Equal(t, ErrLineTooLong, err, "a limit beyond MaxLine is MaxLine")
	requireLine(t, c, "next")
}

// TestEndlessLine checks that the memory for a line is bounded.
func TestEndlessLine(t *testing.T) {
	const piece = 10_000
	c := play()
	p := tapeOf(c)
	for range 1000 {
		p.in = append(p.in, bytes.Repeat([]byte("x"), piece))
	}
	p.in = append(p.in, []byte("\r\nnext\r\n"))
	p.onRead = func() {
		if c.in != nil {
			require.LessOrEqual(t, len(*c.in), largeSize)
		}
	}
	_, err := c.ReadLine(MaxLine)
	require.Equal(t, ErrLineTooLong, err)
	require.EqualValues(t, 1000*piece+len("\r\nnext\r\n"), c.BytesRead())
	requireLine(t, c, "next")
	require.LessOrEqual(t, p.widest, largeSize)
}

// TestLineTimeout checks that the time is for a line as a whole: octets now
// and then gain nothing.
func TestLineTimeout(t *testing.T) {
	const limit = 5 * time.Minute
	for name, every := range map[string]time.Duration{
		"silent":         24 * time.Hour,
		"trickling":      30 * time.Second,
		"trickling fast": 100 * time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := inMemory(t, Timeouts{Line: limit})
				var wg sync.WaitGroup
				defer wg.Wait()
				wg.Go(func() {
					for range limit / every {
						time.Sleep(every)
						send(t, peer, "x")
					}
				})
				start := time.Now()
				_, err := c.ReadLine(MaxLine)
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				require.Equal(t, limit, time.Since(start))
			})
		})
	}
}

// TestLineTimeoutStartsAnew checks that each line has the whole time, and that
// none is left armed where there is no limit.
func TestLineTimeoutStartsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := inMemory(t, Timeouts{Line: time.Minute})
		go func() {
			for range 10 {
				time.Sleep(59 * time.Second)
				send(t, peer, "NOOP\r\nNO")
				time.Sleep(59 * time.Second)
				send(t, peer, "OP\r\n")
			}
			time.Sleep(24 * time.Hour)
			send(t, peer, "QUIT\r\n")
		}()
		for range 20 {
			requireLine(t, c, "NOOP")
		}
		c.Timeouts.Line = 0
		requireLine(t, c, "QUIT")
	})
}

// FuzzReadLine checks that lines, flaws and the end are the same however the
// octets arrive, and those that a naive reading of the whole finds.
func FuzzReadLine(f *testing.F) {
	f.Add([]byte("EHLO x\r\nNOOP\r\n"), []byte{0}, uint16(10), uint32(0))
	f.Add([]byte("a\nb\r\n\r\rc\r\n\x00\r\n"), []byte{1, 0}, uint16(3), uint32(0))
	f.Add([]byte("12345678901\nMAIL\r\n"), []byte{}, uint16(4), uint32(4090))
	f.Add([]byte("\r\nnext\r\n"), []byte{200}, uint16(65535), uint32(65530))
	f.Fuzz(func(t *testing.T, in, sizes []byte, limit uint16, long uint32) {
		in = append(bytes.Repeat([]byte("x"), int(long%(MaxLine+100))), in...)
		c := replay(in, sizes)
		for {
			want, rest, wantErr := naiveLine(in, max(1, int(limit)))
			line, err := c.ReadLine(int(limit))
			if err != wantErr || string(line) != string(want) {
				t.Fatalf("%q, %v; want %q, %v", line, err, want, wantErr)
			}
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return
			}
			in = rest
		}
	})
}

// naiveLine cuts the first line off b.
func naiveLine(b []byte, limit int) (line, rest []byte, err error) {
	line, rest, ended := bytes.Cut(b, []byte("\n"))
	text, isLine := bytes.CutSuffix(line, []byte("\r"))
	switch {
	case !ended && len(b) == 0:
		return nil, nil, io.EOF
	case !ended:
		return nil, nil, io.ErrUnexpectedEOF
	case !isLine:
		return nil, rest, ErrBareLF
	case len(text)+2 > limit:
		return nil, rest, ErrLineTooLong
	case bytes.Contains(text, []byte("\r")):
		return text, rest, ErrBareCR
	case bytes.Contains(text, []byte("\x00")):
		return text, rest, ErrNUL
	}
	return text, rest, nil
}
