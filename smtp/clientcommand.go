package smtp

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
)

// ErrUnsafe is what a Client's errors wrap if an argument cannot be sent: it
// would end the command line before its time, or read as something else.
// Nothing was sent.
var ErrUnsafe = errors.New("smtp: argument cannot be sent")

// command sends a line and reads the reply to it. The caller has made sure that
// it is one line.
func (c *Client) command(verb, args string) (Reply, error) {
	b := append(c.scratch[:0], verb...)
	if args != "" {
		b = append(append(b, ' '), args...)
	}
	c.scratch = append(b, "\r\n"...)
	if err := c.queue(c.scratch); err != nil {
		return Reply{}, err
	}
	return c.readReply(verb)
}

// queue queues command lines, or a chunk.
func (c *Client) queue(b []byte) error {
	if err := c.unasked(); err != nil {
		return err
	}
	if _, err := c.wire.Write(b); err != nil {
		return c.lose(lostError(err))
	}
	return nil
}

// unasked looks for a reply that came without a question: the 421 of a server
// that hangs up, which is returned, or a mistake. Whatever followed it would be
// taken for the answer to something else.
func (c *Client) unasked() error {
	if c.wire.Buffered() == 0 {
		return nil
	}
	r, err := c.readReply("")
	switch {
	case err != nil:
		return err
	case r.Code == 421:
		return r
	}
	return c.lose(fmt.Errorf("%w: %q came unasked", ErrReply, r.Error()))
}

// refused returns r, which answers a command, and r as the error too if it
// refuses.
func refused(r Reply, err error) (Reply, error) {
	if err == nil && !r.Accepted() {
		err = r
	}
	return r, err
}

// method is a command as a method: within ctx, and with a refusal as the error.
func (c *Client) method(ctx context.Context, verb, args string) (r Reply, err error) {
	if err := c.checkArgs(args); err != nil {
		return Reply{}, err
	}
	err = c.during(ctx, func() (err error) {
		r, err = refused(c.command(verb, args))
		return err
	})
	return r, err
}

// Bounds on a command; what any server takes is less.
const (
	maxVerb = 64
	maxArgs = 4096
)

// checkArgs makes sure that args stay on their line.
func (c *Client) checkArgs(args string) error {
	if len(args) > maxArgs {
		return fmt.Errorf("%w: %d octets are more than %d", ErrUnsafe, len(args), maxArgs)
	}
	for i := range len(args) {
		if b := args[i]; b < ' ' || b == 0x7f || b > 0x7f && !c.offer.utf8 {
			return fmt.Errorf("%w: octet %#02x in %q", ErrUnsafe, b, args)
		}
	}
	return nil
}

// Do gives a command that has no method of its own, such as ETRN, and returns
// the reply. It refuses those after which the conversation is not one of lines
// and replies: DATA, BDAT, STARTTLS and AUTH, which have methods.
func (c *Client) Do(ctx context.Context, verb, args string) (Reply, error) {
	special := func(s string) bool { return ascii.EqualFold(verb, s) }
	if !isKeyword(verb) || len(verb) > maxVerb || slices.ContainsFunc([]string{"DATA", "BDAT", "STARTTLS", "AUTH"}, special) {
		return Reply{}, fmt.Errorf("%w: Do does not take the verb %q", ErrUnsafe, verb)
	}
	c.foreign = true
	return c.method(ctx, verb, args)
}

// Reset abandons the transaction, if there is one.
func (c *Client) Reset(ctx context.Context) error {
	_, err := c.method(ctx, "RSET", "")
	if err == nil {
		c.open = false
	}
	return err
}

// Noop asks for a sign of life.
func (c *Client) Noop(ctx context.Context) error {
	_, err := c.method(ctx, "NOOP", "")
	return err
}

// Verify asks whether name is a mailbox (RFC 5321, 3.5). Code 252 means that
// the server would not say.
func (c *Client) Verify(ctx context.Context, name string) (Reply, error) {
	return c.method(ctx, "VRFY", name)
}

// Expand asks for the members of a list, one in each line of the reply's text.
func (c *Client) Expand(ctx context.Context, list string) (Reply, error) {
	return c.method(ctx, "EXPN", list)
}

// Help asks for advice. topic may be empty.
func (c *Client) Help(ctx context.Context, topic string) (Reply, error) {
	return c.method(ctx, "HELP", topic)
}

// Quit ends the conversation and closes the Client, whatever the error.
func (c *Client) Quit(ctx context.Context) error {
	_, err := c.method(ctx, "QUIT", "")
	// The server may have hung up first, as it should.
	_ = c.Close()
	return err
}
