package smime

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// FuzzCanonical: every LF comes out after a CR and nothing else changes, in whatever pieces the octets come.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"", "\n", "\r\n", "a\nb\r\nc\rd\r\r\n\n", "\r", "\r\r\n"} {
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		var whole, pieces bytes.Buffer
		_, err := (&canonical{w: &whole}).Write([]byte(text))
		require.NoError(t, err)
		c := &canonical{w: &pieces}
		for b := []byte(text); len(b) > 0; {
			n := min(len(b), int(size)%7+1)
			_, err := c.Write(b[:n])
			require.NoError(t, err)
			b = b[n:]
		}
		want := strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
		require.Equal(t, want, whole.String())
		require.Equal(t, want, pieces.String())
	})
}

// FuzzSplit: the range that is reported holds the octets that were handed on; how the body comes in pieces makes no
// difference; a delimiter never is part of what was signed.
func FuzzSplit(f *testing.F) {
	f.Add("--b\r\nA: b\r\n\r\ntext\r\n--b\r\nC: d\r\n\r\nsig\r\n--b--\r\n")
	f.Add("x\n--b\n\n\n--b  \n\n--b--")
	f.Add("--b\r\n\r\r\n--b\r\n\r\n--bb\r\n")
	f.Add("--b\r\n" + strings.Repeat("y", 32<<10-6) + "\r\n--b\r\n\r\n--b--")
	f.Fuzz(func(t *testing.T, body string) {
		var w, again bytes.Buffer
		start, end, second, err := splitSigned(strings.NewReader(body), "b", &w, 1000)
		_, _, second2, err2 := splitSigned(iotest.OneByteReader(strings.NewReader(body)), "b", &again, 1000)
		require.Equal(t, err == nil, err2 == nil)
		if err != nil {
			return
		}
		require.Equal(t, body[start:end], w.String())
		require.Equal(t, w.String(), again.String())
		require.Equal(t, second, second2)
		require.LessOrEqual(t, len(second), 1000)
		require.NotContains(t, "\n"+w.String(), "\n--b")
	})
}

// A line end may fall on the end of the reader's buffer.
func TestSplitAtBuffer(t *testing.T) {
	for n := 32<<10 - 10; n < 32<<10+10; n++ {
		for _, eol := range []string{"\n", "\r\n", "\r\r\n", "\r"} {
			want := strings.Repeat("y", n) + eol + "z"
			var w bytes.Buffer
			_, _, _, err := splitSigned(strings.NewReader("--b\r\n"+want+"\r\n--b\r\n\r\n--b--"), "b", &w, 100)
			require.NoError(t, err)
			require.Equal(t, want, w.String())
		}
	}
}

func TestSplitLimits(t *testing.T) {
	for _, boundary := range []string{"", strings.Repeat("x", 71)} {
		_, _, _, err := splitSigned(strings.NewReader(""), boundary, io.Discard, 10)
		require.ErrorIs(t, err, ErrMalformed)
	}
	_, _, _, err := splitSigned(strings.NewReader("--b\r\n\r\n--b\r\n"+strings.Repeat("x", 100)+"\r\n--b--"), "b", io.Discard, 10)
	require.ErrorIs(t, err, ErrTooLarge)
}
