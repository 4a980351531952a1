package pop3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/wirepost/wirepost/internal/ascii"
)

// ErrUnsafe is what a Client's errors wrap if an argument cannot be sent: it
// would end the command line before its time, or read as something else.
// Nothing was sent.
var ErrUnsafe = errors.New("pop3: argument cannot be sent")

// maxCommand is the longest command line, with CRLF (RFC 2449, 4).
const maxCommand = 255

// command sends a line and reads the first line of the answer.
func (c *Client) command(verb, args string) (Reply, error) {
	if err := c.queue(verb, args); err != nil {
		return Reply{}, err
	}
	return c.readReply(verb)
}

// queue queues a command line.
func (c *Client) queue(verb, args string) error {
	if err := c.checkArgs(verb, args); err != nil {
		return err
	}
	b := append(c.scratch[:0], verb...)
	if args != "" {
		b = append(append(b, ' '), args...)
	}
	c.scratch = append(b, "\r\n"...)
	return c.send(c.scratch)
}

func (c *Client) send(line []byte) error {
	if err := c.unasked(); err != nil {
		return err
	}
	if _, err := c.wire.Write(line); err != nil {
		return c.lose(lostError(err))
	}
	return nil
}

// unasked looks for an answer that came without a question. Servers say why
// before they hang up on a client that was idle, which is returned; all else is
// a mistake, and would be taken for the answer to something else.
func (c *Client) unasked() error {
	if c.wire.Buffered() == 0 {
		return nil
	}
	r, err := c.readReply("")
	switch {
	case err != nil:
		return err
	case !r.OK:
		return c.lose(r)
	}
	return c.lose(fmt.Errorf("%w: %q came unasked", ErrReply, r.Error()))
}

// checkArgs makes sure that args stay on their line. Names and passwords outside
// ASCII need the server's word (RFC 6856, 2.2).
func (c *Client) checkArgs(verb, args string) error {
	if n := len(verb) + len(" ") + len(args) + len("\r\n"); n > maxCommand {
		return fmt.Errorf("%w: a command of %d octets is longer than %d", ErrUnsafe, n, maxCommand)
	}
	for i := range len(args) {
		if b := args[i]; b < ' ' || b == 0x7f {
			return fmt.Errorf("%w: octet %#02x", ErrUnsafe, b)
		} else if b > 0x7f && c.offer.args["UTF8"] != "USER" {
			return fmt.Errorf("%w: the server takes ASCII only", ErrUnsafe)
		}
	}
	return nil
}

// accepted gives a command that has one line of answer, and returns a refusal as
// the error.
func (c *Client) accepted(verb, args string) error {
	r, err := c.command(verb, args)
	if err == nil && !r.OK {
		err = r
	}
	return err
}

func (c *Client) method(ctx context.Context, verb, args string) error {
	return c.during(ctx, func() error { return c.accepted(verb, args) })
}

// Do gives a command that has no method of its own, such as LANG, and returns
// the first line of the answer, which must be all of it: Do refuses those that
// are known to have more lines, or more to them than an answer, and logins.
func (c *Client) Do(ctx context.Context, verb, args string) (r Reply, err error) {
	is := func(s string) bool { return ascii.EqualFold(verb, s) }
	switch {
	case verb == "" || !isCode(verb),
		slices.ContainsFunc([]string{"CAPA", "RETR", "TOP", "STLS", "USER", "PASS", "APOP", "AUTH", "QUIT"}, is),
		args == "" && slices.ContainsFunc([]string{"LIST", "UIDL", "LANG"}, is):
		return Reply{}, fmt.Errorf("%w: Do does not take the command %q", ErrUnsafe, verb)
	}
	err = c.during(ctx, func() (err error) {
		c.marked = c.marked || is("DELE")
		r, err = c.command(verb, args)
		if err == nil && !r.OK {
			err = r
		}
		return err
	})
	return r, err
}

// Dele marks a message as deleted. Quit deletes what is marked.
func (c *Client) Dele(ctx context.Context, n int) error {
	c.marked = true
	return c.method(ctx, "DELE", strconv.Itoa(n))
}

// Reset takes all marks away.
func (c *Client) Reset(ctx context.Context) error {
	err := c.method(ctx, "RSET", "")
	if err == nil {
		c.marked, c.unmarked = false, unmarked{}
	}
	return err
}

// Noop asks for a sign of life.
func (c *Client) Noop(ctx context.Context) error { return c.method(ctx, "NOOP", "") }

// Quit deletes the messages that are marked, ends the conversation and closes the
// Client. An error means that some, or all, may still be there: the server's
// Reply, or what kept it from answering, or what Messages could not mark.
func (c *Client) Quit(ctx context.Context) error {
	err := c.method(ctx, "QUIT", "")
	if errors.Is(err, ErrBusy) {
		return err
	}
	if !c.marked && errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // some servers hang up at once, and there was nothing to be done
	}
	// The server may have hung up first, as it should.
	_ = c.Close()
	return errors.Join(c.unmarked.err(), err)
}
