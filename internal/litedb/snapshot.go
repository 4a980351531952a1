package litedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// Snapshot writes the database as it is at one moment to a new file, readable by this user alone, and returns once that is
// there. Others read and write meanwhile. The file is not synced, and is removed again if there is an error.
func Snapshot(ctx context.Context, db *sql.DB, file string) (err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // so that it is private from its start
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file))
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "PRAGMA busy_timeout = 10000"); err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	return nil
}

// SnapshotFile is Snapshot of the database in a file, which may be open elsewhere.
func SnapshotFile(ctx context.Context, from, to string) error {
	db, err := Open(from)
	if err != nil {
		return err
	}
	return errors.Join(Snapshot(ctx, db, to), db.Close())
}

// Strings asks a database that nobody changes, such as a snapshot, for rows of one text, and calls f for each.
func Strings(ctx context.Context, file string, f func(string) error, query string) error {
	db, err := Open(file)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return err
		}
		if err := f(s); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Link gives a file that is never written to again a second name, or copies it where that can't be.
func Link(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// A Guard holds the removal of files back while somebody copies a database and then the files that it names. The zero value
// holds nothing back.
type Guard struct {
	mu    sync.Mutex
	held  int
	names []string
}

// Hold begins it. The function that it returns ends it, and returns what is to be removed now.
func (g *Guard) Hold() (end func() []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held++
	return sync.OnceValue(func() (names []string) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.held--; g.held == 0 {
			names, g.names = g.names, nil
		}
		return names
	})
}

// Pass returns which of the names may be removed now: all, or none. Those end returns later.
func (g *Guard) Pass(names []string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held == 0 {
		return names
	}
	g.names = append(g.names, names...)
	return nil
}
