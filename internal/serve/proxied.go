package serve

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// readProxied reads the PROXY header from nc and returns nc with the addresses
// in it, or as it is if there are none.
func readProxied(nc net.Conn, deadline time.Time) (net.Conn, error) {
	if err := nc.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	h, err := readHeader(nc)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fmt.Errorf("PROXY header did not come in time: %w", err)
	}
	if err != nil {
		return nil, err
	}
	if err := nc.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	if !h.src.IsValid() {
		return nc, nil
	}
	return &proxied{Conn: nc, remote: h.src, local: h.dst}, nil
}

// proxied is a connection that says the addresses of its PROXY header.
type proxied struct {
	net.Conn
	remote, local netip.AddrPort
}

// RemoteAddr returns the address of the client, a *net.TCPAddr.
func (p *proxied) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(p.remote) }

// LocalAddr returns the address that the client connected to, a *net.TCPAddr.
func (p *proxied) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(p.local) }

// SyscallConn gives access to the socket; reading from it is safe because not
// an octet behind the header was read. It fails with errors.ErrUnsupported if
// there is no socket.
func (p *proxied) SyscallConn() (syscall.RawConn, error) {
	if c, ok := p.Conn.(syscall.Conn); ok {
		return c.SyscallConn()
	}
	return nil, fmt.Errorf("serve: no socket: %w", errors.ErrUnsupported)
}

// CloseWrite ends the outgoing direction. It fails with errors.ErrUnsupported
// if the connection beneath cannot do that.
func (p *proxied) CloseWrite() error {
	if c, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return fmt.Errorf("serve: cannot close one direction: %w", errors.ErrUnsupported)
}
