package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// Options is what a Serve call needs. It must not be changed while serving.
// Only Handle must be set.
type Options struct {
	// MaxConns is how many connections may be open at once, over all Serve
	// calls of the Life; a further one is refused. 0 is no limit.
	MaxConns int

	// MaxConnsPerAddr is how many connections from one IPv4 address, or from
	// one IPv6 network of 64 bits (a customer has at least that much, so
	// limits on single addresses would limit nobody), may be open at once,
	// over all Serve calls that have such a limit. 0 is no limit. Peers
	// without an IP address are not limited.
	MaxConnsPerAddr int

	// Allow and Deny say whose connections are accepted. The most specific
	// prefix that contains the address decides; if it is in both, Deny does.
	// If there is none, the address is denied if Allow is not empty. A prefix
	// of IPv4 in IPv6 form means the IPv4 one; IPv6's ::/0 contains no IPv4
	// address. A peer without an IP address is in no prefix.
	Allow, Deny []netip.Prefix

	// ProxyFrom are the peers that must begin with a PROXY protocol header
	// (HAProxy's proxy-protocol.txt, versions 1 and 2). The limits per
	// address, Allow and Deny then go by the address in the header. From
	// anybody else such a header is not understood: it is left to Handle.
	ProxyFrom []netip.Prefix

	// ProxyTimeout is how long a PROXY header may take. 0 is 10 seconds.
	ProxyTimeout time.Duration

	// TLSConfig, if not nil, makes each connection TLS from the start, behind
	// the PROXY header. The handshake is left to Handle, or to its first Read
	// or Write.
	TLSConfig *tls.Config

	// Handle holds one conversation, in a goroutine of its own. The connection
	// is closed when it returns; a panic is logged and ends no more than
	// this conversation. The context is derived from BaseContext's and ends
	// with Close, or when Shutdown's context ends.
	Handle func(ctx context.Context, nc net.Conn)

	// Refuse, if not nil, tells a peer why it is refused, before the connection is
	// closed. It runs in a goroutine of its own, with 5 seconds until reads and
	// writes fail; if 64 such run already, the connection is closed
	// without a word. With TLSConfig the connection is TLS, and its first
	// Write does a handshake: whoever finds that too much for one who was
	// Denied returns at once.
	Refuse func(nc net.Conn, why Refusal)

	// Logger gets panics, bad PROXY headers and errors of Accept. nil is
	// slog.Default.
	Logger *slog.Logger

	// BaseContext, if not nil, makes the context that the Handles of a
	// listener derive theirs from. nil is context.Background.
	BaseContext func(net.Listener) context.Context
}

const defaultProxyTimeout = 10 * time.Second

func (o *Options) proxyTimeout() time.Duration { return cmp.Or(o.ProxyTimeout, defaultProxyTimeout) }

func (o *Options) logger() *slog.Logger {
	if o.Logger == nil {
		return slog.Default()
	}
	return o.Logger
}

func (o *Options) baseContext(ln net.Listener) context.Context {
	if o.BaseContext == nil {
		return context.Background()
	}
	return o.BaseContext(ln)
}

var errNoHandle = errors.New("serve: Options.Handle must be set")
