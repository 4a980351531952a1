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
	"time"

	"github.com/wirepost/wirepost/internal/diskfile"
	"github.com/wirepost/wirepost/internal/litedb"
	"github.com/wirepost/wirepost/queue"
)

// ErrLocked: another process, or another Store of this one, has the directory. Queues of one process share a Store.
var ErrLocked = errors.New("in use")

// Options say where a Store is. Dir must be set.
type Options struct {
	Dir    string           // made if it is not there, for this user alone
	Now    func() time.Time // the store's clock; nil: time.Now
	Logger *slog.Logger     // for what no caller is told, such as files that could not be removed; nil: slog.Default
}

// A Store is a queue.Store in a directory, of one process.
type Store struct {
	dir     string
	now     func() time.Time
	log     *slog.Logger
	fs      diskfile.System
	lock    *os.File
	db      *sql.DB
	conns   []*conn // all of them
	buffers sync.Pool
	shelf   shelf
	bell    bell
	guard   litedb.Guard

	readers chan *conn
	queue   chan []*change // to the writer
	closing chan struct{}  // closed by Close
	ended   sync.WaitGroup // the store's own goroutines
	close   func() error
}

var _ queue.Store = (*Store)(nil)

// readerCount is how many calls read at once. Each connection has a cache of up to 32 MiB.
const readerCount = 4

// Open opens the store in o.Dir. ErrLocked if somebody else has it open, ErrNewer if a newer version of the program has
// written it. Older databases are brought up to date, and files that a crash left behind are removed.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := open(ctx, o, diskfile.OS{})
	return s, fail(err)
}

func open(ctx context.Context, o Options, fs diskfile.System) (_ *Store, err error) {
	if o.Dir == "" {
		return nil, errors.New("no directory: set Options.Dir")
	}
	s := &Store{
		dir:     o.Dir,
		now:     o.Now,
		log:     cmp.Or(o.Logger, slog.Default()),
		fs:      fs,
		bell:    newBell(),
		readers: make(chan *conn, readerCount),
		queue:   make(chan []*change),
		closing: make(chan struct{}),
		shelf:   shelf{bodies: make(map[int64]shelved)},
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.buffers.New = func() any { return new(bytes.Buffer) }
	s.close = sync.OnceValue(s.shutDown)
	if err := s.prepareDir(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if s.db, err = litedb.Open(filepath.Join(s.dir, databaseName)); err != nil {
		return nil, err
	}
	t, err := s.newWriter(ctx)
	if err != nil {
		return nil, err
	}
	for range readerCount {
		c, err := s.newConn(ctx)
		if err != nil {
			return nil, err
		}
		if err := c.Script("PRAGMA query_only = ON"); err != nil {
			return nil, err
		}
		s.readers <- c
	}
	s.ended.Go(func() { s.writeLoop(t) })
	s.ended.Go(s.sweepLoop)
	return s, nil
}

// newWriter connects the writer, and does what must be done before anybody else may use the database.
func (s *Store) newWriter(ctx context.Context) (*tx, error) {
	c, err := s.newConn(ctx)
	if err != nil {
		return nil, err
	}
	if err := schema.Migrate(c.Conn); err != nil {
		return nil, err
	}
	t := &tx{conn: c, shelf: &s.shelf}
	if err := t.ids.load(c); err != nil {
		return nil, err
	}
	if err := s.removeFilesWithoutRow(ctx, c, 0); err != nil {
		return nil, err
	}
	t.lanes, err = loadLanes(c)
	return t, err
}

// prepareDir makes the directories and takes the lock. The database is made here, empty, so that it is private from its
// start.
func (s *Store) prepareDir() (err error) {
	if err := os.MkdirAll(filepath.Join(s.dir, bodiesName), 0o700); err != nil {
		return err
	}
	if s.lock, err = litedb.Lock(s.dir, ErrLocked); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.lock.Close())
		}
	}()
	f, err := os.OpenFile(filepath.Join(s.dir, databaseName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	_ = s.fs.SyncDir(filepath.Dir(s.dir)) // the directory may be new there; if it is not ours to open, it is not
	return s.fs.SyncDir(s.dir)
}

// usable tells why a call has come to nothing before it has begun.
func (s *Store) usable(ctx context.Context) error {
	select {
	case <-s.closing:
		return errClosed
	default:
		return ctx.Err()
	}
}

// Now implements queue.Store.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, fail(err)
	}
	return s.now(), nil
}

// Close implements queue.Store. What the writer has begun is committed. Further calls wait for the first and return what
// it did.
func (s *Store) Close() error { return s.close() }

func (s *Store) shutDown() error {
	close(s.closing)
	s.ended.Wait()
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
