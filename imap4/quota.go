package imap4

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/name"
	"github.com/wirepost/wirepost/internal/ascii"
)

// Quotas (RFC 9208).

func (c *Conn) hasQuota() bool {
	_, ok := as[QuotaStore](c.account)
	return ok
}

// rootArgs takes the name of a quota root.
func rootArgs(p *parser) string {
	p.space()
	root := p.rootName()
	p.end()
	return root
}

// rootName takes a name, in which RFC 9208, 7 allows what an astring can have.
func (p *parser) rootName() string {
	quotes := p.utf8
	p.utf8 = true
	s := p.astring()
	p.utf8 = quotes
	return s
}

// quotaRequest is what a SETQUOTA command says.
type quotaRequest struct {
	root   string
	limits []QuotaLimit
}

// maxResources bounds the limits in one command.
const maxResources = 100

// setQuotaArgs takes a quota root and limits (RFC 9208, 4.1.3).
func setQuotaArgs(p *parser) (r quotaRequest) {
	p.space()
	r.root = p.rootName()
	p.space()
	p.list(true, func() {
		l := QuotaLimit{Name: ascii.Upper(p.atom())}
		p.space()
		l.Limit = p.number()
		if slices.ContainsFunc(r.limits, func(other QuotaLimit) bool { return other.Name == l.Name }) {
			p.fail("a resource is there twice")
		}
		if r.limits = append(r.limits, l); len(r.limits) > maxResources {
			p.refuse(tooManyArgs)
		}
	})
	p.end()
	return r
}

// getQuota tells of a quota root.
func (c *Conn) getQuota(ctx context.Context, root string) Reply {
	store, _ := as[QuotaStore](c.account)
	roots, err := store.QuotaRoots(ctx, 0)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	for i := range roots {
		if roots[i].Name == root {
			c.tellQuota(&roots[i], "")
			return OK("", "quota told")
		}
	}
	return noQuotaRoot
}

var noQuotaRoot = No("NONEXISTENT", "no such quota root")

// readResources are those that tell how much there is to read, which whoever may
// not read must not learn (RFC 9208, 6).
var readResources = []string{"STORAGE", "MESSAGE", "ANNOTATION-STORAGE"}

// quotaRoot tells which quota roots a mailbox has. One that does not exist has
// those that it would have if it were made (RFC 9208, 4.1.2); so has one that the
// user must not know of.
func (c *Conn) quotaRoot(ctx context.Context, path []string) Reply {
	store, _ := as[QuotaStore](c.account)
	box, err := c.nearest(ctx, path)
	var roots []QuotaRoot
	if err == nil {
		roots, err = store.QuotaRoots(ctx, box.ID)
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	b := c.appendName([]byte("* QUOTAROOT "), path)
	for _, root := range roots {
		b = appendString(append(b, ' '), root.Name, c.takesUTF8())
	}
	c.put(append(b, "\r\n"...))
	for i := range roots {
		c.tellQuota(&roots[i], box.Rights)
	}
	return OK("", "quota roots told")
}

// nearest returns the mailbox of a name, or the nearest one above it, or the
// inbox.
func (c *Conn) nearest(ctx context.Context, path []string) (Mailbox, error) {
	for n := len(path); n > 0; n-- {
		switch box, err := c.find(ctx, path[:n]); {
		case err == nil && !hidden(box.Rights):
			return box, nil
		case err != nil && !isGone(err):
			return box, err
		}
	}
	return c.find(ctx, []string{name.Inbox})
}

// setQuota changes limits.
func (c *Conn) setQuota(ctx context.Context, r quotaRequest) Reply {
	store, _ := as[QuotaStore](c.account)
	root, err := store.SetQuota(ctx, r.root, r.limits)
	switch {
	case isGone(err):
		return noQuotaRoot
	case err != nil:
		return c.replyTo(ctx, err)
	}
	c.tellQuota(&root, "")
	return OK("", "quota set")
}

// tellQuota tells what is used of a quota root, to somebody with these rights.
func (c *Conn) tellQuota(root *QuotaRoot, rights string) {
	b := appendString([]byte("* QUOTA "), root.Name, c.takesUTF8())
	b = append(b, " ("...)
	at := len(b)
	for _, r := range root.Resources {
		if r.Limit < 0 || !isAtom(r.Name) || !hasAny(rights, "r") && slices.Contains(readResources, ascii.Upper(r.Name)) {
			continue
		}
		b = append(append(b, r.Name...), ' ')
		b = append(appendNumber(b, max(r.Usage, 0)), ' ')
		b = append(appendNumber(b, r.Limit), ' ')
	}
	if len(b) > at {
		b = b[:len(b)-1]
	}
	c.put(append(b, ")\r\n"...))
}

// isAtom reports whether s can be told as an atom.
func isAtom(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f || octets[byte(r)]&inAtom == 0 })
}

// deletedSize is how many octets an EXPUNGE would set free (RFC 9208, 4.1.4).
func (c *Conn) deletedSize(ctx context.Context, id MailboxID) (size int64, _ error) {
	_, all, err := c.account.Scan(ctx, id, 0)
	if err != nil {
		return 0, err
	}
	for m, err := range all {
		if err != nil {
			return 0, err
		}
		if m.Flags.System&Deleted != 0 {
			size += m.Size
		}
	}
	return size, nil
}
