//go:build unix

package wire

import (
	"io"
	"net"
	"os"
	"syscall"
)

// waitOn prepares to wait for nc. A socket tells when it is readable, so that
// a buffer is taken only when there is something to put into it, at no more
// system calls than an ordinary Read makes.
//
// Only the sockets of package net are asked: a type that embeds one has their
// SyscallConn, but perhaps a Read of its own, which must not be passed by.
func (c *Conn) waitOn(nc net.Conn) {
	c.raw, c.try = nil, nil
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
		c.raw, c.try = raw, c.tryRead
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
	var n int
	var err error
	for {
		if n, err = syscall.Read(int(fd), *c.in); err != syscall.EINTR {
			break
		}
	}
	c.n, c.got = max(n, 0), nil
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
