package rvp

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

var statusTests = []struct {
	name, answer string
	status       int
}{
	{"Exchange's clients", "HTTP/1.1 200 Successful\r\nContent-Length: 3\r\n\r\nyes", 200},
	{"neither length nor end (facts 9.4)", "HTTP/1.1 200 Text\r\n\r\n\n", 200},
	{"empty reason (facts 9.5)", "HTTP/1.1 500 \r\n\r\n", 500},
	{"no reason", "HTTP/1.1 500\r\n\r\n", 500},
	{"bare LF (RVP-006)", "HTTP/1.1 200 Change Notification Accepted\n\n", 200},
	{"no reason, bare LF", "HTTP/1.1 204\n", 204},
	{"HTTP/1.0", "HTTP/1.0 200 OK\r\n", 200},
	{"no final LF", "HTTP/1.1 200", 200},
	{"no final LF after the reason", "HTTP/1.1 403 no", 403},
	{"empty lines before", "\r\n\n\r\nHTTP/1.1 200 OK\r\n", 200},
	{"more spaces", "HTTP/1.1  200  OK\r\n", 200},
	{"lower case", "http/1.1 200 ok\r\n", 200},
	{"reason of 1 MiB", "HTTP/1.1 200 " + strings.Repeat("x", 1<<20), 200},
	{"after 100", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", 200},
	{"after 102 with fields, bare LF", "HTTP/1.1 102 Wait\nA: b\n\nHTTP/1.1 500 No\n", 500},
	{"after several", strings.Repeat("HTTP/1.1 100 \r\n\r\n", 900) + "HTTP/1.1 200 OK\r\n", 200},

	{"nothing", "", 0},
	{"empty lines only", "\r\n\r\n", 0},
	{"only 100", "HTTP/1.1 100 Continue\r\n\r\n", 0},
	{"100 without end", "HTTP/1.1 100 Continue\r\nA: b\r\n", 0},
	{"100 without end, long", "HTTP/1.1 100 Continue\r\nA: " + strings.Repeat("b", 5000), 0},
	{"always 100", strings.Repeat("HTTP/1.1 100 \r\n\r\n", 10000) + "HTTP/1.1 200 OK\r\n", 0},
	{"empty lines without end", strings.Repeat("\r\n", maxInterim), 0},
	{"HTTP/0.9", "<html>", 0},
	{"SMTP", "220 mail.example.test ESMTP\r\n", 0},
	{"two digits", "HTTP/1.1 20 OK\r\n", 0},
	{"four digits", "HTTP/1.1 2000 OK\r\n", 0},
	{"many digits", "HTTP/1.1 " + strings.Repeat("2", 10000), 0},
	{"letters", "HTTP/1.1 2x0 OK\r\n", 0},
	{"letter after it", "HTTP/1.1 200OK\r\n", 0},
	{"no space", "HTTP/1.1200 OK\r\n", 0},
	{"dots for spaces", "HTTP/1.1.200.Successful\r\n", 0},
	{"zero", "HTTP/1.1 000 OK\r\n", 0},
	{"version only", "HTTP/1.1\r\n", 0},
	{"cut in the name", "HTT", 0},
	{"cut in the code", "HTTP/1.1 20", 0},
	{"spaces without end", "HTTP/1.1 " + strings.Repeat(" ", 10000), 0},
}

func TestReadStatus(t *testing.T) {
	for _, test := range statusTests {
		t.Run(test.name, func(t *testing.T) {
			for _, r := range []io.Reader{
				strings.NewReader(test.answer),
				iotest.OneByteReader(strings.NewReader(test.answer)),
				iotest.DataErrReader(strings.NewReader(test.answer)),
			} {
				status, err := readStatus(r, make([]byte, 4096))
				require.Equal(t, test.status, status)
				require.Equal(t, test.status == 0, err != nil, "%v", err)
			}
		})
	}
}

// FuzzReadStatus checks of every answer that
//
//   - bounds: a status is from 200 to 999, and an error comes without one;
//   - pieces: it does not matter in which pieces the answer comes;
//   - limits: no more is read than maxInterim and one buffer.
func FuzzReadStatus(f *testing.F) {
	for _, test := range statusTests {
		if len(test.answer) < 1000 {
			f.Add(test.answer)
		}
	}
	f.Fuzz(func(t *testing.T, answer string) {
		counted := &countingReader{Reader: strings.NewReader(answer)}
		status, err := readStatus(counted, make([]byte, 4096))
		require.Equal(t, status == 0, err != nil, "bounds")
		require.True(t, status == 0 || status >= 200 && status <= 999, "bounds: %d", status)
		require.LessOrEqual(t, counted.n, maxInterim+8192, "limits")
		again, _ := readStatus(iotest.OneByteReader(strings.NewReader(answer)), make([]byte, 4096))
		require.Equal(t, status, again, "pieces")
	})
}

type countingReader struct {
	io.Reader
	n int
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n += n
	return n, err
}
