package imap4

import (
	"context"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Create makes a mailbox, for the special uses that are given, such as `\Archive`
// (RFC 6154, 3). The error is the server's Reply if it refuses: ALREADYEXISTS, or
// USEATTR for uses that it does not do.
func (c *Client) Create(ctx context.Context, name string, use ...string) error {
	cmd := clientCommand{verb: "CREATE", args: func(e *clientEncoder) {
		e.raw(" ").mailbox(name)
		if len(use) > 0 {
			e.raw(" (USE ")
			clientList(e, use, func(u string) {
				if u == "" || u[0] != '\\' {
					e.fail(`the use %q does not begin with a backslash`, u)
					return
				}
				e.raw(`\`).atom(u[1:])
			})
			e.raw(")")
		}
	}}
	if len(use) > 0 {
		cmd.needs = "CREATE-SPECIAL-USE"
	}
	_, err := c.run(ctx, cmd)
	return err
}

// Delete deletes a mailbox and its messages.
func (c *Client) Delete(ctx context.Context, name string) error {
	return c.named(ctx, "DELETE", name)
}

// Rename gives a mailbox, and those below it, another name. To rename INBOX moves
// its messages (RFC 9051, 6.3.6).
func (c *Client) Rename(ctx context.Context, from, to string) error {
	_, err := c.run(ctx, clientCommand{verb: "RENAME", args: func(e *clientEncoder) {
		e.raw(" ").mailbox(from).raw(" ").mailbox(to)
	}})
	return err
}

// Subscribe adds a name to those that are subscribed.
func (c *Client) Subscribe(ctx context.Context, name string) error {
	return c.named(ctx, "SUBSCRIBE", name)
}

// Unsubscribe undoes Subscribe.
func (c *Client) Unsubscribe(ctx context.Context, name string) error {
	return c.named(ctx, "UNSUBSCRIBE", name)
}

func (c *Client) named(ctx context.Context, verb, name string) error {
	_, err := c.run(ctx, clientCommand{verb: verb, args: func(e *clientEncoder) { e.raw(" ").mailbox(name) }})
	return err
}

// StatusItems say what Status asks for. Zero asks for all that the server has.
type StatusItems uint16

// What Status can ask for (RFC 9051, 6.3.11).
const (
	ItemMessages    StatusItems = 1 << iota // how many there are
	ItemRecent                              // \Recent; not in IMAP4rev2
	ItemUIDNext                             // the UID that the next message gets, or a lower one
	ItemUIDValidity                         // what UIDs are good for
	ItemUnseen                              // without \Seen
	ItemDeleted                             // with \Deleted; RFC 9051 and RFC 9208
	ItemSize                                // octets of all messages; RFC 8438
	ItemModSeq                              // the highest mod-sequence; RFC 7162
	ItemMailboxID                           // RFC 8474, 4.3
	ItemAppendLimit                         // octets that a message may have; RFC 7889
)

// clientStatusNames are the names of the items, and what has to be offered for
// each.
var clientStatusNames = [...]struct{ name, needs string }{
	{"MESSAGES", ""},
	{"RECENT", "IMAP4REV1"},
	{"UIDNEXT", ""},
	{"UIDVALIDITY", ""},
	{"UNSEEN", ""},
	{"DELETED", "IMAP4REV2|QUOTA=RES-STORAGE|QUOTA=RES-MESSAGE"},
	{"SIZE", "STATUS=SIZE|IMAP4REV2"},
	{"HIGHESTMODSEQ", "CONDSTORE|QRESYNC"},
	{"MAILBOXID", "OBJECTID"},
	{"APPENDLIMIT", "APPENDLIMIT"},
}

// A MailboxStatus is the answer to Status. What was not asked for, or not
// answered, is zero.
type MailboxStatus struct {
	Name        string
	Messages    uint32
	Recent      uint32
	Unseen      uint32
	Deleted     uint32
	UIDNext     UID
	UIDValidity uint32
	Size        int64 // octets
	ModSeq      ModSeq
	MailboxID   string
	AppendLimit int64 // octets; -1 is none
}

// Status asks for numbers of a mailbox without selecting it. Items that the
// server does not offer are left out. It should not be asked about the mailbox
// that is selected (RFC 9051, 6.3.11).
func (c *Client) Status(ctx context.Context, name string, items StatusItems) (*MailboxStatus, error) {
	var got *MailboxStatus
	_, err := c.run(ctx, clientCommand{
		verb: "STATUS",
		args: func(e *clientEncoder) { e.raw(" ").mailbox(name).raw(" "); e.statusItems(items) },
		take: func(v any) bool {
			s, is := v.(*MailboxStatus)
			if !is || s.Name != clientDecodeName(name, true) {
				return false
			}
			got = s
			return true
		},
	})
	if err == nil && got == nil {
		err = clientLacks("STATUS")
	}
	return got, err
}

// statusItems adds the list of items.
func (e *clientEncoder) statusItems(items StatusItems) {
	if items == 0 {
		items = 1<<len(clientStatusNames) - 1
	}
	var names []string
	for i, item := range clientStatusNames {
		if items&(1<<i) != 0 && e.conn.offers(item.needs) == nil {
			names = append(names, item.name)
		}
	}
	if len(names) == 0 {
		e.fail("no item of STATUS that the server offers")
	}
	clientList(e, names, func(s string) { e.raw(s) })
}

func (conn *clientConn) readStatus() {
	p := &conn.p
	s := &MailboxStatus{Name: conn.decodeName(p.astring())}
	p.space()
	p.list(func() {
		word := ascii.Upper(string(p.word()))
		p.space()
		switch word {
		case "MESSAGES":
			s.Messages = p.number32()
		case "RECENT":
			s.Recent = p.number32()
		case "UIDNEXT":
			s.UIDNext = UID(p.number32())
		case "UIDVALIDITY":
			s.UIDValidity = p.number32()
		case "UNSEEN":
			s.Unseen = p.number32()
		case "DELETED":
			s.Deleted = p.number32()
		case "SIZE":
			s.Size = int64(p.number())
		case "HIGHESTMODSEQ":
			s.ModSeq = ModSeq(p.number())
		case "MAILBOXID":
			p.list(func() { s.MailboxID = p.atom() })
		case "APPENDLIMIT":
			if p.isNil() {
				s.AppendLimit = -1
			} else {
				s.AppendLimit = int64(p.number())
			}
		default:
			p.skip()
		}
	})
	p.end()
	conn.offer(s, Update{Kind: UpdateStatus, Status: s})
}
