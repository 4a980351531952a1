package rvp

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"

	"github.com/wirepost/wirepost/auth/httpauth"
)

// ConnContext is for http.Server's field of that name: it gives each connection
// of a HomeServer or a Router a place for the state of NTLM, and for the logon that
// was made on it. A server that has a ConnContext of its own calls this one from it.
func ConnContext(ctx context.Context, nc net.Conn) context.Context {
	return context.WithValue(httpauth.ConnContext(ctx, nc), slotKey{}, new(logonSlot))
}

type slotKey struct{}

// A logonSlot is what a HomeServer knows of a connection. A nil one knows nothing.
type logonSlot struct {
	logon  atomic.Pointer[logon]
	client atomic.Pointer[netip.Addr] // for whom a router uses the connection
	pins   pins                       // of a Router
}

// A logon tells apart the programs of a user, by what they are called back at.
type logon struct {
	node     Node
	callBack string
}

func slotOf(ctx context.Context) *logonSlot {
	s, _ := ctx.Value(slotKey{}).(*logonSlot)
	return s
}

// remember notes the login subscription that was made on the connection.
func (s *logonSlot) remember(n Node, callBack string) {
	if s != nil {
		s.logon.Store(&logon{n, callBack})
	}
}

// of returns the Call-Back of the logon of this user, "" if none was made here.
func (s *logonSlot) of(n Node) string {
	if s != nil {
		if l := s.logon.Load(); l != nil && l.node == n {
			return l.callBack
		}
	}
	return ""
}

// isOf reports whether the connection has been used for one client only. On one that
// is shared nobody can be logged in.
func (s *logonSlot) isOf(client netip.Addr) bool {
	if s == nil {
		return false
	}
	s.client.CompareAndSwap(nil, &client)
	return *s.client.Load() == client
}

// peerOf returns where a request comes from, and whether that is the word of
// routers and proxies, which are believed as far as they are known.
func peerOf(t *Topology, r *http.Request) (peer netip.AddrPort, proxied bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.AddrPort{}, false
	}
	peer = netip.AddrPortFrom(peer.Addr().Unmap().WithZone(""), peer.Port())
	if len(t.Proxies) == 0 {
		return peer, false
	}
	chain := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(chain) - 1; i >= 0 && containsAddr(t.Proxies, peer.Addr()); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break
		}
		peer, proxied = netip.AddrPortFrom(before.Unmap().WithZone(""), 0), true
	}
	return peer, proxied
}
