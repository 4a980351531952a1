package engine

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"
)

// A DialFunc connects, as net.Dialer.DialContext does, which a nil one is.
type DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// Dial connects to a server at "host:port" or the absolute path of a Unix
// socket. Host is its name, without a dot at the end; empty for a path. It takes
// as long as timeout at most; there is no limit unless that is positive.
func Dial(ctx context.Context, addr string, dial DialFunc, timeout time.Duration) (nc net.Conn, host string, err error) {
	network := "unix"
	if !strings.HasPrefix(addr, "/") {
		network = "tcp"
		if host, _, err = net.SplitHostPort(addr); err != nil {
			return nil, "", fmt.Errorf(`addr must be "host:port" or an absolute path: %w`, err)
		}
	}
	nc, err = Connect(ctx, network, addr, dial, timeout)
	return nc, strings.TrimSuffix(host, "."), err
}

// Connect is Dial for an address that was understood already.
func Connect(ctx context.Context, network, addr string, dial DialFunc, timeout time.Duration) (net.Conn, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	return dial(ctx, network, addr)
}
