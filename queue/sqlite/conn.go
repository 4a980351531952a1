package sqlite

import (
	"context"

	"github.com/wirepost/wirepost/internal/litedb"
)

const databaseName = "queue.db"

// settings are those of each connection that are this store's own.
const settings = `
	PRAGMA cache_size = -32768; -- KiB`

// A conn is a connection that knows the tables.
type conn struct{ *litedb.Conn }

type scanner = litedb.Scanner

func (s *Store) newConn(ctx context.Context) (*conn, error) {
	raw, err := litedb.Connect(ctx, s.db, settings)
	if raw == nil {
		return nil, err
	}
	c := &conn{raw}
	s.conns = append(s.conns, c)
	return c, err
}

// read lends a connection of the pool to f, which must not keep it and must not wait for anything else.
func (s *Store) read(ctx context.Context, f func(*conn) error) error {
	return litedb.Lend(ctx, s.readers, s.closing, errClosed, f)
}
