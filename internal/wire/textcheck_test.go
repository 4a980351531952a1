package wire

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// naiveCheck is a TextChecker an octet at a time: it reports whether there is a
// flaw, and whether the last line lacks its CRLF.
func naiveCheck(s []byte, limit int) (flawed, lacks bool) {
	lines := strings.Split(string(s), "\r\n")
	for _, line := range lines {
		if strings.ContainsAny(line, "\r\n\x00") || limit > 0 && len(line) > limit {
			return true, false
		}
	}
	return false, lines[len(lines)-1] != ""
}

// FuzzTextChecker checks that a TextChecker finds what the naive one does,
// however the octets are cut.
func FuzzTextChecker(f *testing.F) {
	for _, s := range []string{"", "a", "a\r\n", "a\r", "\r\n", "\n", "a\rb", "\x00", "abcdef\r\nabcd", "a\r\nb", "\r\r\n", "abcd\r\n"} {
		f.Add([]byte(s), uint8(1), uint8(4))
		f.Add([]byte(s), uint8(3), uint8(0))
	}
	f.Fuzz(func(t *testing.T, s []byte, step, limit uint8) {
		flawed, lacks := naiveCheck(s, int(limit))
		c := TextChecker{Line: int(limit)}
		var err error
		for rest := s; err == nil && len(rest) > 0; {
			n := min(len(rest), int(step%8)+1)
			err = c.Check(rest[:n])
			rest = rest[n:]
		}
		got := false
		if err == nil {
			got, err = c.End()
		}
		require.Equal(t, flawed, err != nil, "%q: %v", s, err)
		if !flawed {
			require.Equal(t, lacks, got, "%q", s)
		}
	})
}

// Each flaw has its own error.
func TestTextCheckerErrors(t *testing.T) {
	for s, want := range map[string]error{"a\n": ErrBareLF, "a\rb": ErrBareCR, "a\x00": ErrNUL, "abcdef": ErrLineTooLong} {
		c := TextChecker{Line: 5}
		require.Equal(t, want, c.Check([]byte(s)), "%q", s)
	}
	c := new(TextChecker)
	require.NoError(t, c.Check([]byte("a\r")))
	_, err := c.End()
	require.Equal(t, ErrBareCR, err)
}

// Detach sends what is queued, and loses nothing of what has come.
func TestDetach(t *testing.T) {
	for _, rest := range []string{"", "and more"} {
		client, server := memnet.Pipe()
		c := New(server, Timeouts{})
		_, err := client.Write([]byte("line\r\n" + rest))
		require.NoError(t, err)
		_, err = c.ReadLine(100)
		require.NoError(t, err)
		_, err = c.WriteString("queued")
		require.NoError(t, err)
		nc, err := c.Detach()
		require.NoError(t, err)
		got := make([]byte, len(rest))
		_, err = io.ReadFull(nc, got)
		require.NoError(t, err)
		require.Equal(t, rest, string(got))
		require.NoError(t, nc.Close())
		sent, err := io.ReadAll(client)
		require.NoError(t, err)
		require.Equal(t, "queued", string(sent))
	}
}
