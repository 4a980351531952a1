package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/queue"
)

// Add implements queue.Store.
func (s *Store) Add(ctx context.Context, entries ...queue.Entry) error {
	records, err := encodeEntries(entries)
	if err != nil {
		return fail(err)
	}
	return fail(s.write(ctx, records.bytes+s.shelf.octets(entries), func(t *tx) error {
		for i := range entries {
			id := entries[i].Message.ID
			known, err := t.Has("SELECT 1 FROM message WHERE id = ?", id)
			if err != nil {
				return err
			}
			if known {
				return fmt.Errorf("message %.64q: %w", id, queue.ErrExists)
			}
		}
		return t.add(entries, records)
	}))
}

// records are entries as they are to be written.
type records struct {
	messages [][]byte
	items    [][][]byte
	bytes    int
}

// errItem says what an entry must be like.
var errItem = errors.New("an item needs an ID of its own, its message's ID, recipients, and a state other than leased")

// encodeEntries checks entries by themselves and encodes them.
func encodeEntries(entries []queue.Entry) (records, error) {
	var r records
	ids := make(map[string]bool)
	for i := range entries {
		m := &entries[i].Message
		if m.ID == "" {
			return r, errors.New("a message needs an ID")
		}
		data := encodeMessage(m)
		r.messages = append(r.messages, data)
		r.bytes += len(data)
		var items [][]byte
		for j := range entries[i].Items {
			item := &entries[i].Items[j]
			if item.ID == "" || ids[item.ID] || item.Message != m.ID || len(item.To) == 0 || item.State == queue.Leased {
				return r, fmt.Errorf("item %.64q: %w", item.ID, errItem)
			}
			ids[item.ID] = true
			data := encodeItem(item)
			items = append(items, data)
			r.bytes += len(data)
		}
		if len(items) == 0 {
			return r, fmt.Errorf("message %.64q: an entry needs items", m.ID)
		}
		r.items = append(r.items, items)
	}
	return r, nil
}

// add keeps entries, of messages that may be there.
func (t *tx) add(entries []queue.Entry, r records) error {
	for i := range entries {
		e := &entries[i]
		n, err := t.message(&e.Message, r.messages[i])
		if err != nil {
			return err
		}
		for j := range e.Items {
			if err := t.item(n, &e.Message, &e.Items[j], r.items[i][j]); err != nil {
				return err
			}
		}
	}
	t.ring = true
	return nil
}

// message finds or makes the row of a message. One that is gone comes back.
func (t *tx) message(m *queue.Message, data []byte) (n int64, err error) {
	var gone *int64
	err = t.Row("SELECT n, gone FROM message WHERE id = ?", m.ID).Scan(&n, &gone)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) || known && gone == nil {
		return n, err
	}
	body, ok := bodyNumber(m.Body)
	if ok {
		ok, err = t.unshelve(body)
		if !ok && err == nil {
			ok, err = t.Has("SELECT 1 FROM body WHERE n = ?", body)
		}
		if err != nil {
			return 0, err
		}
	}
	if !ok {
		return 0, fmt.Errorf("body %.64q: %w", m.Body, queue.ErrNotFound)
	}
	if known {
		_, err = t.Exec("UPDATE message SET body = ?, data = ?, gone = NULL WHERE n = ?", body, data, n)
		return n, err
	}
	if n, err = t.next(); err != nil {
		return 0, err
	}
	_, err = t.Exec("INSERT INTO message (n, id, body, data) VALUES (?, ?, ?, ?)", n, m.ID, body, data)
	return n, err
}

func (t *tx) item(message int64, m *queue.Message, i *queue.Item, data []byte) error {
	due := stamp(i.Due)
	at := claimable(i.State, due)
	l, err := t.lane(i.Route, m.Source, at)
	if err != nil {
		return err
	}
	n, err := t.next()
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO item (n, id, message, lane, priority, state, at, due, expires, arrived, size, data)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, n, i.ID, message, l.n, min(int(i.Priority), lowest), i.State, at, due,
		stamp(i.Expires), stamp(m.Arrived), m.Size, data)
	if taken(err) {
		return fmt.Errorf("item %.64q: %w", i.ID, errItem)
	}
	return err
}
