package pop3_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/wirepost/wirepost/pop3"
)

// FuzzClient checks that whatever a server says, the client does not panic, ends,
// sends nothing but command lines of its own making, hands on no message that the
// server did not send whole (all that it hands on is in what was sent, unstuffed,
// with CRLF.CRLF behind it), no bare CR, bare LF or NUL, and no text with
// controls; and that it deletes only what was read whole.
func FuzzClient(f *testing.F) {
	const login = "+OK <1@h>\r\n+OK\r\nUSER\r\nPIPELINING\r\n.\r\n+OK\r\n+OK\r\n"
	const list = "+OK\r\n1 6\r\n2 6\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n"
	f.Add([]byte(login + list + "+OK\r\nA: b\r\n.\r\n+OK\r\n..\r\n.\r\n+OK\r\n+OK\r\n+OK\r\n"))
	f.Add([]byte(login + list + "-ERR [UTF8] no\r\n+OK\r\nA:"))
	f.Add([]byte("+OK\r\n-ERR\r\n+OK\r\n+OK\r\n+OK\r\n1 6 x\r\n.\r\n-ERR\r\n+OK\r\n\n.\r\n.\r\n-ERR\r\n+OK\r\n"))
	f.Add([]byte("+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n+ \r\n+OK\r\n" + list))
	f.Add([]byte("-ERR [IN-USE] \x1b[31m\r\n"))
	f.Fuzz(func(t *testing.T, says []byte) {
		// What comes in pieces is as if each answer came when it was asked for.
		conn := &answers{octets: octets{in: bytes.NewReader(says)}}
		text := func(err error) {
			if err != nil && strings.ContainsFunc(err.Error(), unicode.IsControl) && !strings.Contains(err.Error(), "\n") {
				t.Errorf("controls in %q", err)
			}
		}
		o := inClear(pop3.Password("tim", "secret")...)
		o.Messages, o.MessageSize = 100, 1000
		c, err := pop3.NewClient(context.Background(), conn, o)
		text(err)
		if err != nil {
			return
		}
		whole := 0
		for m, err := range c.Messages(context.Background(), pop3.Fetch{}) {
			text(err)
			if m == nil || m.Body == nil {
				continue
			}
			b, err := io.ReadAll(m.Body)
			text(err)
			if bare := strings.ReplaceAll(string(b), "\r\n", ""); strings.ContainsAny(bare, "\r\n\x00") && err == nil {
				t.Errorf("handed on %q", b)
			}
			if err == nil {
				if !bytes.Contains(says, []byte("\r\n.\r\n")) {
					t.Errorf("%q is no whole message of %q", b, says)
				}
				whole++
			}
			if (m.Delete() == nil) != (err == nil) {
				t.Errorf("deleted after %v", err)
			}
		}
		text(c.Quit(context.Background()))
		sent := conn.out.String()
		for line := range strings.Lines(sent) {
			if !strings.HasSuffix(line, "\r\n") || len(line) > 255 {
				t.Errorf("sent %q", line)
			}
		}
		if n := strings.Count(sent, "DELE "); n > whole {
			t.Errorf("%d deleted of %d in %q", n, whole, sent)
		}
	})
}

// answers hands out one line at a time.
type answers struct{ octets }

func (a *answers) Read(p []byte) (n int, err error) {
	for n < len(p) && (n == 0 || p[n-1] != '\n') {
		m, err := a.in.Read(p[n : n+1])
		if m == 0 {
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		n += m
	}
	return n, nil
}

// FuzzParse checks that no parser of answers panics, that numbers are positive,
// sizes are not negative, names printable, that a timestamp is one to hash, and
// that what is parsed as a Reply is one line that parses to the same again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"+OK", "-ERR [IN-USE] x", "+OK [", "+OK [a]b", "1 2", " 1  2 x", "1 abc", "+ YWJj", "+", "+OK <1@h>", "POP <a@b\x00>", "99999999999999999999 1", "+OK \xff\xc3\xbc"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		pop3.CheckParsers(t, line)
	})
}
