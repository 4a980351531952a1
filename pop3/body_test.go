package pop3

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// topOf is what TOP is to send, told from the whole message.
func topOf(message string, lines int) string {
	end := strings.Index(message, "\r\n\r\n")
	at := end + len("\r\n\r\n")
	switch {
	case strings.HasPrefix(message, "\r\n"):
		at = len("\r\n")
	case end < 0:
		return message
	}
	for range lines {
		i := strings.Index(message[at:], "\r\n")
		if i < 0 {
			return message
		}
		at += i + len("\r\n")
	}
	return message[:at]
}

func streamed(r io.Reader, top *topFilter) (string, error) {
	var b bytes.Buffer
	s := &stream{from: io.NopCloser(r), top: top}
	if err := s.begin(); err != nil {
		return "", err
	}
	_, err := s.WriteTo(&b)
	return b.String(), errors.Join(err, s.Close())
}

func TestTop(t *testing.T) {
	const message = "A: b\r\nC: d\r\n e\r\n\r\none\r\n\r\n.three\r\n"
	for lines, want := range map[int]string{
		0: "A: b\r\nC: d\r\n e\r\n\r\n",
		1: "A: b\r\nC: d\r\n e\r\n\r\none\r\n",
		2: "A: b\r\nC: d\r\n e\r\n\r\none\r\n\r\n",
		3: message,
		9: message,
	} {
		got, err := streamed(strings.NewReader(message), &topFilter{left: lines})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for message, want := range map[string]string{
		"":                    "",
		"\r\nbody\r\n":        "\r\n",
		"A: only\r\nB: b\r\n": "A: only\r\nB: b\r\n",
		"A: no end":           "A: no end",
	} {
		got, err := streamed(strings.NewReader(message), &topFilter{})
		require.NoError(t, err)
		require.Equal(t, want, got, "header of %q", message)
	}
}

// TOP reads no further than it has to.
func TestTopStops(t *testing.T) {
	r := io.MultiReader(strings.NewReader("A: b\r\n\r\n"), iotest.ErrReader(errors.New("read on")))
	got, err := streamed(r, &topFilter{})
	require.NoError(t, err)
	require.Equal(t, "A: b\r\n\r\n", got)
}

func TestStreamErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	long := strings.Repeat("A: b\r\n", pieceSize)
	s := &stream{from: io.NopCloser(io.MultiReader(strings.NewReader(long), iotest.ErrReader(broken)))}
	require.NoError(t, s.begin())
	_, err := s.WriteTo(io.Discard)
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, s.err, broken, "the Maildrop's fault")

	for _, text := range []string{"A: b\r\n", long} {
		s = &stream{from: io.NopCloser(strings.NewReader(text))}
		require.NoError(t, s.begin())
		_, err = s.WriteTo(brokenWriter{})
		require.ErrorIs(t, err, io.ErrClosedPipe)
		require.NoError(t, s.err, "not the Maildrop's fault")
	}

	s = &stream{from: io.NopCloser(io.MultiReader(strings.NewReader("A: b\r\n"), iotest.ErrReader(broken)))}
	require.ErrorIs(t, s.begin(), broken, "before anything is sent")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// A listing that is longer than a piece comes whole.
func TestLongListing(t *testing.T) {
	const length = 3 * pieceSize / 10
	l := &listing{length: length, format: func(b []byte, i int) []byte {
		return append(appendNumber(b, i), "12345678\r\n"...)
	}}
	var b bytes.Buffer
	n, err := l.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, int64(b.Len()), n)
	require.Equal(t, length, strings.Count(b.String(), " 12345678\r\n"))
}

// FuzzTop checks that TOP sends what a look at the whole message, mended, says it
// has to, however the message comes from the store.
func FuzzTop(f *testing.F) {
	f.Add("A: b\r\n\r\none\r\ntwo\r\n", 1)
	f.Add("\r\n\r\n\r\n", 0)
	f.Add("A: b\r\n", 5)
	f.Add("A\nB\r\rC\n\r\n\r", 1)
	f.Fuzz(func(t *testing.T, message string, lines int) {
		lines = max(lines, 0) % 100
		mend := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")
		want := topOf(mend.Replace(message), lines)
		for _, r := range []io.Reader{strings.NewReader(message), iotest.OneByteReader(strings.NewReader(message))} {
			if got, err := streamed(r, &topFilter{left: lines}); mend.Replace(got) != want || err != nil {
				t.Errorf("TOP %d of %q: %q, %v, want %q", lines, message, got, err, want)
			}
		}
	})
}
