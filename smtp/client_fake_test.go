package smtp_test

import (
	"bufio"
	"cmp"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// A fake is a server that does what it is told to, right or wrong. It answers
// each command by itself, as many servers do.
type fake struct {
	offers []string // lines of the answer to EHLO
	lmtp   bool
	size   int                     // of the buffers in between; 0: memnet's
	wrap   func(net.Conn) net.Conn // around its end of the connection

	// answer replaces a reply: to a verb, "." for a message (with LMTP, for
	// each recipient), "" for the greeting. The usual one is sent if it returns
	// "", and "hangup" hangs up.
	answer func(verb, args string) string

	mu       sync.Mutex
	verbs    []string // what it was asked, without arguments
	lines    []string // the same, whole
	messages []fakeMessage
}

type fakeMessage struct {
	mail  string
	rcpts []string
	data  string
}

// everything is what a good server offers.
var everything = []string{"PIPELINING", "SIZE 100000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME"}

// without returns everything but some.
func without(keywords ...string) []string {
	return slices.DeleteFunc(slices.Clone(everything), func(s string) bool {
		keyword, _, _ := strings.Cut(s, " ")
		return slices.Contains(keywords, keyword)
	})
}

// connect returns a connection to a goroutine that serves.
func (f *fake) connect(tb testing.TB) net.Conn {
	near, far := memnet.PipeSize(f.size)
	if f.wrap != nil {
		far = f.wrap(far)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		defer far.Close()
		f.serve(far)
	})
	tb.Cleanup(func() { near.Close(); wg.Wait() })
	return near
}

// client connects a Client.
func (f *fake) client(tb testing.TB, o *smtp.Options) *smtp.Client {
	tb.Helper()
	if o == nil {
		o = &smtp.Options{}
	}
	o.LMTP = f.lmtp
	c, err := smtp.NewClient(tb.Context(), f.connect(tb), o)
	require.NoError(tb, err)
	tb.Cleanup(func() { c.Close() })
	return c
}

func (f *fake) delivered() []fakeMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.messages)
}

func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.verbs)
}

func (f *fake) askedLines() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.lines)
}

// A fakeConn is a conversation with a fake.
type fakeConn struct {
	*fake
	nc      net.Conn
	r       *bufio.Reader
	mail    string
	rcpts   []string
	chunked strings.Builder
	over    bool
}

func (f *fake) serve(nc net.Conn) {
	c := &fakeConn{fake: f, nc: nc, r: bufio.NewReader(nc)}
	c.reply("", "", "220 fake.example ESMTP")
	for !c.over {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		verb, args, _ := strings.Cut(line, " ")
		f.mu.Lock()
		f.verbs, f.lines = append(f.verbs, verb), append(f.lines, line)
		f.mu.Unlock()
		c.obey(verb, args)
	}
}

func (c *fakeConn) obey(verb, args string) {
	switch verb {
	case "EHLO", "LHLO":
		lines := append([]string{"fake.example"}, c.offers...)
		for i := range lines[1:] {
			lines[i] = "250-" + lines[i]
		}
		lines[len(lines)-1] = "250 " + lines[len(lines)-1]
		c.reply(verb, args, strings.Join(lines, "\r\n"))
	case "MAIL":
		if c.mail != "" {
			c.reply(verb, args, "503 5.5.1 nested MAIL")
		} else if c.reply(verb, args, "250 2.1.0 sender ok") == 250 {
			c.mail = args
		}
	case "RCPT":
		if c.mail == "" {
			c.reply(verb, args, "503 5.5.1 no MAIL")
		} else if c.reply(verb, args, "250 2.1.5 recipient ok") == 250 {
			c.rcpts = append(c.rcpts, args)
		}
	case "DATA":
		usual := "354 go ahead"
		if len(c.rcpts) == 0 {
			usual = "554 5.5.1 no valid recipients"
		}
		if c.reply(verb, args, usual) == 354 {
			c.data()
		}
	case "BDAT":
		c.bdat(args)
	case "RSET":
		c.reset()
		c.reply(verb, args, "250 2.0.0 ok")
	case "QUIT":
		c.reply(verb, args, "221 2.0.0 bye")
		c.over = true
	default:
		c.reply(verb, args, "250 2.0.0 ok")
	}
}

func (c *fakeConn) reset() {
	c.mail, c.rcpts = "", nil
	c.chunked.Reset()
}

// data reads a message as the most careless servers do not: it ends in
// CRLF.CRLF and nothing else.
func (c *fakeConn) data() {
	var data strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.over = true
			return
		}
		if line == ".\r\n" && (data.Len() == 0 || strings.HasSuffix(data.String(), "\r\n")) {
			break
		}
		data.WriteString(strings.TrimPrefix(line, "."))
	}
	c.finish(data.String())
}

func (c *fakeConn) bdat(args string) {
	count, last, _ := strings.Cut(args, " ")
	n, err := strconv.ParseInt(count, 10, 32)
	if err != nil || last != "" && last != "LAST" {
		c.over = true
		return
	}
	if _, err := io.CopyN(&c.chunked, c.r, n); err != nil {
		c.over = true
		return
	}
	switch {
	case len(c.rcpts) == 0:
		c.reply("BDAT", args, "503 5.5.1 no valid recipients")
	case last == "LAST":
		c.finish(c.chunked.String())
	case c.reply("BDAT", args, "250 2.0.0 octets received") != 250:
		c.rcpts = nil // refuses the rest too
	}
}

// finish keeps a message for those whom it accepts it for, and says so.
func (c *fakeConn) finish(data string) {
	m, rcpts := fakeMessage{mail: c.mail, data: data}, c.rcpts
	c.reset()
	if len(rcpts) == 0 {
		c.reply(".", "", "554 5.5.1 no valid recipients")
		return
	}
	var replies []string
	if c.lmtp {
		for _, to := range rcpts {
			text := c.text(".", to, "250 2.0.0 delivered")
			replies = append(replies, text)
			if strings.HasPrefix(text, "250") {
				m.rcpts = append(m.rcpts, to)
			}
		}
	} else {
		replies = []string{c.text(".", "", "250 2.0.0 accepted")}
		if strings.HasPrefix(replies[0], "250") {
			m.rcpts = rcpts
		}
	}
	if len(m.rcpts) > 0 {
		c.mu.Lock()
		c.messages = append(c.messages, m)
		c.mu.Unlock()
	}
	for _, text := range replies {
		c.send(text)
	}
}

func (c *fakeConn) text(verb, args, usual string) string {
	if c.answer != nil {
		return cmp.Or(c.answer(verb, args), usual)
	}
	return usual
}

func (c *fakeConn) reply(verb, args, usual string) (code int) {
	return c.send(c.text(verb, args, usual))
}

// send sends a reply and returns its code, 0 if it has hung up instead.
func (c *fakeConn) send(text string) (code int) {
	if c.over = c.over || text == "hangup"; c.over {
		c.nc.Close()
		return 0
	}
	if _, err := io.WriteString(c.nc, text+"\r\n"); err != nil {
		c.over = true
	}
	code, _ = strconv.Atoi(text[:min(len(text), 3)])
	c.over = c.over || code == 421
	return code
}
