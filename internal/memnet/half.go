package memnet

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A half is one direction of a connection.
type half struct {
	mu   sync.Mutex
	cond sync.Cond // on mu; everything that can end a wait broadcasts
	size int       // octets that may be under way
	queue

	ended   bool // no more will be written: the reader gets the rest, then io.EOF
	noWrite bool // the writer closed its end
	noRead  bool // the reader closed its end
	writing bool // a Write is in progress; another waits, as in package net

	readBy, writeBy deadline
}

func (h *half) init(size int) {
	h.cond.L = &h.mu
	h.size = size
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.noRead:
			return 0, net.ErrClosed
		case len(p) == 0:
			return 0, nil
		case h.readBy.passed():
			return 0, os.ErrDeadlineExceeded
		case h.n > 0:
			n := h.pull(p)
			h.cond.Broadcast()
			return n, nil
		case h.ended:
			return 0, io.EOF
		}
		h.cond.Wait()
	}
}

func (h *half) write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.writing {
		if err := h.writeError(); err != nil {
			return 0, err
		}
		h.cond.Wait()
	}
	h.writing = true
	defer func() { h.writing = false; h.cond.Broadcast() }()
	total := 0
	for {
		if err := h.writeError(); err != nil {
			return total, err
		}
		n := min(len(p), h.size-h.n)
		h.push(p[:n])
		total += n
		if p = p[n:]; len(p) == 0 {
			return total, nil
		}
		h.cond.Broadcast()
		h.cond.Wait()
	}
}

// writeError returns why nothing can be written, nil if something can.
func (h *half) writeError() error {
	switch {
	case h.noWrite:
		return net.ErrClosed
	case h.writeBy.passed():
		return os.ErrDeadlineExceeded
	case h.ended, h.noRead:
		return os.NewSyscallError("write", syscall.EPIPE)
	}
	return nil
}

// endWrite ends the direction; closing says whether the writer is gone
// altogether. It fails if the writer was gone already.
func (h *half) endWrite(closing bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.noWrite {
		return net.ErrClosed
	}
	h.ended = true
	h.noWrite = closing
	if closing {
		h.writeBy.stop()
	}
	h.cond.Broadcast()
	return nil
}

// endRead says that the reader is gone, and what was under way with it.
func (h *half) endRead() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noRead = true
	h.clear()
	h.readBy.stop()
	h.cond.Broadcast()
}

func (h *half) setReadDeadline(t time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.noRead {
		return net.ErrClosed
	}
	h.readBy.set(t, &h.cond)
	return nil
}

func (h *half) setWriteDeadline(t time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.noWrite {
		return net.ErrClosed
	}
	h.writeBy.set(t, &h.cond)
	return nil
}
