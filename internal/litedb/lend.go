package litedb

import "context"

// Lend lends one of a pool's connections, of the store's own type, to f, which
// must not keep it and must not wait for anything else. The error is f's, or
// closed once closing is closed, or that of ctx.
func Lend[C any](ctx context.Context, pool chan C, closing <-chan struct{}, closed error, f func(C) error) error {
	select {
	case c := <-pool:
		defer func() { pool <- c }()
		if err := ctx.Err(); err != nil {
			return err
		}
		return f(c)
	case <-closing:
		return closed
	case <-ctx.Done():
		return ctx.Err()
	}
}
