package imap4

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Sizes of the buffers: what is read at once, what of a buffer that has grown is
// kept, and what is queued before it is sent.
const (
	clientReadSize  = 16 << 10
	clientKeepSize  = 64 << 10
	clientWriteSize = 32 << 10
)

// clientLongAgo is a deadline that is over, for any clock.
var clientLongAgo = time.Unix(1, 0)

var errClientInterrupted = errors.New("imap4: interrupted while idle")

// A clientWire frames a connection from the client's side. A response's line
// may be of any length up to a limit (an answer to SEARCH is one line, whatever
// was found), which is more than package wire's lines can be. One goroutine
// reads and writes; abort and interrupt may be called from any.
type clientWire struct {
	nc    net.Conn // TLS after STARTTLS, deflated after COMPRESS
	stall time.Duration
	block time.Duration

	in   []byte
	r, w int // the unread octets are in[r:w]
	out  []byte
	werr error // of the first write that failed

	got, sent int64 // octets

	mu      sync.Mutex // orders changes of deadlines; not held over I/O
	idle    bool       // a read that interrupt may cut is under way
	aborted bool

	interruptible, interrupted bool
}

func newClientWire(nc net.Conn, t *ClientTimeouts) *clientWire {
	return &clientWire{nc: nc, stall: t.Stall, block: t.Write}
}

// abort makes all that needs the connection fail from now on.
func (w *clientWire) abort() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aborted = true
	// If it fails the connection is closed already.
	_ = w.nc.SetDeadline(clientLongAgo)
}

// interrupt makes the wait for the start of a response that is pending, or the
// next one, fail with errClientInterrupted, where that is allowed. One that has
// begun to come is not disturbed.
func (w *clientWire) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.interruptible {
		return
	}
	w.interrupted = true
	if w.idle {
		_ = w.nc.SetReadDeadline(clientLongAgo) // as in abort
	}
}

// replace puts a layer on the connection.
func (w *clientWire) replace(nc net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nc = nc
	if w.aborted {
		_ = nc.SetDeadline(clientLongAgo) // as in abort
	}
}

// arm sets the deadline of the next read.
func (w *clientWire) arm(idle bool, limit time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.aborted:
		return net.ErrClosed
	case idle && w.interrupted:
		w.interrupted = false
		return errClientInterrupted
	}
	w.idle = idle
	var t time.Time
	if limit > 0 {
		t = time.Now().Add(limit)
	}
	return w.nc.SetReadDeadline(t)
}

// disarm says what the error of a read comes from.
func (w *clientWire) disarm(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	idle := w.idle
	w.idle = false
	switch {
	case !errors.Is(err, os.ErrDeadlineExceeded):
	case w.aborted:
		return net.ErrClosed
	case idle && w.interrupted:
		w.interrupted = false
		return errClientInterrupted
	}
	return err
}

// read reads into p, which sends what is queued first. If that fails the server
// may have said why before it hung up.
func (w *clientWire) read(p []byte, idle bool, limit time.Duration) (int, error) {
	unsent := w.flush()
	if unsent != nil && w.stall > 0 {
		limit = w.stall
	}
	if err := w.arm(idle, limit); err != nil {
		return 0, err
	}
	n, err := w.nc.Read(p)
	w.got += int64(n)
	switch {
	case n > 0:
		err = nil
	case unsent != nil:
		err = unsent
	case err == nil:
		err = io.ErrNoProgress
	}
	return n, w.disarm(err)
}

// await waits for the first octet of a response; interrupt cuts it.
func (w *clientWire) await(limit time.Duration) error {
	if w.r < w.w {
		return nil
	}
	if n := len(w.in); n < clientReadSize || n > clientKeepSize { // one that has grown is not kept
		w.in = make([]byte, clientReadSize)
	}
	n, err := w.read(w.in, true, limit)
	w.r, w.w = 0, n
	return err
}

// line returns the next line without its CRLF, valid until the next read. It
// has no bare CR or LF and no NUL.
func (w *clientWire) line(limit int) ([]byte, error) {
	scanned := 0
	for {
		if i := bytes.IndexByte(w.in[w.r+scanned:w.w], '\n'); i >= 0 {
			line := w.in[w.r : w.r+scanned+i]
			w.r += len(line) + 1
			return clientCheckLine(line)
		}
		scanned = w.w - w.r
		if scanned >= limit {
			return nil, clientMalformed("a line of more than %d octets", limit)
		}
		if err := w.more(); err != nil {
			return nil, err
		}
	}
}

func clientCheckLine(line []byte) ([]byte, error) {
	n := len(line) - 1
	switch {
	case n < 0 || line[n] != '\r':
		return nil, clientMalformed("a line that ends in LF without CR")
	case bytes.IndexByte(line[:n], '\r') >= 0:
		return nil, clientMalformed("a CR within a line")
	case bytes.IndexByte(line[:n], 0) >= 0:
		return nil, clientMalformed("a NUL within a line")
	}
	return line[:n], nil
}

// more reads behind what is unread, and makes room for that.
func (w *clientWire) more() error {
	switch unread := w.w - w.r; {
	case w.r > 0 && unread <= len(w.in)/2:
		w.w = copy(w.in, w.in[w.r:w.w])
		w.r = 0
	case w.w == len(w.in):
		grown := make([]byte, max(2*len(w.in), clientReadSize))
		w.w = copy(grown, w.in[w.r:w.w])
		w.in, w.r = grown, 0
	}
	n, err := w.read(w.in[w.w:], false, w.stall)
	w.w += n
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// octets reads some of a literal: into p, past the buffer if p is large.
func (w *clientWire) octets(p []byte) (int, error) {
	if w.r < w.w {
		n := copy(p, w.in[w.r:w.w])
		w.r += n
		return n, nil
	}
	if len(p) >= len(w.in)/2 {
		n, err := w.read(p, false, w.stall)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return n, err
	}
	w.r, w.w = 0, 0
	if err := w.more(); err != nil {
		return 0, err
	}
	return w.octets(p)
}

// Write queues p, and sends what is more than the queue holds.
func (w *clientWire) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 && w.werr == nil {
		n := min(len(p), clientWriteSize-len(w.out))
		w.out = append(w.out, p[:n]...)
		p = p[n:]
		if len(w.out) == clientWriteSize {
			// The error is w.werr.
			_ = w.flush()
		}
	}
	return total - len(p), w.werr
}

// flush sends what is queued.
func (w *clientWire) flush() error {
	if w.werr != nil || len(w.out) == 0 {
		return w.werr
	}
	w.werr = w.armWrite()
	if w.werr == nil {
		var n int
		n, w.werr = w.nc.Write(w.out)
		w.sent += int64(n)
	}
	clear(w.out) // it may have held secrets
	w.out = w.out[:0]
	return w.werr
}

func (w *clientWire) armWrite() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.aborted {
		return net.ErrClosed
	}
	var t time.Time
	if w.block > 0 {
		t = time.Now().Add(w.block)
	}
	return w.nc.SetWriteDeadline(t)
}
