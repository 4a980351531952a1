package imap4

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// ListOptions say what List asks for beyond names. What the server does not offer
// of it is left out, or asked for in another way, but for Status, which is asked
// of each mailbox then, all at once.
type ListOptions struct {
	// Reference is put before the patterns; usually there is none.
	Reference string

	// Subscribed lists the names that are subscribed, whether they exist or
	// not; SpecialUse those that have a special use; Remote those on other
	// servers too. RecursiveMatch adds those that have such below them (RFC
	// 5258, 3.1).
	Subscribed, SpecialUse, Remote, RecursiveMatch bool

	Status   StatusItems // asks for numbers of each mailbox (RFC 5819); zero for none
	MyRights bool        // asks for the user's rights (RFC 8440)
	Metadata []string    // asks for annotations, such as "/private/comment" (RFC 9590)
}

// A Listed is one mailbox, or name, of a List.
type Listed struct {
	Name      string
	Separator string   // between components; "" if there is no hierarchy
	Attrs     []string // such as `\HasChildren`, `\NonExistent`, `\Sent`
	OldName   string   // what it was called before it was renamed (RFC 9051, 6.3.9)
	ChildInfo []string // options that names below it match, such as SUBSCRIBED (RFC 5258, 4)

	// What ListOptions has asked for; nil or empty where there is no answer, as
	// for what can't be selected.
	Status   *MailboxStatus
	MyRights string
	Metadata []MetadataEntry
}

// Has reports whether it has an attribute, in any case.
func (l *Listed) Has(attr string) bool {
	return slices.ContainsFunc(l.Attrs, func(a string) bool { return ascii.EqualFold(a, attr) })
}

// List lists the mailboxes whose names a pattern matches: "*" stands for
// anything, "%" for anything without a separator.
func (c *Client) List(ctx context.Context, pattern string, o *ListOptions) ([]*Listed, error) {
	if o == nil {
		o = new(ListOptions)
	}
	var all []*Listed
	err := c.during(ctx, func() error {
		l := clientLister{conn: c.conn, o: o, byName: make(map[string]*Listed)}
		_, err := c.exchange(clientCommand{verb: l.verb(), take: l.take, args: func(e *clientEncoder) { l.encode(e, pattern) }})
		if err != nil {
			return err
		}
		all = l.all
		return c.addStatus(&l)
	})
	return all, err
}

// A clientLister is one List under way.
type clientLister struct {
	conn   *clientConn
	o      *ListOptions
	all    []*Listed
	byName map[string]*Listed
}

func (l *clientLister) extended() bool { return l.conn.has("LIST-EXTENDED") || l.conn.has("IMAP4REV2") }

func (l *clientLister) verb() string {
	if l.o.Subscribed && !l.extended() {
		return "LSUB"
	}
	return "LIST"
}

func (l *clientLister) withStatus() bool {
	return l.o.Status != 0 && (l.conn.has("LIST-STATUS") || l.conn.has("IMAP4REV2"))
}

func (l *clientLister) encode(e *clientEncoder, pattern string) {
	var selection, returned []string
	add := func(to *[]string, is bool, s string) {
		if is {
			*to = append(*to, s)
		}
	}
	o, conn := l.o, l.conn
	if l.extended() {
		add(&selection, o.Subscribed, "SUBSCRIBED")
		add(&selection, o.Remote, "REMOTE")
		add(&selection, o.SpecialUse && conn.has("SPECIAL-USE"), "SPECIAL-USE")
		add(&selection, o.RecursiveMatch && o.Subscribed, "RECURSIVEMATCH")
		add(&returned, true, "SUBSCRIBED")
		add(&returned, true, "CHILDREN")
		add(&returned, conn.has("SPECIAL-USE"), "SPECIAL-USE")
		add(&returned, o.MyRights && conn.has("LIST-MYRIGHTS"), "MYRIGHTS")
	}
	if len(selection) > 0 {
		e.raw(" ")
		clientList(e, selection, func(s string) { e.raw(s) })
	}
	e.raw(" ").mailbox(o.Reference).raw(" ").mailbox(pattern)
	status := l.withStatus()
	metadata := len(o.Metadata) > 0 && conn.has("LIST-METADATA")
	if len(returned) == 0 && !status && !metadata {
		return
	}
	e.raw(" RETURN (" + strings.Join(returned, " "))
	if status {
		e.raw(" STATUS ").statusItems(o.Status)
	}
	if metadata {
		e.raw(" METADATA ")
		clientList(e, o.Metadata, func(s string) { e.str(s) })
	}
	e.raw(")")
}

// take puts together what belongs to one name.
func (l *clientLister) take(v any) bool {
	switch v := v.(type) {
	case *Listed:
		if have := l.byName[v.Name]; have != nil { // LSUB and some LISTs tell twice
			have.Attrs = append(have.Attrs, v.Attrs...)
			return true
		}
		if l.verb() == "LSUB" {
			v.Attrs = append(v.Attrs, `\Subscribed`)
		}
		l.byName[v.Name] = v
		l.all = append(l.all, v)
		return true
	case *MailboxStatus:
		at := l.byName[v.Name]
		if l.withStatus() && at != nil {
			at.Status = v
			return true
		}
	case clientMyRights:
		at := l.byName[v.name]
		if l.o.MyRights && at != nil {
			at.MyRights = v.rights
			return true
		}
	case *clientMetadata:
		at := l.byName[v.name]
		if len(l.o.Metadata) > 0 && at != nil {
			at.Metadata = append(at.Metadata, v.entries...)
			return true
		}
	}
	return false
}

// addStatus asks for the numbers of each mailbox where LIST could not.
func (c *Client) addStatus(l *clientLister) error {
	if l.o.Status == 0 || l.withStatus() {
		return nil
	}
	var calls []*clientCall
	for _, one := range l.all {
		if one.Has(`\NoSelect`) || one.Has(`\NonExistent`) {
			continue
		}
		call, err := c.send(clientCommand{
			verb: "STATUS",
			args: func(e *clientEncoder) { e.raw(" ").mailbox(one.Name).raw(" "); e.statusItems(l.o.Status) },
			take: func(v any) bool {
				s, is := v.(*MailboxStatus)
				if !is || s.Name != one.Name {
					return false
				}
				one.Status = s
				return true
			},
		})
		if err != nil {
			return err
		}
		calls = append(calls, call)
	}
	for _, call := range calls {
		// One that is refused has gone meanwhile, or is not to be seen.
		if _, err := c.finish(call); err != nil && !clientIsReply(err) {
			return err
		}
	}
	return nil
}

func (conn *clientConn) readList() {
	p := &conn.p
	l := new(Listed)
	p.list(func() {
		b := p.word()
		l.Attrs = append(l.Attrs, p.names.keep(b))
	})
	p.space()
	l.Separator = p.text()
	p.space()
	l.Name = conn.decodeName(p.astring())
	if p.peek() == ' ' && p.i+1 < len(p.b) {
		p.space()
		p.list(func() { conn.readListExtra(l) })
	}
	p.end()
	conn.offer(l, Update{Kind: UpdateMailbox, Mailbox: l})
}

// readListExtra reads an extended data item (RFC 5258, 6).
func (conn *clientConn) readListExtra(l *Listed) {
	p := &conn.p
	tag := ascii.Upper(p.astring())
	p.space()
	switch tag {
	case "OLDNAME":
		p.list(func() { l.OldName = conn.decodeName(p.astring()) })
	case "CHILDINFO":
		p.list(func() { l.ChildInfo = append(l.ChildInfo, p.astring()) })
	default:
		p.skip()
	}
}
