package nntp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// Bounds on lines. Replies may have 512 octets (RFC 3977, 3.1), and some servers
// have longer ones; those of AUTHINFO SASL may be as long as they need to be
// (RFC 4643, 2.4.1).
const (
	clientReplyLine   = 4 << 10
	clientAuthLine    = 12288
	clientCommandLine = 512
)

// command sends a line and reads the reply to it. The caller has made sure, by
// clientCheck, that it is one line.
func (c *Client) command(verb, args string) (Reply, error) {
	if err := c.unasked(); err != nil {
		return Reply{}, err
	}
	if err := c.say(verb, args); err != nil {
		return Reply{}, err
	}
	return c.readReply(verb)
}

// say queues a command.
func (c *Client) say(verb, args string) error {
	b := append(c.scratch[:0], verb...)
	if args != "" {
		b = append(append(b, ' '), args...)
	}
	c.scratch = append(b, "\r\n"...)
	if _, err := c.wire.Write(c.scratch); err != nil {
		return c.lost(err)
	}
	return nil
}

// unasked looks for a reply that came without a question: the 400 of a server
// that hangs up, which is returned, or a mistake. Whatever followed it would be
// taken for the answer to something else.
func (c *Client) unasked() error {
	if c.wire.Buffered() == 0 {
		return nil
	}
	r, err := c.readReply("")
	if err != nil {
		return err
	}
	return c.lose(fmt.Errorf("%w: %q came unasked", ErrReply, r.Error()))
}

// readReply reads one line. The error is the Reply if the server hangs up by it
// (RFC 3977, 3.2.1).
func (c *Client) readReply(verb string) (Reply, error) {
	began := time.Now()
	limit := clientReplyLine
	if verb == "AUTHINFO SASL" {
		limit = clientAuthLine
	}
	line, err := c.wire.ReadLine(limit)
	var r Reply
	switch {
	case clientIsFlaw(err):
		err = c.lose(fmt.Errorf("%w: %w", ErrReply, err))
	case err != nil:
		err = c.lost(err)
	default:
		if r, err = clientParseReply(line); err != nil {
			err = c.lose(err)
		} else if r.Code == 400 {
			r.Close = true
			err = c.lose(r)
		}
	}
	if c.opts.Trace != nil {
		told := r
		if verb == "AUTHINFO SASL" {
			told.Text = "" // challenges
		}
		c.trace(Event{Kind: CommandDone, Verb: verb, Reply: told, Err: err, Duration: time.Since(began)})
	}
	return r, err
}

// clientIsFlaw tells what is wrong with a line from what is wrong with the
// connection.
func clientIsFlaw(err error) bool {
	return errors.Is(err, wire.ErrBareCR) || errors.Is(err, wire.ErrBareLF) || errors.Is(err, wire.ErrNUL) || errors.Is(err, wire.ErrLineTooLong)
}

// clientParseReply reads the first line of a reply, without its CRLF: three
// digits, of which the first is 1 to 5, then nothing or a space and text.
func clientParseReply(line []byte) (Reply, error) {
	if len(line) < 3 || line[0] < '1' || line[0] > '5' || !clientIsDigit(line[1]) || !clientIsDigit(line[2]) ||
		len(line) > 3 && line[3] != ' ' {
		return Reply{}, fmt.Errorf("%w: %.100q is no reply", ErrReply, line)
	}
	r := Reply{Code: int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')}
	if len(line) > 4 {
		r.Text = string(line[4:])
	}
	return r, nil
}

func clientIsDigit(b byte) bool { return '0' <= b && b <= '9' }

// clientImpolite is r as an error: a refusal as it is, anything else as what was
// not to be expected.
func clientImpolite(r Reply) error {
	if r.refuses() {
		return r
	}
	return fmt.Errorf("%w: %q was not to be expected", ErrReply, r.Error())
}

// odd returns r, which is not the answer that was wanted, as the error. One that
// does not refuse leaves nothing to go on with: more may come behind it.
func (c *Client) odd(r Reply) error {
	err := clientImpolite(r)
	if !r.refuses() {
		c.lose(err)
	}
	return err
}

// wanting sends a command and returns the reply, which must have that code.
func (c *Client) wanting(code int, verb, args string) (Reply, error) {
	r, err := c.command(verb, args)
	if err == nil && r.Code != code {
		err = c.odd(r)
	}
	return r, err
}

// method is wanting as a method: within ctx.
func (c *Client) method(ctx context.Context, code int, verb, args string) (r Reply, err error) {
	if err := clientCheck(verb, args); err != nil {
		return Reply{}, err
	}
	err = c.during(ctx, func() (err error) {
		r, err = c.wanting(code, verb, args)
		return err
	})
	return r, err
}

// clientCheck makes sure that args stay on their line and that it is not longer
// than servers take.
func clientCheck(verb, args string) error {
	if n := len(verb) + len(" ") + len(args) + len("\r\n"); n > clientCommandLine {
		return fmt.Errorf("%w: a line of %d octets is longer than %d", ErrUnsafe, n, clientCommandLine)
	}
	for i := range len(args) {
		if b := args[i]; b < ' ' && b != '\t' || b == 0x7f {
			return fmt.Errorf("%w: octet %#02x in %q", ErrUnsafe, b, args)
		}
	}
	return nil
}

// clientCheckWord makes sure that s is one argument.
func clientCheckWord(what, s string) error {
	if s == "" || strings.ContainsAny(s, " \t\r\n\x00") {
		return fmt.Errorf("%w: %q is no %s", ErrUnsafe, s, what)
	}
	return nil
}
