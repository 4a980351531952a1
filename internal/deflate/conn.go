package deflate

import (
	"bytes"
	"compress/flate"
	"fmt"
	"net"
	"slices"
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

// A writer compresses one Write. Its octets go out in one piece: a peer that acts
// on the first of several may have hung up before the last.
type writer struct {
	out bytes.Buffer
	*flate.Writer
}

var writers = sync.Pool{New: func() any {
	w := new(writer)
	var err error
	if w.Writer, err = flate.NewWriter(&w.out, flate.BestSpeed); err != nil { // the level is a constant
		panic(err)
	}
	return w
}}

// maxPiece bounds what a writer holds.
const maxPiece = 64 << 10

// Read implements net.Conn.
func (c *Conn) Read(p []byte) (int, error) { return c.in.Read(p) }

// Write implements net.Conn. All of p can be read by the peer once it has come.
func (c *Conn) Write(p []byte) (n int, err error) {
	w := writers.Get().(*writer)
	defer writers.Put(w)
	for piece := range slices.Chunk(p, maxPiece) {
		w.out.Reset()
		w.Reset(&w.out)
		// A bytes.Buffer takes everything.
		_, _ = w.Writer.Write(piece)
		_ = w.Flush()
		if _, err := c.Conn.Write(w.out.Bytes()); err != nil {
			return n, fmt.Errorf("compressing: %w", err)
		}
		n += len(piece)
	}
	return n, nil
}

// NetConn returns the connection beneath.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// lastBlock is an empty block with a code of its own, marked as the last one (RFC
// 1951, 3.2.3 and 3.2.6). A Write ends on a whole octet, so it may follow.
var lastBlock = []byte{0x03, 0x00}

// CloseWrite ends the stream, and our direction of the connection beneath if that
// can.
func (c *Conn) CloseWrite() error {
	if _, err := c.Conn.Write(lastBlock); err != nil {
		return err
	}
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
