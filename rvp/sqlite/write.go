package sqlite

import (
	"encoding/json"
	"time"

	"github.com/wirepost/wirepost/rvp/internal/table"
)

// writeLoop is the writer, until the store is closed.
func (s *store) writeLoop(every time.Duration) {
	defer close(s.written)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-ticker.C:
		}
		s.troubled(s.flush())
	}
}

// troubled tells when writing begins to fail, and when it works again. The goroutine
// that writes calls it.
func (s *store) troubled(err error) {
	switch {
	case err != nil && !s.failing:
		s.log.Error("presence is not written down; it goes on in memory", "err", err)
	case err == nil && s.failing:
		s.log.Info("presence is written down again")
	}
	s.failing = err != nil
}

// flush writes what the journal has.
func (s *store) flush() error {
	c := s.journal.take()
	if c.isNothing() {
		return nil
	}
	if err := s.transact(func() error { return s.write(c) }); err != nil {
		s.journal.giveBack(c)
		return err
	}
	return nil
}

// transact makes everything that do does, or nothing.
func (s *store) transact(do func() error) error {
	if _, err := s.conn.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		_, err = s.conn.Exec("COMMIT")
	}
	if err != nil {
		// SQLite may have done so itself, which is not worth telling.
		_, _ = s.conn.Exec("ROLLBACK")
	}
	return err
}

// ahead is how many IDs may be given out between two writes.
const ahead = 1 << 20

// reserve notes that IDs up to this one may have been given out when the store is
// opened again after a crash.
func (s *store) reserve(id uint64) error {
	_, err := s.conn.Exec("UPDATE sequence SET reserved = ? WHERE id = 1", int64(id))
	return err
}

func (s *store) write(c changes) error {
	if err := s.reserve(s.LastID() + ahead); err != nil {
		return err
	}
	if c.ended {
		if err := s.deleteEnded(); err != nil {
			return err
		}
	}
	if c.all {
		return s.writeAll()
	}
	for n, r := range c.records {
		if err := s.writeOne(table.Change{Node: n, Record: r}); err != nil {
			return err
		}
	}
	for _, sub := range c.subs {
		if err := s.writeOne(sub); err != nil {
			return err
		}
	}
	return nil
}

// deleteEnded reads the whole table, which has no index for it: subscriptions
// are renewed far more often than they end.
func (s *store) deleteEnded() error {
	_, err := s.conn.Exec("DELETE FROM subscription WHERE until <= ?", time.Now().UnixNano())
	return err
}

// writeAll writes everything anew.
func (s *store) writeAll() error {
	for _, name := range []string{"record", "subscription"} {
		if _, err := s.conn.Exec("DELETE FROM " + name); err != nil {
			return err
		}
	}
	for c := range s.All() {
		if err := s.writeOne(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) writeOne(c table.Change) error {
	sub := &c.Subscription
	switch {
	case sub.ID != 0 && c.Ended:
		_, err := s.conn.Exec("DELETE FROM subscription WHERE id = ?", int64(sub.ID))
		return err
	case sub.ID != 0:
		_, err := s.conn.Exec("INSERT OR REPLACE INTO subscription VALUES (?, ?, ?, ?, ?, ?, ?)", int64(sub.ID),
			sub.Node.Host, sub.Node.Name, string(sub.Type), sub.CallBack, string(sub.Principal), sub.Until.UnixNano())
		return err
	case c.Record == nil:
		_, err := s.conn.Exec("DELETE FROM record WHERE host = ? AND name = ?", c.Node.Host, c.Node.Name)
		return err
	}
	data, err := json.Marshal(c.Record)
	if err != nil {
		return err
	}
	_, err = s.conn.Exec("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", c.Node.Host, c.Node.Name, data)
	return err
}
