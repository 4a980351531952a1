package sqlite

import (
	"context"
	"fmt"
	"io"
	"slices"

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
	err = s.write(ctx, len(b.inline()), func(t *tx) (err error) {
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
	heads := make([]*head, len(d.To))
	for i, id := range d.To {
		h, err := t.head(id)
		if err != nil {
			return store.Receipt{}, err
		}
		heads[i] = h
	}
	if err := t.room(load{1, b.size}, heads...); err != nil {
		return store.Receipt{}, err
	}
	id, err := t.insertBlob(b, len(heads), d.Sender)
	if err != nil {
		return store.Receipt{}, err
	}
	rec := store.Receipt{Blob: id, Size: b.size, Placed: make([]store.Placed, len(heads))}
	e := entry{blob: id, size: b.size, received: t.received(d.Received)}
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
func (s *Store) Append(ctx context.Context, folder store.FolderID, msgs []store.Incoming) ([]store.Meta, error) {
	if len(msgs) == 0 || len(msgs) > store.MaxAppend {
		return nil, fail(fmt.Errorf("%w: %d messages to append: want 1 to %d", store.ErrInvalid, len(msgs), store.MaxAppend))
	}
	var bodies []staged
	stored := false
	defer func() {
		for _, b := range bodies {
			s.unstage(b, stored)
		}
	}()
	budget := inlineBudget
	msgs = slices.Clone(msgs)
	for i := range msgs {
		if err := msgs[i].Flags.Check(); err != nil {
			return nil, fail(err)
		}
		msgs[i].Flags = msgs[i].Flags.Sorted()
		b, err := s.stage(ctx, msgs[i].Body, min(InlineLimit, budget))
		if err != nil {
			return nil, fail(err)
		}
		bodies = append(bodies, b)
		budget -= len(b.inline())
	}
	var metas []store.Meta
	err := s.write(ctx, inlineBudget-budget, func(t *tx) (err error) {
		metas, err = t.append(folder, msgs, bodies)
		return err
	})
	stored = err == nil
	return metas, err
}

func (t *tx) append(folder store.FolderID, msgs []store.Incoming, bodies []staged) ([]store.Meta, error) {
	h, err := t.head(folder)
	if err != nil {
		return nil, err
	}
	l := load{messages: uint64(len(msgs))}
	for _, b := range bodies {
		l.bytes += b.size
	}
	if err := t.room(l, h); err != nil {
		return nil, err
	}
	metas := make([]store.Meta, len(msgs))
	for i, m := range msgs {
		id, err := t.insertBlob(bodies[i], 1, "")
		if err != nil {
			return nil, err
		}
		e := entry{blob: id, size: bodies[i].size, received: t.received(m.Received)}
		e.setFlags(m.Flags)
		if err := t.place(h, &e); err != nil {
			return nil, err
		}
		metas[i] = e.meta()
	}
	return metas, nil
}
