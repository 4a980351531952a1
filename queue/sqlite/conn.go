package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

const (
	databaseName = "queue.db"

	// The log is copied into the database when it has this many pages of 4 KiB: seldom enough that pages which change
	// with every message are copied once for many commits.
	checkpointPages = 8192
	// After that the log's file is cut to this many octets.
	logLimit = 2 * checkpointPages * 4096
)

// connect opens one handle for all connections to the database in dir. No connection is made yet.
func connect(dir string) (*sql.DB, error) {
	abs, err := filepath.Abs(filepath.Join(dir, databaseName))
	if err != nil {
		return nil, err
	}
	path := filepath.ToSlash(abs)
	if !strings.HasPrefix(path, "/") { // C:/...
		path = "/" + path
	}
	dsn := url.URL{Scheme: "file", Path: path}
	connector, err := sqlite.NewConnector(dsn.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// A conn is one connection with its prepared statements. One goroutine at a time uses it.
//
// Its statements run to their end, without a context: they are short, and the driver would start a goroutine for each
// one that could be cancelled.
type conn struct {
	raw      *sql.Conn
	prepared map[string]*sql.Stmt
}

// pragmas set up a connection.
var pragmas = fmt.Sprintf(`
	PRAGMA busy_timeout = 10000;
	PRAGMA journal_mode = WAL;
	PRAGMA synchronous = FULL;
	PRAGMA wal_autocheckpoint = %d;
	PRAGMA journal_size_limit = %d;
	PRAGMA cache_size = -32768; -- KiB`, checkpointPages, logLimit)

func (s *Store) newConn(ctx context.Context) (*conn, error) {
	raw, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, prepared: make(map[string]*sql.Stmt)}
	s.conns = append(s.conns, c)
	return c, c.script(pragmas)
}

// stmt prepares query once. There are not many different ones.
func (c *conn) stmt(query string) (*sql.Stmt, error) {
	if st, ok := c.prepared[query]; ok {
		return st, nil
	}
	st, err := c.raw.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.prepared[query] = st
	return st, nil
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	st, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// script runs statements that are not worth keeping.
func (c *conn) script(statements string) error {
	_, err := c.raw.ExecContext(context.Background(), statements)
	return err
}

// A scanner is what *sql.Row and *sql.Rows have in common.
type scanner interface{ Scan(dest ...any) error }

// failed is a row that could not be asked for.
type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// row asks for one row; its Scan returns sql.ErrNoRows when there is none.
func (c *conn) row(query string, args ...any) scanner {
	st, err := c.stmt(query)
	if err != nil {
		return failed{err}
	}
	return st.QueryRowContext(context.Background(), args...)
}

// has asks whether there is a row.
func (c *conn) has(query string, args ...any) (bool, error) {
	var one int
	err := c.row("SELECT EXISTS ("+query+")", args...).Scan(&one)
	return one == 1, err
}

// each calls f for every row, which f scans.
func (c *conn) each(f func(scanner) error, query string, args ...any) (err error) {
	st, err := c.stmt(query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// limit returns a LIMIT. As a parameter, SQLite would prepare the statement again for every call.
func limit(n int) string { return " LIMIT " + strconv.Itoa(n) }

func (c *conn) close() error {
	for _, st := range c.prepared {
		_ = st.Close() // the connection's end is what counts
	}
	return c.raw.Close()
}

// read lends a connection of the pool to f, which must not keep it and must not wait for anything else.
func (s *Store) read(ctx context.Context, f func(*conn) error) error {
	select {
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		if err := ctx.Err(); err != nil {
			return err
		}
		return f(c)
	case <-s.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}
