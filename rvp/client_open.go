package rvp

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// open opens the listener.
func (c *Client) open(ctx context.Context, l *link) error {
	local, err := c.localAddr(ctx)
	if err != nil {
		return err
	}
	d, err := c.listen(ctx, local, func() {
		if l.ctx.Err() == nil {
			l.plan.within(&l.keep, 0)
		}
	})
	if err != nil {
		return fmt.Errorf("rvp: listening for NOTIFYs: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l.door = d
	return nil
}

// localAddr returns the address from which the home server is reached; none if
// nobody asks.
func (c *Client) localAddr(ctx context.Context) (netip.Addr, error) {
	if c.Listen != nil && c.CallBack != "" {
		return netip.Addr{}, nil
	}
	at, _ := c.locator.locate(c.Node())
	u, err := url.Parse(at)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("rvp: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	address := net.JoinHostPort(strings.Trim(u.Hostname(), "[]"), cmp.Or(u.Port(), "80"))
	nc, err := c.locator.connect(ctx, address, func(at netip.AddrPort) error { return allowed(c.locator.Addrs, at) })
	if err != nil {
		c.locator.forget(c.Node())
		return netip.Addr{}, fmt.Errorf("rvp: %w", err)
	}
	defer nc.Close()
	local, err := netip.ParseAddrPort(nc.LocalAddr().String())
	if err != nil {
		return netip.Addr{}, fmt.Errorf("rvp: %w", err)
	}
	return local.Addr().Unmap(), nil
}
