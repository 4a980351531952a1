package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// do runs a request on a connection that is bound as BindDN: one that is idle, or
// a new one. What is idle may have been given up by the server meanwhile; so a
// request that fails for that is run once more on a new one, as searches may be.
func (l *LDAP) do(ctx context.Context, request func(*ldap.Conn) error) error {
	if err := l.acquire(ctx); err != nil {
		return err
	}
	defer l.slots.Release(1)
	if c := l.takeIdle(); c != nil {
		err := run(ctx, c, request)
		if !isBroken(err) {
			l.putIdle(c)
			return err
		}
		c.Close()
	}
	c, err := l.dial(ctx)
	if err != nil {
		return err
	}
	if l.BindDN != "" {
		bind := func(c *ldap.Conn) error { return c.Bind(l.BindDN, l.BindPassword) }
		if err := run(ctx, c, bind); err != nil {
			c.Close()
			return fmt.Errorf("bind as %s: %w", l.BindDN, err)
		}
	}
	err = run(ctx, c, request)
	if isBroken(err) {
		c.Close()
		return err
	}
	l.putIdle(c)
	return err
}

// run waits for a request no longer than the context lasts: who has hung up should
// not keep a connection from others until the server answers. The library knows no
// contexts, so the connection ends.
func run(ctx context.Context, c *ldap.Conn, request func(*ldap.Conn) error) error {
	stop := context.AfterFunc(ctx, func() { c.Close() })
	err := request(c)
	if !stop() && err != nil {
		return ctx.Err()
	}
	return err
}

// isBroken reports whether the connection has ended, or is out of step: a request
// without an answer may get it later. Codes from ErrorNetwork on are the
// library's own.
func isBroken(err error) bool {
	if err == nil || errors.Is(err, ldap.ErrSizeLimitExceeded) {
		return false
	}
	e, ok := errors.AsType[*ldap.Error](err)
	return !ok || e.ResultCode >= ldap.ErrorNetwork || e.ResultCode == ldap.LDAPResultUnavailable
}

func (l *LDAP) takeIdle() *ldap.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.idle) > 0 {
		c := l.idle[len(l.idle)-1]
		l.idle = l.idle[:len(l.idle)-1]
		if !c.IsClosing() {
			return c
		}
	}
	return nil
}

// putIdle keeps a connection; there are no more than may be in use at once.
func (l *LDAP) putIdle(c *ldap.Conn) {
	l.mu.Lock()
	closed := l.closed
	if !closed {
		l.idle = append(l.idle, c)
	}
	l.mu.Unlock()
	if closed {
		c.Close()
	}
}

// dial connects, with TLS if that is set. All of it has to be done in Timeout.
func (l *LDAP) dial(ctx context.Context) (*ldap.Conn, error) {
	if l.inClear() {
		return nil, errors.New("without TLS passwords could be read on the way: Check says more")
	}
	ctx, cancel := context.WithTimeout(ctx, l.timeout())
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Address)
	if err != nil {
		return nil, err // which names the address
	}
	// A context that ends cuts what the library waits for, which knows no
	// contexts.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	c, err := l.secure(ctx, conn)
	if !stop() && err == nil {
		c.Close()
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("connecting to %s: %w", l.Address, err)
	}
	return c, nil
}

func (l *LDAP) secure(ctx context.Context, conn net.Conn) (*ldap.Conn, error) {
	config := l.tlsConfig()
	if l.TLS {
		t := tls.Client(conn, config)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = t
	}
	c := ldap.NewConn(conn, l.TLS)
	c.SetTimeout(l.timeout())
	c.Start()
	if !l.StartTLS {
		return c, nil
	}
	if err := c.StartTLS(config); err != nil {
		c.Close()
		return nil, fmt.Errorf("StartTLS: %w", err)
	}
	return c, nil
}

func (l *LDAP) tlsConfig() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if l.TLSConfig != nil {
		config = l.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(l.Address)
	}
	return config
}
