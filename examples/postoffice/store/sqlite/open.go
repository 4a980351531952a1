package sqlite

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
	"github.com/wirepost/wirepost/internal/litedb"
)

// InlineLimit is the longest body, in octets, that is kept in the database; a longer one is a file.
const InlineLimit = 64 << 10

// Options are what may be different from one store to another. The zero value is good.
type Options struct {
	Readers int              // connections for reading, each with up to 16 MiB of cache; 0: 4
	Now     func() time.Time // the store's clock; nil: time.Now
	// Reserve is how many octets of the disk are kept for removing messages when it is full; 0: none.
	Reserve int64
	Logger  *slog.Logger // for what no caller is told, such as files that could not be removed; nil: slog.Default()
}

// A Store is a store.Store in a directory.
type Store struct {
	dir     string
	now     func() time.Time
	log     *slog.Logger
	fs      diskfile.System
	lock    *os.File
	db      *sql.DB
	conns   []*conn // all of them
	hub     hub
	bodies  sync.Pool // of *bytes.Buffer
	guard   litedb.Guard
	reserve reserve
	short   atomic.Bool // of room: the reserve is gone

	readers chan *conn
	queue   chan *change  // to the writer
	closing chan struct{} // closed by Close
	written chan struct{} // closed when the writer has ended
	close   func() error
}

var _ store.Store = (*Store)(nil)

// Open opens the store in dir, which it makes if need be, readable by this user alone. It returns
// ErrLocked when another process, or another Store of this one, has it open, and ErrNewer when a
// newer version of the program has written it. It brings older databases up to date, removes files
// that a crash left behind, and ends the maildrop leases of the process before, whose holders are
// gone.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	s, err := open(ctx, dir, o, diskfile.OS{})
	return s, fail(err)
}

func open(ctx context.Context, dir string, o Options, fs diskfile.System) (_ *Store, err error) {
	s := &Store{
		dir:     dir,
		now:     o.Now,
		log:     cmp.Or(o.Logger, slog.Default()),
		fs:      fs,
		readers: make(chan *conn, cmp.Or(max(o.Readers, 0), 4)),
		queue:   make(chan *change),
		closing: make(chan struct{}),
		written: make(chan struct{}),
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.bodies.New = func() any { return new(bytes.Buffer) }
	s.close = sync.OnceValue(s.shutDown)
	if err := s.prepareDir(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	if s.db, err = litedb.Open(filepath.Join(dir, databaseName)); err != nil {
		return nil, err
	}
	w, err := s.newConn(ctx)
	if err != nil {
		return nil, err
	}
	t := &tx{conn: w, heads: make(map[store.FolderID]*head)}
	if err := s.start(ctx, t); err != nil {
		return nil, err
	}
	for range cap(s.readers) {
		c, err := s.newConn(ctx)
		if err != nil {
			return nil, err
		}
		if err := c.Script("PRAGMA query_only = ON"); err != nil {
			return nil, err
		}
		s.readers <- c
	}
	s.openReserve(o.Reserve)
	go s.writeLoop(t)
	return s, nil
}

// prepareDir makes the directories and takes the lock. The database is made here, empty, so that it
// is private from its start.
func (s *Store) prepareDir() (err error) {
	if err := os.MkdirAll(filepath.Join(s.dir, blobsName), 0o700); err != nil {
		return err
	}
	if s.lock, err = litedb.Lock(s.dir, store.ErrLocked); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	f, err := os.OpenFile(filepath.Join(s.dir, databaseName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := makeBlobDirs(s.dir); err != nil {
		return err
	}
	_ = s.fs.SyncDir(filepath.Dir(s.dir)) // the directory may be new there; if it is not ours to open, it is not
	return s.fs.SyncDir(s.dir)
}

// start does what must be done before anybody else may use the database.
func (s *Store) start(ctx context.Context, t *tx) error {
	var was int
	if err := t.Row("PRAGMA user_version").Scan(&was); err != nil {
		return err
	}
	if err := schema.Migrate(t.conn.Conn); err != nil {
		return err
	}
	if was > 0 && was < administratorSchema {
		if err := s.tellAdministrators(ctx, t.conn); err != nil {
			return err
		}
	}
	if err := t.Row("SELECT blob FROM sequence").Scan(&t.ids.last); err != nil {
		return err
	}
	t.ids.saved = t.ids.last
	if _, err := t.conn.Exec("UPDATE maildrop SET until = 0 WHERE until <> 0"); err != nil {
		return err
	}
	return s.removeOrphans(ctx, t.conn)
}

// tellAdministrators logs who is an administrator from now on, after the migration that has written it down.
func (s *Store) tellAdministrators(ctx context.Context, c *conn) error {
	list, err := c.administrators()
	for _, a := range list {
		s.log.WarnContext(ctx, "the account is an administrator from now on, because it has postmaster's address", "user", a.Name)
	}
	return err
}

// Close implements store.Store. Further calls wait for the first and return what it did.
func (s *Store) Close() error { return s.close() }

func (s *Store) shutDown() error {
	close(s.closing)
	<-s.written
	for range cap(s.readers) { // each comes back when its reader is done
		<-s.readers
	}
	return fail(s.release())
}

// release lets go of the database and the directory.
func (s *Store) release() error {
	var errs []error
	for _, c := range s.conns {
		errs = append(errs, c.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}
