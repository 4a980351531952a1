package serve

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func parsePrefixes(t *testing.T, list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		require.NoError(t, err)
		out = append(out, p)
	}
	return out
}

func TestAccess(t *testing.T) {
	type list = []string
	for _, tt := range []struct {
		name        string
		allow, deny list
		in, out     list // who is allowed and who is not; "" is nobody's address
	}{
		{
			"empty", nil, nil,
			list{"192.0.2.1", "2001:db8::1", ""},
			nil,
		},
		{
			"allow",
			list{"192.0.2.0/24", "2001:db8::/32"},
			nil,
			list{"192.0.2.1", "2001:db8::1", "2001:db8:ffff::1"},
			list{"192.0.3.1", "2001:db9::1", ""},
		},
		{
			"deny", nil,
			list{"192.0.2.0/24", "2001:db8::/32"},
			list{"192.0.3.1", "2001:db9::1", ""},
			list{"192.0.2.1", "2001:db8::1"},
		},
		{
			"most specific",
			list{"10.0.0.0/8", "10.1.1.0/24"},
			list{"10.1.0.0/16", "10.1.1.1/32"},
			list{"10.0.0.1", "10.2.1.1", "10.1.1.0", "10.1.1.2"},
			list{"10.1.0.1", "10.1.2.1", "10.1.1.1", "11.0.0.1"},
		},
		{
			"tie",
			list{"10.0.0.0/8", "2001:db8::/32"},
			list{"10.9.9.9/8", "2001:db8::1/32"},
			nil,
			list{"10.0.0.1", "10.9.9.9", "2001:db8::1"},
		},
		{
			"deny everybody but",
			list{"10.0.0.0/8"},
			list{"0.0.0.0/0", "::/0"},
			list{"10.0.0.1"},
			list{"192.0.2.1", "2001:db8::1", ""},
		},
		{
			"IPv4 in IPv6",
			list{"::ffff:10.0.0.0/104"},
			list{"::ffff:10.1.0.0/112"},
			list{"10.0.0.1"},
			list{"10.1.0.1", "2001:db8::1"},
		},
		{
			"::/0 is IPv6",
			list{"::/0"},
			nil,
			list{"2001:db8::1", "::1"},
			list{"10.0.0.1"},
		},
		{
			"::/0 is not IPv4", nil,
			list{"::/0"},
			list{"10.0.0.1"},
			list{"2001:db8::1", "::1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := newAccess(parsePrefixes(t, tt.allow...), parsePrefixes(t, tt.deny...))
			require.NoError(t, err)
			check := func(list []string, want bool) {
				for _, s := range list {
					addr, _ := netip.ParseAddr(s)
					require.Equal(t, want, a.allows(addr), s)
				}
			}
			check(tt.in, true)
			check(tt.out, false)
		})
	}
}

// addrConn is a connection that has a remote address.
type addrConn struct {
	net.Conn
	addr net.Addr
}

func (c addrConn) RemoteAddr() net.Addr { return c.addr }

// textAddr is an address of some other kind.
type textAddr struct{ network, text string }

func (a textAddr) Network() string { return a.network }
func (a textAddr) String() string  { return a.text }

func TestAddr(t *testing.T) {
	tcp := func(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }
	for _, tt := range []struct {
		addr net.Addr
		want string
	}{
		{tcp("192.0.2.1:25"), "192.0.2.1"},
		{tcp("[::ffff:192.0.2.1]:25"), "192.0.2.1"},
		{tcp("[2001:db8::1]:25"), "2001:db8::1"},
		{tcp("[fe80::1%eth0]:25"), "fe80::1"},
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}, "192.0.2.1"},
		{&net.TCPAddr{}, "invalid IP"},
		{(*net.TCPAddr)(nil), "invalid IP"},
		{nil, "invalid IP"},
		{&net.IPAddr{IP: net.IPv4(192, 0, 2, 1)}, "192.0.2.1"},
		{textAddr{"tunnel", "192.0.2.1:25"}, "192.0.2.1"},
		{textAddr{"tunnel", "[::ffff:192.0.2.1]:25"}, "192.0.2.1"},
		{textAddr{"pipe", "pipe"}, "invalid IP"},
		{&net.UnixAddr{Net: "unix", Name: "/run/x"}, "invalid IP"},
		{&net.UnixAddr{Net: "unix", Name: "127.0.0.1:25"}, "invalid IP"}, // a client may call its socket so
		{textAddr{"unixpacket", "127.0.0.1"}, "invalid IP"},
	} {
		require.Equal(t, tt.want, Addr(addrConn{addr: tt.addr}).String(), "%v", tt.addr)
	}
}
