package pop3_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

const (
	whole     = "Subject: gr\u00fc\u00dfe\r\n\r\nHello\r\n"
	surrogate = "Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n\r\nHello\r\n"
)

// polyglot has two messages, the second of which has UTF-8 in its header.
func polyglot() *fake {
	f := two()
	f.messages[1].UTF8 = true
	f.messages[1].Size = int64(len(whole))
	f.messages[1].SurrogateSize = int64(len(surrogate))
	f.body = func(id string) (io.ReadCloser, error) {
		if id == "b" {
			return io.NopCloser(strings.NewReader(whole)), nil
		}
		return io.NopCloser(strings.NewReader("A: b\r\n\r\na\r\n")), nil
	}
	return f
}

// downgrader has surrogates.
type downgrader struct{ pop3.Maildrop }

func (downgrader) Surrogate(_ context.Context, id string) (io.ReadCloser, error) {
	if id != "b" {
		panic("a surrogate of a message that needs none")
	}
	return io.NopCloser(strings.NewReader(surrogate)), nil
}

// A client that has not sent UTF8 is refused a message that needs it, and loses
// nothing by it (RFC 6856, 5).
func TestUTF8Refused(t *testing.T) {
	srv, _ := newServer(polyglot())
	pop3test.Play(t, srv, login+"C: STAT\nS: +OK 2 38\nC: LIST 2\nS: +OK 2 27\nC: UIDL 2\nS: +OK 2 u2\n"+
		"C: RETR 2\nS: -ERR [UTF8] this message\nC: TOP 2 0\nS: -ERR [UTF8] this message\n"+
		"C: RETR 1\nS: +OK\nS: A: b\nS: \nS: a\nS: .\n")
}

// One that has gets it as it is.
func TestUTF8Sent(t *testing.T) {
	for _, wrap := range []func(pop3.Maildrop) pop3.Maildrop{
		func(m pop3.Maildrop) pop3.Maildrop { return m },
		func(m pop3.Maildrop) pop3.Maildrop { return downgrader{m} },
	} {
		f := polyglot()
		srv, _ := newServer(pop3.BackendFunc(func(context.Context, *pop3.Conn) (pop3.Maildrop, error) { return wrap(f), nil }))
		pop3test.Play(t, srv, "S: +OK\nC: UTF8\n"+login+"C: STAT\nS: +OK 2 38\nC: LIST 2\nS: +OK 2 27\n"+
			"C: RETR 2\nS: +OK 27 octets\nS: Subject: gr\u00fc\u00dfe\nS: \nS: Hello\nS: .\n")
	}
}

// A Downgrader's surrogate comes in its place, with its size; the Maildrop's own
// list stays as it is.
func TestUTF8Surrogate(t *testing.T) {
	f := polyglot()
	srv, _ := newServer(pop3.BackendFunc(func(context.Context, *pop3.Conn) (pop3.Maildrop, error) {
		return wrapped{downgrader{f}}, nil
	}))
	for range 2 {
		pop3test.Play(t, srv, login+"C: STAT\nS: +OK 2 58\nC: LIST 2\nS: +OK 2 47\n"+
			"C: RETR 2\nS: +OK 47 octets\nS: Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\nS: \nS: Hello\nS: .\n"+
			"C: TOP 2 0\nS: +OK\nS: Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\nS: \nS: .\n"+
			"C: RETR 1\nS: +OK\nS: A: b\nS: \nS: a\nS: .\n")
	}
}
