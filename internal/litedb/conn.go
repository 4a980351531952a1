package litedb

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
	// The log is copied into the database when it has this many pages of 4 KiB: seldom enough that pages which change
	// with every message are copied once for many commits.
	checkpointPages = 8192
	// After that the log's file is cut to this many octets.
	logLimit = 2 * checkpointPages * 4096
)

// Open opens one handle for all connections to the database in a file. No connection is made yet.
func Open(file string) (*sql.DB, error) {
	abs, err := filepath.Abs(file)
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

// A Conn is one connection with its prepared statements. One goroutine at a time uses it.
//
// Its statements run to their end, without a context: they are short, and the driver would start a goroutine for each
// one that could be cancelled.
type Conn struct {
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
`, checkpointPages, logLimit)

// Connect makes a connection to a database. It is set up to be durable, and as the store's own statements say. Whatever
// is returned is to be closed, with an error too unless it is nil.
func Connect(ctx context.Context, db *sql.DB, own string) (*Conn, error) {
	raw, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &Conn{raw: raw, prepared: make(map[string]*sql.Stmt)}
	return c, c.Script(pragmas + own)
}

// stmt prepares query once. There are not many different ones.
func (c *Conn) stmt(query string) (*sql.Stmt, error) {
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

// Exec runs a statement and returns how many rows it changed.
func (c *Conn) Exec(query string, args ...any) (int64, error) {
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

// Insert runs an INSERT of one row, and returns the row's number. Made is false if the statement, by its ON CONFLICT, has
// inserted none.
func (c *Conn) Insert(query string, args ...any) (row int64, made bool, err error) {
	st, err := c.stmt(query)
	if err != nil {
		return 0, false, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, false, err
	}
	changed, err := res.RowsAffected()
	if err != nil || changed == 0 {
		return 0, false, err
	}
	row, err = res.LastInsertId()
	return row, true, err
}

// Script runs statements that are not worth keeping.
func (c *Conn) Script(statements string) error {
	_, err := c.raw.ExecContext(context.Background(), statements)
	return err
}

// A Scanner is what *sql.Row and *sql.Rows have in common.
type Scanner interface{ Scan(dest ...any) error }

// failed is a row that could not be asked for.
type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// Row asks for one row; its Scan returns sql.ErrNoRows when there is none.
func (c *Conn) Row(query string, args ...any) Scanner {
	st, err := c.stmt(query)
	if err != nil {
		return failed{err}
	}
	return st.QueryRowContext(context.Background(), args...)
}

// Has asks whether there is a row.
func (c *Conn) Has(query string, args ...any) (bool, error) {
	var one int
	err := c.Row("SELECT EXISTS ("+query+")", args...).Scan(&one)
	return one == 1, err
}

// Each calls f for every row, which f scans.
func (c *Conn) Each(f func(Scanner) error, query string, args ...any) (err error) {
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

// Limit returns a LIMIT. As a parameter, SQLite would prepare the statement again for every call.
func Limit(n int) string { return " LIMIT " + strconv.Itoa(n) }

// Close ends the connection.
func (c *Conn) Close() error {
	for _, st := range c.prepared {
		_ = st.Close() // the connection's end is what counts
	}
	return c.raw.Close()
}
