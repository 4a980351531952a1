package serve_test

import (
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
)

func TestMaxConns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{MaxConns: 2, Refuse: refuse})
		first := s.dial("", "")
		require.Equal(t, greeting, first.line())
		require.Equal(t, greeting, s.dial("", "").line())
		third := s.dial("", "")
		require.Equal(t, "sorry: too many connections", third.line())
		require.Equal(t, "", third.line())
		require.Equal(t, serve.Stats{Accepted: 3, RefusedFull: 1, Conns: 2, Active: 2}, s.life.Stats())
		first.hangUp()
		require.Equal(t, greeting, s.dial("", "").line(), "there is room again")
	})
}

// TestMaxConnsOverServes counts over two listeners.
func TestMaxConnsOverServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := serve.Options{MaxConns: 2, MaxConnsPerAddr: 1, Refuse: refuse}
		s := start(t, o)
		s.fill(&o)
		other := &server{t: t, ln: memnet.Listen()}
		go s.life.Serve(other.ln, &o)
		require.Equal(t, greeting, s.dial("", "").line())
		require.Equal(t, "sorry: too many connections from this address", other.dial("", "").line())
		require.Equal(t, "hello 192.0.2.2:1000", other.dial("192.0.2.2", "").line())
		require.Equal(t, "sorry: too many connections", other.dial("192.0.2.3", "").line())
		require.Equal(t, "sorry: too many connections", s.dial("192.0.2.3", "").line())
	})
}

func TestMaxConnsPerAddr(t *testing.T) {
	const ok, sorry = "hello", "sorry:"
	for _, tt := range []struct {
		name        string
		first, next string
		want        string
	}{
		{"same", "192.0.2.1", "192.0.2.1", sorry},
		{"other", "192.0.2.1", "192.0.2.2", ok},
		{"IPv4 in IPv6", "192.0.2.1", "::ffff:192.0.2.1", sorry},
		{"other in IPv6", "::ffff:192.0.2.2", "::ffff:192.0.2.1", ok},
		{"same in IPv6", "2001:db8::1", "2001:db8::1", sorry},
		{"same network", "2001:db8::1", "2001:db8::ffff:1:1:1", sorry},
		{"other network", "2001:db8::1", "2001:db8:0:1::1", ok},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, serve.Options{MaxConnsPerAddr: 1, Refuse: refuse})
				first := s.dial(tt.first, "")
				require.Contains(t, first.line(), ok)
				require.Contains(t, s.dial(tt.next, "").line(), tt.want)
				want := serve.Stats{Accepted: 2, Conns: 1, Active: 1}
				if tt.want == sorry {
					want.RefusedAddr++
				} else {
					want.Conns, want.Active = 2, 2
				}
				require.Equal(t, want, s.life.Stats())
				first.hangUp()
				require.Contains(t, s.dial(tt.first, "").line(), ok, "there is room again")
			})
		})
	}
}

// A localListener accepts connections from nowhere, as on a Unix socket.
type localListener struct{ *memnet.Listener }

type localConn struct{ net.Conn }

func (l localListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return localConn{nc}, nil
}

func (localConn) RemoteAddr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// TestNoAddr has peers without an address: they are not one peer.
func TestNoAddr(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{t: t, ln: memnet.Listen()}
		o := serve.Options{MaxConnsPerAddr: 1, Refuse: refuse}
		s.fill(&o)
		go s.life.Serve(localListener{s.ln}, &o)
		for range 3 {
			require.Equal(t, "hello", strings.TrimSpace(s.dial("", "").line()))
		}
		require.NoError(t, s.life.Shutdown(t.Context()))
		require.Zero(t, s.life.Stats().Conns)
	})
}

func TestDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{Deny: []netip.Prefix{netip.MustParsePrefix("192.0.2.9/32")}, MaxConnsPerAddr: 1, Refuse: refuse})
		require.Equal(t, "sorry: address not allowed", s.dial("192.0.2.9", "").line())
		require.Equal(t, greeting, s.dial("", "").line())
		require.EqualValues(t, 1, s.life.Stats().Denied)
	})
}

// TestRefuseSilently has no Refuse.
func TestRefuseSilently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{MaxConns: 1})
		require.Equal(t, greeting, s.dial("", "").line())
		require.Equal(t, "", s.dial("", "").line())
		require.EqualValues(t, 1, s.life.Stats().RefusedFull)
	})
}

// TestRefuseSlowly has peers that do not take what they are told, more of them
// than are waited for.
func TestRefuseSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var telling atomic.Int32
		s := start(t, serve.Options{MaxConns: 1, Refuse: func(nc net.Conn, _ serve.Refusal) {
			telling.Add(1)
			defer telling.Add(-1)
			nc.Write(make([]byte, 2*memnet.DefaultSize))
		}})
		begin := time.Now()
		first := s.dial("", "")
		require.Equal(t, greeting, first.line())
		for range 100 {
			s.dial("", "")
		}
		require.EqualValues(t, 64, telling.Load())
		require.EqualValues(t, 100, s.life.Stats().RefusedFull)
		first.hangUp()
		require.Equal(t, greeting, s.dial("", "").line())
		require.Zero(t, time.Since(begin), "nobody waits for them")

		require.NoError(t, s.life.Shutdown(t.Context()))
		require.Equal(t, 5*time.Second, time.Since(begin))
		require.Zero(t, telling.Load())
	})
}

func TestRefusePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{MaxConns: 1, Refuse: func(net.Conn, serve.Refusal) { panic("no") }})
		require.Equal(t, greeting, s.dial("", "").line())
		for range 100 { // more than may be told at once
			require.Equal(t, "", s.dial("", "").line())
		}
		require.EqualValues(t, 100, s.life.Stats().Panics)
	})
}

func TestRefusalString(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range []serve.Refusal{serve.TooManyConns, serve.TooManyFromAddr, serve.Denied, serve.Paused} {
		require.NotContains(t, r.String(), "Refusal(")
		seen[r.String()] = true
	}
	require.Len(t, seen, 4)
	require.Equal(t, "Refusal(0)", serve.Refusal(0).String())
}
