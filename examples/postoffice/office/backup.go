package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/archive"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
	queuestore "github.com/wirepost/wirepost/queue/sqlite"
)

// In a data folder: a copy of one moment, while a backup is being made, and the node store of
// instant messages, which has one database.
const (
	snapshotDir = ".snapshot"
	nodesDir    = "im"
	nodesFile   = "nodes.db"
)

// Backups copies what this Office has.
func (o *Office) Backups() manage.Backups {
	return &localBackups{
		dir: o.config.Dir, now: o.now, busy: &o.backing,
		store: o.store, queue: o.mail, close: func() error { return nil },
	}
}

// OpenBackups copies a data folder: through the server that runs on it, or directly if none does.
func OpenBackups(ctx context.Context, dir string) (manage.Backups, error) {
	if _, err := os.Stat(filepath.Join(dir, storeDir)); err != nil {
		return nil, fmt.Errorf("there is no store in %s: %w; name the data folder with -data", dir, err)
	}
	l := &localBackups{dir: dir, now: time.Now, busy: new(atomic.Bool)}
	s, err := openStore(ctx, dir, nil)
	switch {
	case errors.Is(err, store.ErrLocked):
		return &remoteBackups{remote{filepath.Join(dir, socketFile)}}, nil
	case err != nil:
		return nil, err
	}
	l.store, l.close = s, s.Close
	if _, err := os.Stat(filepath.Join(dir, queueDir)); err == nil {
		q, err := queuestore.Open(ctx, queuestore.Options{Dir: filepath.Join(dir, queueDir)})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("queue: %w", err), s.Close())
		}
		l.queue, l.close = q, func() error { return errors.Join(q.Close(), s.Close()) }
	}
	return l, nil
}

// A snapshotter is a store that can copy itself to a new directory.
type snapshotter interface {
	Snapshot(ctx context.Context, dir string) error
}

// localBackups copies what this process has open.
type localBackups struct {
	dir   string
	now   func() time.Time
	busy  *atomic.Bool
	store store.Store
	queue snapshotter // nil: there is none
	close func() error
}

// Close implements manage.Backups.
func (l *localBackups) Close() error { return l.close() }

// Backup implements manage.Backups.
func (l *localBackups) Backup(ctx context.Context, w io.Writer, progress func(done, total int64)) (err error) {
	if !l.busy.CompareAndSwap(false, true) {
		return errors.New("a backup is being made already; wait for it")
	}
	defer l.busy.Store(false)
	moment := filepath.Join(l.dir, snapshotDir)
	if err := os.RemoveAll(moment); err != nil { // of one that a crash has ended
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(moment)) }()
	created := l.now()
	if err := l.snapshot(ctx, moment); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	trees := []archive.Tree{{Dir: moment, Skip: isRuntime}, {Dir: l.dir, Skip: isElsewhere, Live: true}}
	total, err := archive.Octets(ctx, trees...)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if progress != nil {
		progress(0, total)
	}
	counted := &counting{w: w, total: total, progress: progress}
	return archive.Write(ctx, counted, archive.Manifest{Program: version(), Created: created.UTC()}, trees...)
}

// snapshot copies the databases. Mail goes from the queue to the store, so in this order none is in
// neither of them; what is in both is known by its key when it is delivered again.
func (l *localBackups) snapshot(ctx context.Context, moment string) error {
	if err := os.Mkdir(moment, 0o700); err != nil {
		return err
	}
	if l.queue != nil {
		if err := l.queue.Snapshot(ctx, filepath.Join(moment, queueDir)); err != nil {
			return fmt.Errorf("queue: %w", err)
		}
	}
	s, ok := l.store.(snapshotter)
	if !ok {
		return errors.New("this store cannot be copied while it is open")
	}
	if err := s.Snapshot(ctx, filepath.Join(moment, storeDir)); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	nodes := filepath.Join(l.dir, nodesDir, nodesFile)
	if _, err := os.Stat(nodes); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.Mkdir(filepath.Join(moment, nodesDir), 0o700); err != nil {
		return err
	}
	return litedb.SnapshotFile(ctx, nodes, filepath.Join(moment, nodesDir, nodesFile))
}

// isElsewhere tells what of a data folder is not copied as it is: what the snapshot has, and what is
// of a running server only.
func isElsewhere(name string) bool {
	switch name {
	case storeDir, queueDir, nodesDir, snapshotDir, restoreDir:
		return true
	}
	return isRuntime(name) || strings.HasPrefix(name, ".new-")
}

func isRuntime(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base == "lock" || strings.HasSuffix(base, ".db-wal") || strings.HasSuffix(base, ".db-shm")
}

// version is that of this program, as far as it was built with one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	var v strings.Builder
	v.WriteString(info.Main.Version)
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.WriteString(" " + s.Value)
		}
	}
	return strings.TrimSpace(v.String())
}

// counting tells how much was written.
type counting struct {
	w           io.Writer
	done, total int64
	progress    func(done, total int64)
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.done, max(c.total, c.done))
	}
	return n, err
}
