package deflate

import (
	"compress/flate"
	"fmt"
	"net"
	"sync"
)

// A Conn is a connection whose octets are compressed in both directions.
type Conn struct {
	net.Conn
	in *Reader
}

// New compresses what is written to nc, and expects what is read from it to be
// compressed.
func New(nc net.Conn) *Conn { return &Conn{Conn: nc, in: NewReader(nc)} }

var writers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil { // the level is a constant
		panic(err)
	}
	return w
}}

// Read implements net.Conn.
func (c *Conn) Read(p []byte) (int, error) { return c.in.Read(p) }

// Write implements net.Conn. All of p can be read by the peer once it has come.
func (c *Conn) Write(p []byte) (int, error) {
	w := writers.Get().(*flate.Writer)
	defer func() {
		w.Reset(nil)
		writers.Put(w)
	}()
	w.Reset(c.Conn)
	n, err := w.Write(p)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return n, fmt.Errorf("compressing: %w", err)
	}
	return n, nil
}

// NetConn returns the connection beneath.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// CloseWrite ends our direction, if the connection beneath can.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
