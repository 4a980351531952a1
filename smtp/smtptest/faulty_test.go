package smtptest_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

// faulty is a listener whose connections have a fault.
type faulty struct {
	net.Listener
	fault *fault
	cfg   *tls.Config
	spent atomic.Bool
}

func (l *faulty) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	switch f := l.fault; {
	case err != nil:
		return nil, err
	case f.wrap != nil:
		return f.wrap(nc, l), nil
	case f.in != nil || f.out != nil:
		c := &garbled{Conn: nc, out: f.out}
		if f.in != nil {
			c.in = f.in()
		}
		return c, nil
	}
	return nc, nil
}

// garbled is a connection that changes what goes through it in the clear.
type garbled struct {
	net.Conn
	in, out func([]byte) []byte
	unread  []byte
}

func (c *garbled) Read(p []byte) (int, error) {
	for len(c.unread) == 0 {
		b := make([]byte, 64<<10)
		n, err := c.Conn.Read(b)
		if err != nil {
			return 0, err
		}
		c.unread = b[:n]
		if c.in != nil && !isTLS(c.unread) {
			c.unread = c.in(c.unread)
		}
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

func (c *garbled) Write(p []byte) (int, error) {
	b := p
	if c.out != nil && !isTLS(p) {
		b = c.out(p)
	}
	if _, err := c.Conn.Write(b); err != nil {
		return 0, err
	}
	return len(p), nil
}

// isTLS tells records of TLS, which are not to be garbled.
func isTLS(b []byte) bool { return len(b) > 2 && 20 <= b[0] && b[0] <= 23 && b[1] == 3 }

func each(f func([]byte) []byte) func() func([]byte) []byte {
	return func() func([]byte) []byte { return f }
}

func rewrite(old, new string) func() func([]byte) []byte {
	return each(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(old), []byte(new)) })
}

// bareLFs puts a CR before each LF that has none, as those servers hear them
// for which LF ends a line.
func bareLFs() func([]byte) []byte {
	last := byte(0)
	return func(b []byte) []byte {
		var out []byte
		for _, c := range b {
			if c == '\n' && last != '\r' {
				out = append(out, '\r')
			}
			out = append(out, c)
			last = c
		}
		return out
	}
}

// bareCRs puts an LF behind each CR that has none.
func bareCRs() func([]byte) []byte {
	last := byte(0)
	return func(b []byte) []byte {
		var out []byte
		for _, c := range b {
			if c != '\n' && last == '\r' {
				out = append(out, '\n')
			}
			out = append(out, c)
			last = c
		}
		return out
	}
}

var (
	refusals = regexp.MustCompile(`(?m)^[45]\d\d [^\r\n]*`)
	optional = regexp.MustCompile(`(?i) (RET|ENVID|NOTIFY|ORCPT|BY|MT-PRIORITY|HOLDFOR|REQUIRETLS|PRDR|BODY)(=[^ \r]*)?`)
	sizes    = regexp.MustCompile(` SIZE[^\s]*`)
)

// A miser keeps answers to itself while the end of what came is half a
// command.
type miser struct {
	net.Conn
	half bool
	held []byte
}

func (c *miser) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.half = p[n-1] != '\n'
	}
	return n, err
}

