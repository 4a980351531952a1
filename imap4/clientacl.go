package imap4

import (
	"context"
	"strings"
)

// What the responses about rights say.
type (
	clientACL struct {
		name    string
		entries []ACLEntry
	}
	clientListRights struct {
		name, identifier, always string
		optional                 []string
	}
	clientMyRights struct{ name, rights string }
)

// GetACL asks who has which rights on a mailbox (RFC 4314, 3.3).
func (c *Client) GetACL(ctx context.Context, name string) ([]ACLEntry, error) {
	var got []ACLEntry
	told := false
	_, err := c.run(ctx, clientCommand{
		verb: "GETACL", needs: "ACL",
		args: func(e *clientEncoder) { e.raw(" ").mailbox(name) },
		take: func(v any) bool {
			a, is := v.(clientACL)
			if !is || a.name != clientDecodeName(name, true) {
				return false
			}
			got, told = a.entries, true
			return true
		},
	})
	if err == nil && !told {
		err = clientLacks("ACL")
	}
	return got, err
}

// SetACL gives an identifier exactly these rights; with "+" or "-" before them,
// adds or takes them away (RFC 4314, 3.1).
func (c *Client) SetACL(ctx context.Context, name string, entry ACLEntry) error {
	_, err := c.run(ctx, clientCommand{verb: "SETACL", needs: "ACL", args: func(e *clientEncoder) {
		if strings.TrimLeft(entry.Rights, "+-abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			e.fail("the rights %q", entry.Rights)
		}
		e.raw(" ").mailbox(name).raw(" ").str(entry.Identifier).raw(" ").str(entry.Rights)
	}})
	return err
}

// DeleteACL takes an identifier off the list (RFC 4314, 3.2).
func (c *Client) DeleteACL(ctx context.Context, name, identifier string) error {
	_, err := c.run(ctx, clientCommand{verb: "DELETEACL", needs: "ACL", args: func(e *clientEncoder) {
		e.raw(" ").mailbox(name).raw(" ").str(identifier)
	}})
	return err
}

// ListRights asks which rights an identifier always has on a mailbox, and which
// can be given to it, each string together (RFC 4314, 3.4).
func (c *Client) ListRights(ctx context.Context, name, identifier string) (always string, optional []string, err error) {
	told := false
	_, err = c.run(ctx, clientCommand{
		verb: "LISTRIGHTS", needs: "ACL",
		args: func(e *clientEncoder) { e.raw(" ").mailbox(name).raw(" ").str(identifier) },
		take: func(v any) bool {
			l, is := v.(clientListRights)
			if !is || l.name != clientDecodeName(name, true) { // the server may have prepared the identifier
				return false
			}
			always, optional, told = l.always, l.optional, true
			return true
		},
	})
	if err == nil && !told {
		err = clientLacks("LISTRIGHTS")
	}
	return always, optional, err
}

// MyRights asks for the user's own rights on a mailbox (RFC 4314, 3.5).
func (c *Client) MyRights(ctx context.Context, name string) (string, error) {
	var got string
	told := false
	_, err := c.run(ctx, clientCommand{
		verb: "MYRIGHTS", needs: "ACL",
		args: func(e *clientEncoder) { e.raw(" ").mailbox(name) },
		take: func(v any) bool {
			r, is := v.(clientMyRights)
			if !is || r.name != clientDecodeName(name, true) {
				return false
			}
			got, told = r.rights, true
			return true
		},
	})
	if err == nil && !told {
		err = clientLacks("MYRIGHTS")
	}
	return got, err
}

func (conn *clientConn) readACL() {
	p := &conn.p
	a := clientACL{name: conn.decodeName(p.astring())}
	for p.err == nil && p.take(' ') {
		if p.i == len(p.b) {
			break
		}
		one := ACLEntry{Identifier: p.astring()}
		p.space()
		one.Rights = p.astring()
		a.entries = append(a.entries, one)
	}
	p.end()
	conn.offer(a, Update{})
}

func (conn *clientConn) readListRights() {
	p := &conn.p
	l := clientListRights{name: conn.decodeName(p.astring())}
	p.space()
	l.identifier = p.astring()
	p.space()
	l.always = p.astring()
	for p.err == nil && p.take(' ') {
		if p.i < len(p.b) {
			l.optional = append(l.optional, p.astring())
		}
	}
	p.end()
	conn.offer(l, Update{})
}

func (conn *clientConn) readMyRights() {
	p := &conn.p
	r := clientMyRights{name: conn.decodeName(p.astring())}
	p.space()
	r.rights = p.astring()
	p.end()
	conn.offer(r, Update{})
}
