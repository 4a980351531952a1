package sqlite

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Deliver implements store.Store.
func (s *Store) Deliver(ctx context.Context, d store.Delivery, body io.Reader) (store.Receipt, error) {
	if err := d.Check(); err != nil {
		return store.Receipt{}, fail(err)
	}
	d.To = distinct(d.To)
	d.Flags = d.Flags.Sorted()
	b, err := s.stage(ctx, body, InlineLimit)
	if err != nil {
		return store.Receipt{}, fail(err)
	}
	var rec store.Receipt
	err = s.add(ctx, max(1, len(b.inline())), func(t *tx) (err error) {
		rec, err = t.deliver(d, b)
		return err
	})
	s.unstage(b, err == nil && !rec.Repeated)
	if err != nil {
		return store.Receipt{}, err
	}
	return rec, nil
}

// distinct returns ids in their order, without repetitions.
func distinct(ids []store.FolderID) []store.FolderID {
	if len(ids) == 1 {
		return ids
	}
	var out []store.FolderID
	seen := make(map[store.FolderID]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

func (t *tx) deliver(d store.Delivery, b staged) (store.Receipt, error) {
	if d.Key != "" {
		if rec, err := t.receipt(d.Key); err != nil || rec.Repeated {
			return rec, err
		}
	}
	heads, err := t.destinations(d, b)
	if err != nil {
		return store.Receipt{}, err
	}
	return t.put(d, b, entry{blob: t.newBlob()}, heads)
}

// destinations are the folders of a delivery, if they have room for it.
func (t *tx) destinations(d store.Delivery, b staged) ([]*head, error) {
	heads := make([]*head, len(d.To))
	for i, id := range d.To {
		h, err := t.head(id)
		if err != nil {
			return nil, err
		}
		heads[i] = h
	}
	return heads, t.room(load{1, b.size}, heads...)
}

// put puts a message into its folders, as e.
func (t *tx) put(d store.Delivery, b staged, e entry, heads []*head) (store.Receipt, error) {
	if err := t.insertBlob(e.blob, b, len(heads), d.Sender); err != nil {
		return store.Receipt{}, err
	}
	rec := store.Receipt{Blob: e.blob, Size: b.size, Placed: make([]store.Placed, len(heads))}
	e.size, e.received = b.size, t.received(d.Received)
	e.setFlags(d.Flags)
	for i, h := range heads {
		if err := t.place(h, &e); err != nil {
			return store.Receipt{}, err
		}
		rec.Placed[i] = store.Placed{Folder: h.id, UIDValidity: h.uidvalidity, UID: e.uid, ModSeq: e.modseq}
	}
	return rec, t.remember(d.Key, rec)
}

// inlineBudget is how much of one Append is held in memory; bodies beyond it are files, however short.
const inlineBudget = 1 << 20

// Append implements store.Store.
func (s *Store) Append(ctx context.Context, folder store.FolderID, msgs iter.Seq2[store.Incoming, error]) ([]store.Meta, error) {
	var in incoming
	stored := false
	defer func() {
		for _, b := range in.bodies {
			s.unstage(b, stored)
		}
	}()
	if err := s.stageAll(ctx, &in, msgs); err != nil {
		return nil, fail(err)
	}
	var metas []store.Meta
	err := s.write(ctx, max(1, in.inline), func(t *tx) (err error) {
		metas, err = t.append(folder, in)
		return err
	})
	stored = err == nil
	return metas, err
}

// incoming are the messages of one Append. Their bodies have been read.
type incoming struct {
	msgs   []store.Incoming
	bodies []staged
	inline int // octets of bodies in memory
}

// stageAll reads the messages. What has been read is in in, with an error too.
func (s *Store) stageAll(ctx context.Context, in *incoming, msgs iter.Seq2[store.Incoming, error]) error {
	for m, err := range msgs {
		if err == nil {
			err = m.Flags.Check()
		}
		if err == nil && len(in.msgs) == store.MaxAppend {
			err = fmt.Errorf("%w: more than %d messages to append", store.ErrInvalid, store.MaxAppend)
		}
		if err != nil {
			return err
		}
		b, err := s.stage(ctx, m.Body, min(InlineLimit, inlineBudget-in.inline))
		if err != nil {
			return err
		}
		m.Flags, m.Body = m.Flags.Sorted(), nil
		in.msgs, in.bodies = append(in.msgs, m), append(in.bodies, b)
		in.inline += len(b.inline())
	}
	if len(in.msgs) == 0 {
		return fmt.Errorf("%w: no message to append", store.ErrInvalid)
	}
	return nil
}

func (t *tx) append(folder store.FolderID, in incoming) ([]store.Meta, error) {
	h, err := t.head(folder)
	if err != nil {
		return nil, err
	}
	l := load{messages: uint64(len(in.msgs))}
	for _, b := range in.bodies {
		l.bytes += b.size
	}
	if err := t.room(l, h); err != nil {
		return nil, err
	}
	metas := make([]store.Meta, len(in.msgs))
	for i, m := range in.msgs {
		id := t.newBlob()
		if err := t.insertBlob(id, in.bodies[i], 1, ""); err != nil {
			return nil, err
		}
		e := entry{blob: id, size: in.bodies[i].size, received: t.received(m.Received)}
		e.setFlags(m.Flags)
		if err := t.place(h, &e); err != nil {
			return nil, err
		}
		metas[i] = e.meta()
	}
	return metas, nil
}
