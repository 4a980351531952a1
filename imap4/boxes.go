package imap4

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/name"
	"github.com/wirepost/wirepost/internal/ascii"
)

// oneMailbox takes the name of a mailbox.
func oneMailbox(p *parser) []string {
	p.space()
	path := p.mailbox()
	p.end()
	return path
}

// createRequest is what a CREATE command says.
type createRequest struct {
	name []string
	use  []string // RFC 6154, 3
}

// createArgs takes a name, behind which there may be a separator (RFC 9051,
// 6.3.4), and parameters.
func createArgs(p *parser) (r createRequest) {
	p.space()
	r.name = p.path(strings.TrimSuffix(p.astring(), string(rune(separator))))
	if p.skip(' ') {
		p.list(false, func() {
			if !p.is("USE") {
				p.fail("USE is missing")
			}
			p.space()
			p.list(true, func() { r.use = append(r.use, p.specialUse()) })
		})
	}
	p.end()
	return r
}

// specialUses are what a mailbox can be for (RFC 6154, 2; RFC 8457, 3).
var specialUses = []string{`\All`, `\Archive`, `\Drafts`, `\Flagged`, `\Important`, `\Junk`, `\Sent`, `\Trash`}

func (p *parser) specialUse() string {
	p.need('\\')
	word := p.atom()
	for _, use := range specialUses {
		if ascii.EqualFold(use[1:], word) {
			return use
		}
	}
	p.refuse(No("USEATTR", "special use not known"))
	return ""
}

func (c *Conn) create(ctx context.Context, r createRequest) Reply {
	if reply := c.mayCreate(ctx, r.name); !reply.isNone() {
		return reply
	}
	box, err := c.account.Change(ctx, MailboxChange{Op: CreateMailbox, Name: r.name, SpecialUse: r.use})
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.watch.own(ctx, r.name)
	id := appendMailboxID([]byte("MAILBOXID ("), box.ID) // RFC 8474, 4.1
	return OK(string(append(id, ')')), "mailbox created")
}

// mayCreate is why a mailbox must not be created, none if it may: the mailbox
// above it, if there is one, must allow it (RFC 4314, 4).
func (c *Conn) mayCreate(ctx context.Context, path []string) Reply {
	if len(path) == 1 && path[0] == name.Inbox {
		return No("ALREADYEXISTS", "the inbox is always there")
	}
	for n := len(path) - 1; n > 0; n-- {
		above, err := c.find(ctx, path[:n])
		if err != nil {
			continue
		}
		if above.NoInferiors {
			return No("CANNOT", "the mailbox above can have none below it")
		}
		if err := allowed(above.Rights, "k"); err != nil {
			return c.replyTo(ctx, err)
		}
		break
	}
	return Reply{}
}

func (c *Conn) deleteBox(ctx context.Context, path []string) Reply {
	if len(path) == 1 && path[0] == name.Inbox {
		return No("CANNOT", "the inbox cannot be deleted")
	}
	box, err := c.find(ctx, path)
	if err == nil {
		err = allowed(box.Rights, "x")
	}
	if err == nil {
		_, err = c.account.Change(ctx, MailboxChange{Op: DeleteMailbox, ID: box.ID})
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.watch.own(ctx, path)
	return OK("", "mailbox deleted")
}

// renameRequest is what a RENAME command says.
type renameRequest struct{ from, to []string }

func renameArgs(p *parser) (r renameRequest) {
	p.space()
	r.from = p.mailbox()
	p.space()
	r.to = p.mailbox()
	p.end()
	return r
}

func (c *Conn) rename(ctx context.Context, r renameRequest) Reply {
	box, err := c.named(ctx, r.from, "")
	inbox := len(r.from) == 1 && r.from[0] == name.Inbox
	if err == nil && !inbox {
		err = allowed(box.Rights, "x")
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	if !inbox && len(r.to) > len(r.from) && slices.Equal(r.to[:len(r.from)], r.from) {
		return No("CANNOT", "a mailbox cannot be moved below itself")
	}
	if reply := c.mayCreate(ctx, r.to); !reply.isNone() {
		return reply
	}
	if inbox {
		return c.renameInbox(ctx, box, r.to)
	}
	if _, err = c.account.Change(ctx, MailboxChange{Op: RenameMailbox, ID: box.ID, Name: r.to}); err != nil {
		return c.replyTo(ctx, err)
	}
	c.watch.own(ctx, r.from, r.to)
	return OK("", "mailbox renamed")
}

// renameInbox moves the messages of the inbox into a new mailbox, and leaves what
// is below the inbox alone (RFC 9051, 6.3.6).
func (c *Conn) renameInbox(ctx context.Context, inbox Mailbox, to []string) Reply {
	if err := allowed(inbox.Rights, "rte"); err != nil {
		return c.replyTo(ctx, err)
	}
	box, err := c.account.Change(ctx, MailboxChange{Op: CreateMailbox, Name: to})
	if err != nil {
		return c.replyTo(ctx, err)
	}
	state, _, err := c.account.Scan(ctx, inbox.ID, 0)
	if err == nil && state.UIDNext > 1 {
		all := UIDSet{{1, state.UIDNext - 1}}
		_, err = c.account.Copy(ctx, CopyRequest{From: inbox.ID, To: box.ID, UIDs: all, Move: true})
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.watch.own(ctx, to)
	return OK("", "messages of the inbox moved to the new mailbox")
}

func (c *Conn) subscribe(ctx context.Context, path []string) Reply {
	if _, err := c.account.Change(ctx, MailboxChange{Op: Subscribe, Name: path}); err != nil {
		return c.replyTo(ctx, err)
	}
	c.watch.own(ctx, path)
	return OK("", "subscribed")
}

func (c *Conn) unsubscribe(ctx context.Context, path []string) Reply {
	if _, err := c.account.Change(ctx, MailboxChange{Op: Unsubscribe, Name: path}); err != nil {
		return c.replyTo(ctx, err)
	}
	c.watch.own(ctx, path)
	return OK("", "unsubscribed")
}

// namespace tells where mailboxes are (RFC 2342).
func (c *Conn) namespace(context.Context, struct{}) Reply {
	personal, other, shared := []Namespace{{}}, []Namespace(nil), []Namespace(nil)
	if n, ok := as[Namespacer](c.account); ok {
		personal, other, shared = n.Namespaces()
	}
	b := []byte("* NAMESPACE")
	for _, list := range [][]Namespace{personal, other, shared} {
		b = append(b, ' ')
		if len(list) == 0 {
			b = append(b, "NIL"...)
			continue
		}
		b = append(b, '(')
		for _, n := range list {
			b = append(b, '(')
			b = c.appendPrefix(b, n.Prefix)
			b = append(b, ` "/")`...)
		}
		b = append(b, ')')
	}
	c.put(append(b, "\r\n"...))
	return OK("", "namespaces listed")
}

// appendPrefix appends what the names of a namespace begin with.
func (c *Conn) appendPrefix(b []byte, prefix []string) []byte {
	text := ""
	if len(prefix) > 0 {
		text = name.Join(prefix, separator) + string(rune(separator))
	}
	if !c.takesUTF8() {
		text = name.Encode(text)
	}
	return appendString(b, text, c.takesUTF8())
}
