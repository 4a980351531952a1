//go:build unix

package wire

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// waitOn prepares to wait for nc. A socket tells when it is readable, so that
// a buffer is taken only when there is something to put into it, at no more
// system calls than an ordinary Read makes.
//
// Only the sockets of package net are asked: a type that embeds one has their
// SyscallConn, but perhaps a Read of its own, which must not be passed by.
func (c *Conn) waitOn(nc net.Conn) {
	c.raw, c.try, c.put = nil, nil, nil
	var sc syscall.Conn
	switch nc := nc.(type) {
	case *net.TCPConn:
		sc = nc
	case *net.UnixConn:
		sc = nc
	default:
		return
	}
	if raw, err := sc.SyscallConn(); err == nil {
		c.raw, c.try, c.put = raw, c.tryRead, c.tryWrite
	}
}

func (c *Conn) awaitOctets() error {
	if c.raw == nil {
		return c.awaitOne()
	}
	if err := c.raw.Read(c.try); err != nil {
		return err
	}
	return c.received(c.n, c.got)
}

// tryRead reads what fd has, and reports false to be called again once it has
// something.
func (c *Conn) tryRead(fd uintptr) bool {
	c.in = smallBuffers.Get().(*[]byte)
	n, err := ignoringEINTR(syscall.Read, fd, *c.in)
	c.n, c.got = n, nil
	switch {
	case err == syscall.EAGAIN:
		c.dropInput()
		return false
	case err != nil:
		c.got = os.NewSyscallError("read", err)
	case n == 0:
		c.got = io.EOF
	}
	if c.n == 0 {
		c.dropInput()
	}
	return true
}

// sendAtOnce writes what a socket takes without a wait. That is nearly always
// all of it, so that most writes need no deadline.
func (c *Conn) sendAtOnce() (int, error) {
	if c.raw == nil {
		return 0, nil
	}
	if c.limited { // by a write that had to wait
		c.limited = false
		if err := c.arm(c.base.SetWriteDeadline, time.Time{}); err != nil {
			return 0, err
		}
	}
	if err := c.raw.Write(c.put); err != nil {
		return 0, err
	}
	return c.n, c.got
}

// tryWrite writes what fd takes of what is queued. It asks for no other call.
func (c *Conn) tryWrite(fd uintptr) bool {
	n, err := ignoringEINTR(syscall.Write, fd, (*c.out)[:c.held])
	c.n, c.got = n, nil
	if err != nil && err != syscall.EAGAIN {
		c.got = os.NewSyscallError("write", err)
	}
	return true
}

// ignoringEINTR calls a system call again that a signal has interrupted.
func ignoringEINTR(call func(int, []byte) (int, error), fd uintptr, p []byte) (int, error) {
	for {
		n, err := call(int(fd), p)
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}
