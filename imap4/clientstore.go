package imap4

import (
	"context"
	"errors"
	"strings"
)

// StoreOptions are options of Store.
type StoreOptions struct {
	// Silent does not ask for the flags that messages have then.
	Silent bool

	// UnchangedSince, if not nil, leaves alone the messages that have changed
	// since then (RFC 7162, 3.1.3).
	UnchangedSince *ModSeq
}

// Stored is what Store has done.
type Stored struct {
	Changed  []*Fetched // flags as they are then, or ModSeq alone if Silent
	Conflict UIDSet     // what UnchangedSince left alone
}

// Store changes flags. That messages have gone is no error.
func (c *Client) Store(ctx context.Context, uids UIDSet, mode FlagMode, flags Flags, o *StoreOptions) (*Stored, error) {
	if o == nil {
		o = new(StoreOptions)
	}
	done := new(Stored)
	err := c.during(ctx, func() error {
		return c.inParts(uids, nil, func(uids UIDSet) (*clientCall, error) {
			call, err := c.send(clientStoreCommand(uids, mode, flags, o, done))
			if err != nil {
				return nil, err
			}
			r, err := c.finish(call)
			if _, args, ok := strings.Cut(r.Code, " "); ok && clientCodeName(r) == "MODIFIED" {
				done.Conflict = normal(append(done.Conflict, c.conn.code(args).uidSet()...))
			}
			return call, err
		})
	})
	if r, is := errors.AsType[Reply](err); err != nil && !(is && clientCodeName(r) == "MODIFIED") {
		return nil, err
	}
	return done, err
}

// clientStoreCommand is a STORE, the answers to which are put into done.
func clientStoreCommand(uids UIDSet, mode FlagMode, flags Flags, o *StoreOptions, done *Stored) clientCommand {
	cmd := clientCommand{
		verb: "UID STORE",
		args: func(e *clientEncoder) {
			e.raw(" ").uids(uids)
			if o.UnchangedSince != nil {
				e.raw(" (UNCHANGEDSINCE ").number(uint64(*o.UnchangedSince)).raw(")")
			}
			if mode < ReplaceFlags || mode > RemoveFlags {
				e.fail("the mode %d of Store", mode)
				return
			}
			e.raw([]string{" FLAGS", " +FLAGS", " -FLAGS"}[mode])
			if o.Silent {
				e.raw(".SILENT")
			}
			e.raw(" ").flags(flags)
		},
		take: func(v any) bool {
			f, is := v.(*Fetched)
			if !is || f.more || !clientCovers(uids, f.UID) {
				return false
			}
			done.Changed = append(done.Changed, f)
			return true
		},
	}
	if o.UnchangedSince != nil {
		cmd.needs = "CONDSTORE|QRESYNC"
	}
	return cmd
}

// CopiedTo says where messages went: From[i] is now To[i] (RFC 9051, 7.1:
// COPYUID). It is zero if the server does not tell, or nothing went.
type CopiedTo struct {
	UIDValidity uint32
	From, To    []UID
}

// Copy puts messages into another mailbox, all or none.
func (c *Client) Copy(ctx context.Context, uids UIDSet, to string) (*CopiedTo, error) {
	var copied *CopiedTo
	err := c.during(ctx, func() (err error) {
		copied, err = c.copyMessages("UID COPY", uids, to)
		return err
	})
	return copied, err
}

// copyMessages is Copy and Move. MOVE tells COPYUID in an untagged OK (RFC 6851,
// 4.3).
func (c *Client) copyMessages(verb string, uids UIDSet, to string) (*CopiedTo, error) {
	copied := new(CopiedTo)
	err := c.inParts(uids, nil, func(uids UIDSet) (*clientCall, error) { return c.copyPart(verb, uids, to, copied) })
	if err != nil {
		return nil, err
	}
	return copied, nil
}

