package imap4

import (
	"bytes"
	"context"
	"errors"
	"net"
	"time"

	"github.com/wirepost/wirepost/internal/deflate"
)

var errClientDeflated = errors.New("imap4: the connection is compressed already")

// Compress has both sides compress what they send (RFC 4978). It should come
// behind the login: what is compressed together with a password tells something
// of it to whoever sees the sizes.
func (c *Client) Compress(ctx context.Context) error {
	if c.yield != nil {
		return ErrBusy
	}
	return c.during(ctx, func() error {
		conn := c.conn
		if conn.deflated {
			return errClientDeflated
		}
		if _, err := c.exchange(clientCommand{verb: "COMPRESS DEFLATE", needs: "COMPRESS=DEFLATE", alone: true}); err != nil {
			return err
		}
		conn.deflated = true
		w := conn.wire
		// What came behind the OK is compressed already.
		early := bytes.Clone(w.in[w.r:w.w])
		w.r, w.w = 0, 0
		if err := w.armBoth(time.Time{}); err != nil {
			return err
		}
		w.replace(deflate.New(&clientEarly{Conn: w.nc, early: early}))
		return nil
	})
}

// A clientEarly is a connection of which some octets have been read already.
type clientEarly struct {
	net.Conn
	early []byte
}

// Read returns those first.
func (e *clientEarly) Read(p []byte) (int, error) {
	if len(e.early) > 0 {
		n := copy(p, e.early)
		e.early = e.early[n:]
		return n, nil
	}
	return e.Conn.Read(p)
}
