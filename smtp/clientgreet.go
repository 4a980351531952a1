package smtp

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/internal/ascii"
)

// start brings the conversation to where commands can be given.
func (c *Client) start(ctx context.Context) error {
	if err := c.handshake(ctx); err != nil {
		return err
	}
	r, err := c.readReply("")
	switch {
	case err != nil:
		return err
	case r.Code != 220:
		return c.impolite(r)
	}
	if err := c.greet(); err != nil {
		return err
	}
	if err := c.secure(ctx); err != nil {
		return err
	}
	if c.opts.Auth != nil {
		return c.chooseLogin()
	}
	return nil
}

// impolite returns r, which came where no reply of its kind may, as an error:
// the Reply itself if it refuses, ErrReply if it agrees to something else.
func (c *Client) impolite(r Reply) error {
	if r.Accepted() {
		return c.lose(fmt.Errorf("%w: unexpected %q", ErrReply, r.Error()))
	}
	return r
}

// greet says EHLO, or HELO to a server that knows only that (RFC 5321, 3.2),
// or LHLO, and keeps what the server offers.
func (c *Client) greet() error {
	name, err := c.helloName()
	if err != nil {
		return err
	}
	verb := "EHLO"
	if c.opts.LMTP {
		verb = "LHLO" // RFC 2033, 4.1
	}
	c.offer, c.open = offers{}, false
	r, err := c.command(verb, name)
	if err != nil {
		return err
	}
	if r.Permanent() && !c.opts.LMTP {
		if r, err = c.command("HELO", name); err != nil || r.Code == 250 {
			return err
		}
	}
	if r.Code != 250 {
		return c.impolite(r)
	}
	c.offer = parseOffers(r.Text, c.opts.Ignore)
	return nil
}

// helloName is the client's name for itself, fit to be sent.
func (c *Client) helloName() (string, error) {
	name := c.opts.Hello
	if name == "" {
		if a := addrOf(c.nc.LocalAddr()); a.IsValid() {
			return addressLiteral(a), nil
		}
		return "localhost", nil
	}
	if !ascii.Is(name) && isDomain(name) {
		name = foldDomain(name) // A-labels (RFC 6531, 3.7.1)
	}
	if checked, err := hello(name); err != nil || checked != name || !ascii.Is(name) {
		return "", fmt.Errorf("%w: Hello must be a host name, not %q", ErrUnsafe, c.opts.Hello)
	}
	return name, nil
}

// Hello says EHLO again, which resets the conversation and tells what the
// server offers now; some offer more after a login.
func (c *Client) Hello(ctx context.Context) error {
	return c.during(ctx, func() error {
		c.foreign = true
		return c.greet()
	})
}
