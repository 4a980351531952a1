package imap4

import (
	"context"
	"strings"
)

// An OpenMailbox is a mailbox that is selected. The Client keeps it up to date with
// what the server tells.
type OpenMailbox struct {
	Name          string
	ReadOnly      bool
	Messages      uint32 // how many there are
	Recent        uint32
	FirstUnseen   uint32 // the sequence number of the first message that is not \Seen; 0 if the server has not told
	Flags         Flags  // those that messages have
	Permanent     Flags  // those that can be changed for good
	NewKeywords   bool   // new ones can be made (RFC 9051, 7.1: \*)
	UIDValidity   uint32 // 0 if the server has no lasting UIDs
	UIDNotSticky  bool   // messages that are added have no lasting UIDs
	UIDNext       UID
	ModSeq        ModSeq // HIGHESTMODSEQ; 0 without CONDSTORE, and for a mailbox that keeps none
	MailboxID     string // RFC 8474, 4; "" if the server has none
	permanentSeen bool

	// Answers to SelectOptions.Since: what has gone and what has changed.
	Vanished UIDSet
	Changed  []*Fetched
}

// SelectOptions are options of Select and Examine.
type SelectOptions struct {
	// CondStore asks for ModSeq, and has it told with each change (RFC 7162,
	// 3.1.8). It is passed over if the server has no CONDSTORE.
	CondStore bool

	// Since asks for what has happened since then (RFC 7162, 3.2.5). QRESYNC
	// must have been enabled: see Enable. Sync does all that is needed.
	Since *SyncState
}

// Select opens a mailbox. What was selected before is not any more, even if that
// fails.
func (c *Client) Select(ctx context.Context, name string, o *SelectOptions) (*OpenMailbox, error) {
	return c.open(ctx, "SELECT", name, o)
}

// Examine is Select for reading only.
func (c *Client) Examine(ctx context.Context, name string, o *SelectOptions) (*OpenMailbox, error) {
	return c.open(ctx, "EXAMINE", name, o)
}

func (c *Client) open(ctx context.Context, verb, name string, o *SelectOptions) (*OpenMailbox, error) {
	if o == nil {
		o = new(SelectOptions)
	}
	var s *OpenMailbox
	err := c.during(ctx, func() (err error) {
		s, err = c.selectNow(verb, name, o)
		return err
	})
	return s, err
}

func (c *Client) selectNow(verb, name string, o *SelectOptions) (*OpenMailbox, error) {
	conn := c.conn
	s := &OpenMailbox{Name: name, NewKeywords: true}
	cmd := clientCommand{
		verb: verb, alone: true,
		args: func(e *clientEncoder) {
			e.raw(" ").mailbox(name)
			o.encode(e)
		},
		take: func(v any) bool {
			if t, is := v.(clientText); is && clientCodeName(Reply(t)) == "CLOSED" { // RFC 9051, 7.1
				*s = OpenMailbox{Name: name, NewKeywords: true} // what came before was of the mailbox that is closed now
				return true
			}
			return s.take(conn, v)
		},
	}
	if o.Since != nil {
		cmd.needs = "QRESYNC"
	}
	call, err := c.send(cmd)
	if err != nil {
		return nil, err
	}
	conn.selected = nil
	r, err := c.finish(call)
	if err != nil {
		return nil, err
	}
	s.Vanished = normal(s.Vanished)
	s.ReadOnly = clientCodeName(r) == "READ-ONLY" || verb == "EXAMINE"
	if !s.permanentSeen { // all flags then (RFC 9051, 7.1: PERMANENTFLAGS)
		s.Permanent = s.Flags
	}
	conn.selected = s
	return s, nil
}

func (o *SelectOptions) encode(e *clientEncoder) {
	conn := e.conn
	switch {
	case o.Since != nil:
		e.raw(" (QRESYNC (").number(uint64(o.Since.UIDValidity)).raw(" ").number(uint64(o.Since.ModSeq))
		if len(o.Since.UIDs) > 0 {
			e.raw(" ").uids(o.Since.UIDs)
		}
		e.raw("))")
		if o.Since.UIDValidity == 0 || o.Since.ModSeq == 0 {
			e.fail("SelectOptions.Since without UIDValidity or ModSeq")
		}
	case o.CondStore && (conn.has("CONDSTORE") || conn.has("QRESYNC")):
		e.raw(" (CONDSTORE)")
	}
}

// take notes what the answer to SELECT says.
func (s *OpenMailbox) take(conn *clientConn, v any) bool {
	switch v := v.(type) {
	case clientCount:
		s.count(v.word, v.n)
	case clientFlags:
		s.Flags = Flags(v)
	case clientText:
		return s.takeText(conn, Reply(v))
	case clientVanished:
		s.Vanished = append(s.Vanished, v.uids...) // selectNow makes a set of all of them
	case *Fetched:
		s.Changed = append(s.Changed, v)
	case *Listed: // IMAP4rev2 tells of the mailbox that is opened (RFC 9051, 6.3.2)
	default:
		return false
	}
	return true
}

func (s *OpenMailbox) takeText(conn *clientConn, r Reply) bool {
	_, args, _ := strings.Cut(r.Code, " ")
	switch clientCodeName(r) {
	case "UIDVALIDITY":
		s.UIDValidity = uint32(clientCodeNumber(args))
	case "UIDNEXT":
		s.UIDNext = UID(clientCodeNumber(args))
	case "UNSEEN":
		s.FirstUnseen = uint32(clientCodeNumber(args))
	case "HIGHESTMODSEQ":
		s.ModSeq = ModSeq(clientCodeNumber(args))
	case "NOMODSEQ":
		s.ModSeq = 0
	case "UIDNOTSTICKY":
		s.UIDNotSticky = true
	case "MAILBOXID":
		s.MailboxID = strings.Trim(args, "()")
	case "PERMANENTFLAGS":
		p := conn.code(args)
		if f, star := p.flagsAndStar(); p.err == nil {
			s.Permanent, s.NewKeywords, s.permanentSeen = f, star, true
		}
	default:
		return false
	}
	return true
}

// Unselect ends the selection and expunges nothing (RFC 9051, 6.4.2). Without
// UNSELECT it is undone by EXAMINE of a name that is not there.
func (c *Client) Unselect(ctx context.Context) error {
	return c.during(ctx, func() error {
		conn := c.conn
		defer func() { conn.selected = nil }()
		if conn.has("UNSELECT") || conn.has("IMAP4REV2") {
			_, err := c.exchange(clientCommand{verb: "UNSELECT", alone: true})
			return err
		}
		// A SELECT that fails leaves nothing selected (RFC 3501, 6.3.1), and
		// no mailbox has an empty name.
		_, err := c.exchange(clientCommand{verb: "EXAMINE", alone: true, args: func(e *clientEncoder) { e.raw(` ""`) }})
		if clientIsReply(err) {
			return nil
		}
		return err
	})
}

// CloseMailbox expunges what is \Deleted and ends the selection: the command
// CLOSE (RFC 9051, 6.4.1). Nobody is told what was expunged.
func (c *Client) CloseMailbox(ctx context.Context) error {
	return c.during(ctx, func() error {
		_, err := c.exchange(clientCommand{verb: "CLOSE", alone: true})
		if err == nil {
			c.conn.selected = nil
		}
		return err
	})
}
