package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wirepost/wirepost/internal/litedb"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/internal/table"
)

// ErrLocked says that another process, or another store of this one, has the
// database open.
var ErrLocked = errors.New("rvp/sqlite: in use by another process")

// fileName is that of the database.
const fileName = "nodes.db"

// Options are what may be different from one store to another. The zero value is
// good.
type Options struct {
	Every  time.Duration // between writes; 0 is a second
	Logger *slog.Logger  // gets what goes wrong with the disk meanwhile; nil is slog.Default
}

// A store is an rvp.NodeStore whose content is in a directory.
type store struct {
	*table.Table

	log     *slog.Logger
	lock    *os.File
	db      *sql.DB
	conn    *litedb.Conn // the writer's
	journal journal
	failing bool // the last write has

	closing chan struct{}
	written chan struct{} // closed when the writer has ended
	close   func() error
}

// Open opens the store in a directory, which it makes if need be, readable by
// this user alone. It returns ErrLocked or ErrNewer, wrapped, if it cannot be
// used. Close writes what has not been written yet.
func Open(ctx context.Context, dir string, o Options) (rvp.NodeStore, error) {
	s, err := open(ctx, dir, o)
	if err != nil {
		return nil, fmt.Errorf("rvp/sqlite: %s: %w", dir, err)
	}
	return s, nil
}

func open(ctx context.Context, dir string, o Options) (_ *store, err error) {
	s := &store{
		journal: journal{limit: journalLimit},
		log:     cmp.Or(o.Logger, slog.Default()),
		closing: make(chan struct{}),
		written: make(chan struct{}),
	}
	s.Table = table.New(s.journal.add)
	s.close = sync.OnceValue(s.shutDown)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if s.lock, err = litedb.Lock(dir, ErrLocked); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = s.release()
		}
	}()
	file := filepath.Join(dir, fileName)
	// Made here, so that it is private from its start.
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()
	if s.db, err = litedb.Open(file); err != nil {
		return nil, err
	}
	if s.conn, err = litedb.Connect(ctx, s.db, ""); err != nil {
		return nil, err
	}
	if err := schema.Migrate(s.conn); err != nil {
		return nil, err
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	go s.writeLoop(cmp.Or(o.Every, time.Second))
	return s, nil
}

// Sweep implements rvp.NodeStore, in the database with the next write.
func (s *store) Sweep(ctx context.Context) error {
	s.journal.sweep()
	return s.Table.Sweep(ctx)
}

// Close implements rvp.NodeStore.
func (s *store) Close() error { return s.close() }

func (s *store) shutDown() error {
	close(s.closing)
	<-s.written
	err := errors.Join(s.flush(), s.release())
	if err != nil {
		return fmt.Errorf("rvp/sqlite: %w", err)
	}
	return nil
}

// release closes what is open.
func (s *store) release() error {
	var errs []error
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}