func (c *miser) Write(p []byte) (int, error) {
	c.held = append(c.held, p...)
	if c.half {
		return len(p), nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = nil
	return len(p), err
}

// A hasty server does TLS by itself and then obeys what came in the clear with
// the command.
type hasty struct {
	net.Conn
	cfg    *tls.Config
	keeps  bool // what was said before TLS, and does not hear a second EHLO
	unread []byte
}

func (c *hasty) Read(p []byte) (int, error) {
	const verb = "STARTTLS\r\n"
	if len(c.unread) == 0 {
		b := make([]byte, 64<<10)
		n, err := c.Conn.Read(b)
		if err != nil {
			return 0, err
		}
		c.unread = b[:n]
		if _, secure := c.Conn.(*tls.Conn); secure && c.keeps {
			c.unread = bytes.ReplaceAll(c.unread, []byte("EHLO client.example"), []byte("NOOP"))
		}
	}
	if rest, ok := bytes.CutPrefix(c.unread, []byte(verb)); ok {
		if _, err := io.WriteString(c.Conn, "220 2.0.0 go ahead\r\n"); err != nil {
			return 0, err
		}
		c.Conn = tls.Server(c.Conn, c.cfg)
		c.unread = rest
		return c.Read(p)
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

func (c *hasty) Write(p []byte) (int, error) {
	b := bytes.Replace(p, []byte("250-PIPELINING\r\n"), []byte("250-PIPELINING\r\n250-STARTTLS\r\n"), 1)
	if _, err := c.Conn.Write(b); err != nil {
		return 0, err
	}
	return len(p), nil
}

// hangUpAt is the fault of hanging up without a word where a client says what
// the pattern matches.
func hangUpAt(pattern string) func(net.Conn, *faulty) net.Conn {
	re := regexp.MustCompile(pattern)
	return func(nc net.Conn, _ *faulty) net.Conn {
		return &garbled{Conn: nc, in: func(b []byte) []byte {
			if re.Match(b) {
				nc.Close()
				return nil
			}
			return b
		}}
	}
}

// hangUpAfter is the fault of hanging up without a word where a client says
// something for the n+1st time.
func hangUpAfter(n int, what string) func(net.Conn, *faulty) net.Conn {
	return func(nc net.Conn, _ *faulty) net.Conn {
		heard := 0
		return &garbled{Conn: nc, in: func(b []byte) []byte {
			if heard += bytes.Count(b, []byte(what)); heard > n {
				nc.Close()
				return nil
			}
			return b
		}}
	}
}

func discard(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	_, err := io.Copy(io.Discard, body)
	return smtp.Reply{}, err
}

// alice is an account whose password is secret.
type alice struct{}

func (alice) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	if name != "alice" || password != "secret" {
		return "", auth.ErrCredentials
	}
	return name, nil
}

// anybody is whoever one says.
type anybody struct{}

func (anybody) VerifyPassword(_ context.Context, _ *auth.Conn, name, _ string) (string, error) {
	return name, nil
}

// nobody is who nobody is.
type nobody struct{}

func (nobody) VerifyPassword(context.Context, *auth.Conn, string, string) (string, error) {
	return "", auth.ErrCredentials
}

// gossip tells names that do not exist.
type gossip struct{}

func (gossip) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (string, error) {
	if name != "alice" {
		return "", smtp.R(535, smtp.Enhanced{5, 7, 8}, "no such user")
	}
	return alice{}.VerifyPassword(ctx, c, name, password)
}

// accepting is a Middleware that says yes to what is refused.
func accepting(next smtp.CommandFunc) smtp.CommandFunc {
	return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
		r := next(ctx, c, cmd)
		if r.Permanent() {
			return smtp.R(250, smtp.Enhanced{2, 0, 0}, "fine")
		}
		return r
	}
}

// refusing is a Middleware that does not know a parameter.
func refusing(param string) smtp.Middleware {
	return func(next smtp.CommandFunc) smtp.CommandFunc {
		return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
			if strings.Contains(strings.ToUpper(cmd.Args), " "+param) {
				return smtp.R(555, smtp.Enhanced{5, 5, 4}, "not known")
			}
			return next(ctx, c, cmd)
		}
	}
}

// answering is a Middleware that gives the same answer to some verbs, after all
// is done.
func answering(r smtp.Reply, verbs ...string) smtp.Middleware {
	return func(next smtp.CommandFunc) smtp.CommandFunc {
		return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
			got := next(ctx, c, cmd)
			if slices.Contains(verbs, cmd.Verb) && got.Code != 0 {
				return r
			}
			return got
		}
	}
}
