package pop3_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/wirepost/wirepost/pop3"
)

// octets is a connection that has sent all it will, and keeps what it is sent.
type octets struct {
	in  io.Reader
	out bytes.Buffer
}

func (o *octets) Read(p []byte) (int, error)       { return o.in.Read(p) }
func (o *octets) Write(p []byte) (int, error)      { return o.out.Write(p) }
func (o *octets) Close() error                     { return nil }
func (o *octets) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (o *octets) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (o *octets) SetDeadline(time.Time) error      { return nil }
func (o *octets) SetReadDeadline(time.Time) error  { return nil }
func (o *octets) SetWriteDeadline(time.Time) error { return nil }

// stored has what is hard to send right.
var stored = []string{"A: b\r\n\r\n.\r\n..x\r\n", "", "\r\n\r\n", "A: b\r\n", "A: b\r\n\r\n+OK\r\n.\r\n-ERR"}

// run serves in and returns what came back and what was removed.
func run(ctx context.Context, in io.Reader) (string, []string) {
	f := new(fake)
	for i, text := range stored {
		id := string(rune('a' + i))
		f.messages = append(f.messages, pop3.Message{ID: id, UIDL: id, Size: int64(len(text))})
	}
	f.body = func(id string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(stored[id[0]-'a'])), nil
	}
	srv, _ := newServer(f)
	conn := &octets{in: in}
	_ = srv.ServeConn(ctx, conn)
	return conn.out.String(), f.committed
}

// The shapes of what a server sends: a status line, a challenge, and the lines
// of an answer that has more than one.
var (
	statusLine = regexp.MustCompile(`^(\+OK|-ERR)( [\p{L}\p{N}\p{P}\p{S} ]+)?\r\n$`)
	challenge  = regexp.MustCompile(`^\+ [A-Za-z0-9+/]*=*\r\n$`)
	moreLines  = regexp.MustCompile(`^\+OK ((?:capabilities|languages|mechanisms) follow|es folgen die (?:Sprachen|Verfahren|F\x{e4}higkeiten)|es folgt der Anfang der Nachricht|top of message follows|\d+ (?:octets|Oktette)|\d+ (?:messages?|Nachricht(?:en)?) \(\d+ (?:octets|Oktette)\))\r\n$`)
)

// wellFormed returns the first thing in out that no server may send, or "". Out
// may end in the midst of nothing.
func wellFormed(out string) string {
	body := false
	for line := range strings.Lines(out) {
		switch {
		case len(line) > 512 && !body, !strings.HasSuffix(line, "\r\n"), strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\r\x00"):
			return line
		case body && line == ".\r\n":
			body = false
		case body && strings.HasPrefix(line, ".") && !strings.HasPrefix(line, ".."):
			return line
		case body:
		case !statusLine.MatchString(line) && !challenge.MatchString(line):
			return line
		default:
			body = moreLines.MatchString(line)
		}
	}
	if body {
		return "an answer without an end"
	}
	return ""
}

// quit matches a QUIT that is obeyed.
var quit = regexp.MustCompile(`(?i)(^|\r\n)quit *\r\n`)

// FuzzServe checks that whatever comes in, the server does not panic, sends
// nothing but well-formed answers, sends the same however the octets arrive,
// and removes nothing unless a login, a DELE and a QUIT came.
func FuzzServe(f *testing.F) {
	const in = "USER tim\r\nPASS secret\r\n"
	f.Add([]byte(in + "STAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nTOP 5 1\r\nDELE 1\r\nDELE 2\r\nQUIT\r\n"))
	f.Add([]byte(in + "DELE 1\r\nRSET\r\nLIST 1\r\nUIDL 9\r\nNOOP\r\nDELE 3\r\n"))
	f.Add([]byte("CAPA\r\nAUTH PLAIN AHRpbQBzZWNyZXQ=\r\nDELE 1\r\nQUIT\r\nQUIT\r\n"))
	f.Add([]byte("AUTH LOGIN\r\ndGlt\r\nc2VjcmV0\r\nTOP 1 0\r\nRETR 4\r\nRETR 2\r\nRETR 3\r\n"))
	f.Add([]byte("AUTH PLAIN\r\n*\r\nAUTH PLAIN =\r\n\r\nuser a\r\npass b\r\nSTLS\r\n"))
	f.Add([]byte("NOOP\nQUIT\r\n\x00\r\nNO\rOP\r\nGET / HTTP/1.1\r\n" + strings.Repeat("x", 300) + "\r\n"))
	f.Add([]byte("LANG\r\nLANG de\r\nCAPA\r\nAUTH\r\nLANG x-y\r\n" + in + "LIST\r\nTOP 1 1\r\nRETR 1\r\nRETR 9\r\nLANG *\r\n"))
	f.Add([]byte("UTF8\r\nSTLS\r\nUTF8 x\r\nAUTH =\r\n" + in + "UTF8\r\nRETR 1\r\n"))
	f.Add([]byte(in + strings.Repeat("X\r\n", 25)))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, removed1 := run(t.Context(), bytes.NewReader(in))
		bytewise, removed2 := run(t.Context(), iotest.OneByteReader(bytes.NewReader(in)))
		if whole != bytewise || !slices.Equal(removed1, removed2) {
			t.Errorf("chunking matters:\n%q %q\n%q %q", whole, removed1, bytewise, removed2)
		}
		if bad := wellFormed(whole); bad != "" {
			t.Errorf("not an answer: %q in %q", bad, whole)
		}
		if len(removed1) > 0 {
			if !quit.Match(in) || !strings.Contains(whole, "maildrop has") && !strings.Contains(whole, "im Postfach") {
				t.Errorf("%q removed by %q", removed1, in)
			}
			if n := strings.Count(whole, " deleted\r\n") + strings.Count(whole, " gelöscht\r\n"); n < len(removed1) {
				t.Errorf("%d removed, %d marked, by %q", len(removed1), n, in)
			}
		}
	})
}
