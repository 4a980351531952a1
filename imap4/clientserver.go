package imap4

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Capability asks what the server offers, and returns it in upper case. There is
// hardly a need for it: the server is asked, or tells by itself, whenever that
// changes.
func (c *Client) Capability(ctx context.Context) ([]string, error) {
	if err := c.during(ctx, c.askCapabilities); err != nil {
		return nil, err
	}
	return c.Capabilities(), nil
}

func (c *Client) askCapabilities() error {
	_, err := c.exchange(clientCommand{verb: "CAPABILITY", take: func(v any) bool {
		_, is := v.(clientCapabilities)
		return is
	}})
	return err
}

// Noop does nothing but let the server say what is new: see Options.Updates.
func (c *Client) Noop(ctx context.Context) error {
	_, err := c.run(ctx, clientCommand{verb: "NOOP"})
	return err
}

// Check asks for a checkpoint of the mailbox that is selected (RFC 3501, 6.4.1),
// which most servers take for NOOP, and IMAP4rev2 does not have.
func (c *Client) Check(ctx context.Context) error {
	_, err := c.run(ctx, clientCommand{verb: "CHECK"})
	return err
}

// Enable enables extensions that change what the server sends (RFC 5161), and
// returns those that are enabled by it. What is not offered is not sent.
// CONDSTORE, QRESYNC, UTF8=ACCEPT and IMAP4rev2 are understood.
func (c *Client) Enable(ctx context.Context, capabilities ...string) ([]string, error) {
	var got []string
	err := c.during(ctx, func() (err error) {
		got, err = c.enable(capabilities...)
		return err
	})
	return got, err
}

func (c *Client) enable(capabilities ...string) ([]string, error) {
	var ask []string
	for _, one := range capabilities {
		// CONDSTORE is offered where QRESYNC is (RFC 7162, 3.2.3).
		one = ascii.Upper(one)
		if c.conn.has(one) || one == "CONDSTORE" && c.conn.has("QRESYNC") {
			ask = append(ask, one)
		}
	}
	if len(ask) == 0 {
		return nil, nil
	}
	var got []string
	_, err := c.exchange(clientCommand{
		verb: "ENABLE", needs: "ENABLE|IMAP4REV2", alone: true,
		args: func(e *clientEncoder) {
			for _, one := range ask {
				if one == "IMAP4REV2" {
					one = "IMAP4rev2"
				}
				e.raw(" ").atom(one)
			}
		},
		take: func(v any) bool {
			all, is := v.(clientEnabled)
			got = append(got, all...)
			return is
		},
	})
	for _, one := range got {
		// What was not asked for is taken too, if it is known: QRESYNC brings
		// CONDSTORE.
		if !c.conn.isEnabled(one) && (slices.Contains(ask, one) || one == "CONDSTORE") {
			c.conn.enabled = append(c.conn.enabled, one)
		}
	}
	return got, err
}

// clientID is the answer to ID.
type clientID map[string]string

// ID tells the server who the client is, and returns what the server says of
// itself (RFC 2971): "name", "version" and the like. nil tells nothing.
func (c *Client) ID(ctx context.Context, fields map[string]string) (map[string]string, error) {
	var got clientID
	_, err := c.run(ctx, clientCommand{
		verb: "ID", needs: "ID",
		args: func(e *clientEncoder) {
			if len(fields) > 30 { // RFC 2971, 3.3
				e.fail("more than 30 fields in ID")
			}
			if len(fields) == 0 {
				e.raw(" NIL")
				return
			}
			e.raw(" ")
			clientList(e, slices.Sorted(maps.Keys(fields)), func(k string) { e.str(k).raw(" ").str(fields[k]) })
		},
		take: func(v any) bool {
			id, is := v.(clientID)
			if is {
				got = id
			}
			return is
		},
	})
	return got, err
}

func (conn *clientConn) readID() {
	p := &conn.p
	got := clientID{}
	p.maybeList(func() {
		key := p.text()
		p.space()
		got[key] = p.text()
	})
	p.end()
	conn.offer(got, Update{})
}

// A NamespacePrefix is a place in the hierarchy of names (RFC 2342, 5).
type NamespacePrefix struct {
	Prefix    string // with the separator at its end, if there is one
	Separator string // "" for a flat one
}

// Namespaces are where mailboxes are: the user's own, those of other users, and
// those that are shared.
type Namespaces struct{ Personal, Other, Shared []NamespacePrefix }

// Namespace asks for the namespaces (RFC 9051, 6.3.10).
func (c *Client) Namespace(ctx context.Context) (*Namespaces, error) {
	var got *Namespaces
	_, err := c.run(ctx, clientCommand{verb: "NAMESPACE", needs: "NAMESPACE|IMAP4REV2", take: func(v any) bool {
		n, is := v.(*Namespaces)
		if is {
			got = n
		}
		return is
	}})
	if err == nil && got == nil {
		err = clientLacks("NAMESPACE")
	}
	return got, err
}

// clientLacks is the error of an OK without the answer.
func clientLacks(what string) error {
	return fmt.Errorf("%w: OK without %s", ErrProtocol, what)
}

func (conn *clientConn) readNamespace() {
	p := &conn.p
	read := func() (all []NamespacePrefix) {
		p.maybeList(func() {
			var one NamespacePrefix
			p.enter()
			one.Prefix = conn.decodeName(p.astring())
			p.space()
			one.Separator = p.text()
			for p.take(' ') { // extensions (RFC 2342, 5)
				p.skip()
			}
			p.expect(')')
			p.depth--
			all = append(all, one)
		})
		return all
	}
	n := new(Namespaces)
	n.Personal = read()
	p.space()
	n.Other = read()
	p.space()
	n.Shared = read()
	p.end()
	conn.offer(n, Update{})
}

func (conn *clientConn) decodeName(s string) string {
	return clientDecodeName(s, conn.isEnabled("UTF8=ACCEPT") || conn.isEnabled("IMAP4REV2"))
}