// copyPart is copyMessages of as much as the server does in one command.
func (c *Client) copyPart(verb string, uids UIDSet, to string, copied *CopiedTo) (*clientCall, error) {
	call, err := c.finished(c.send(clientCommand{
		verb: verb,
		args: func(e *clientEncoder) { e.raw(" ").uids(uids).raw(" ").mailbox(to) },
		take: func(v any) bool {
			t, is := v.(clientText)
			if !is || clientCodeName(Reply(t)) != "COPYUID" || verb != "UID MOVE" {
				return false
			}
			c.conn.copyUID(Reply(t), copied)
			return true
		},
	}))
	if err == nil && clientCodeName(call.reply) == "COPYUID" {
		c.conn.copyUID(call.reply, copied)
	}
	return call, err
}

// copyUID reads a COPYUID. One that cannot be right is taken for none: the
// messages are where they should be all the same.
func (conn *clientConn) copyUID(r Reply, to *CopiedTo) {
	_, args, _ := strings.Cut(r.Code, " ")
	p := conn.code(args)
	validity := p.number32()
	p.space()
	from := p.ranges()
	p.space()
	where := p.ranges()
	got := CopiedTo{UIDValidity: validity, From: p.expand(from), To: p.expand(where)}
	if p.err == nil && len(got.From) == len(got.To) {
		// MOVE may tell more than once.
		to.UIDValidity = validity
		to.From, to.To = append(to.From, got.From...), append(to.To, got.To...)
	}
}

// Move puts messages into another mailbox. Without MOVE (RFC 6851) it copies
// them, sets \Deleted and expunges them, as the RFC has it; that takes UIDPLUS
// (ErrUnsupported), for else all would be expunged that is \Deleted. What comes
// after the copy is not removed, though uids may have its UID. An error after the
// copy leaves the messages in both.
func (c *Client) Move(ctx context.Context, uids UIDSet, to string) (*CopiedTo, error) {
	var copied *CopiedTo
	err := c.during(ctx, func() (err error) {
		if c.conn.offers("MOVE|IMAP4REV2") == nil {
			copied, err = c.copyMessages("UID MOVE", uids, to)
			return err
		}
		if err := c.conn.offers("UIDPLUS"); err != nil {
			return err
		}
		copied = new(CopiedTo)
		those, err := c.present(uids)
		if err != nil || len(those) == 0 && len(uids) > 0 {
			return err
		}
		if copied, err = c.copyMessages("UID COPY", those, to); err != nil {
			return err
		}
		return c.remove(those)
	})
	return copied, err
}

// present returns a set that no message can join: what has come behind a COPY is
// not to be removed with what was copied.
func (c *Client) present(uids UIDSet) (UIDSet, error) {
	box := c.conn.selected
	if len(uids) == 0 || clientIsSaved(uids) || box == nil || uids[len(uids)-1].Last < box.UIDNext {
		return uids, nil
	}
	find := clientSearch{o: new(SearchOptions), found: new(Found)}
	q := &Query{Key: InSet, UIDs: uids}
	call, err := find.send(c, q)
	if err == nil {
		err = find.whole(c, q, call)
	}
	find.complete()
	return find.found.UIDs, err
}

// remove marks messages as deleted and expunges them.
func (c *Client) remove(uids UIDSet) error {
	err := c.inParts(uids, nil, func(uids UIDSet) (*clientCall, error) {
		return c.finished(c.send(clientCommand{verb: "UID STORE", args: func(e *clientEncoder) {
			e.raw(" ").uids(uids).raw(` +FLAGS.SILENT (\Deleted)`)
		}}))
	})
	if err != nil {
		return err
	}
	return c.expunge(uids)
}

// Expunge removes messages that are \Deleted: those of uids (RFC 4315), or all of
// the mailbox if uids is nil. What has gone is told to Options.Updates, by
// sequence number or, with QRESYNC, by UID.
func (c *Client) Expunge(ctx context.Context, uids UIDSet) error {
	return c.during(ctx, func() error { return c.expunge(uids) })
}

func (c *Client) expunge(uids UIDSet) error {
	if uids == nil {
		_, err := c.exchange(clientCommand{verb: "EXPUNGE"})
		return err
	}
	return c.inParts(uids, nil, func(uids UIDSet) (*clientCall, error) {
		return c.finished(c.send(clientCommand{
			verb: "UID EXPUNGE", needs: "UIDPLUS|IMAP4REV2",
			args: func(e *clientEncoder) { e.raw(" ").uids(uids) },
		}))
	})
}
