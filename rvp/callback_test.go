package rvp

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
)

func prefixList(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// What a logon may ask this server to call (RVP-049, facts 4.1).
func TestCheckClient(t *testing.T) {
	policy := CallBackPolicy{Clients: prefixList("198.51.100.0/24", "2001:db8:1::/48"), Refused: prefixList("198.51.100.66/32", "203.0.113.9/32")}
	for _, test := range []struct{ callback, peer, wrong string }{
		{"http://192.0.2.1:34567", "192.0.2.1", ""},
		{"http://192.0.2.1:34567/", "192.0.2.1", ""},
		{"http://192.0.2.1:34567/a%20b?c=d", "192.0.2.1", ""},
		{"HTTP://192.0.2.1:1024", "192.0.2.1", ""},
		{"http://192.0.2.1:65535", "::ffff:192.0.2.1", ""},
		{"http://[::ffff:192.0.2.1]:34567", "192.0.2.1", ""},
		{"http://[2001:db8::7]:34567", "2001:db8::7", ""},
		{"http://127.0.0.1:34567", "127.0.0.1", ""},
		{"http://198.51.100.5:34567", "192.0.2.1", ""},
		{"http://[2001:db8:1::5]:34567", "192.0.2.1", ""},

		// Other machines, in each guise.
		{"http://192.0.2.2:34567", "192.0.2.1", "not the address that you come from"},
		{"http://127.0.0.1:34567", "192.0.2.1", "not the address that you come from"},
		{"http://[::ffff:127.0.0.1]:34567", "192.0.2.1", "not the address that you come from"},
		{"http://[::1]:34567", "::ffff:192.0.2.1", "not the address that you come from"},
		{"http://169.254.169.254:34567", "192.0.2.1", "not the address that you come from"},
		{"http://10.0.0.1:34567", "192.0.2.1", "not the address that you come from"},
		{"http://[64:ff9b::7f00:1]:34567", "192.0.2.1", "not the address that you come from"},
		{"http://[fe80::1%25eth0]:34567", "fe80::1", "no address"},
		{"http://0.0.0.0:34567", "0.0.0.0", "no host"},
		{"http://[::]:34567", "::", "no host"},
		{"http://224.0.0.1:34567", "224.0.0.1", "no host"},
		{"http://[ff02::1]:34567", "ff02::1", "no host"},
		{"http://255.255.255.255:34567", "255.255.255.255", "no host"},
		{"http://198.51.100.66:34567", "198.51.100.66", "by this server's policy"},
		{"http://[::ffff:203.0.113.9]:34567", "203.0.113.9", "by this server's policy"},

		// Names are not looked up: they could lead elsewhere the next time.
		{"http://client.example.test:34567", "192.0.2.1", "no address"},
		{"http://localhost:34567", "127.0.0.1", "no address"},
		{"http://2130706433:34567", "127.0.0.1", "no address"},
		{"http://0x7f.1:34567", "127.0.0.1", "no address"},
		{"http://127.1:34567", "127.0.0.1", "no address"},
		{"http://0177.0.0.1:34567", "127.0.0.1", "no address"},

		// Ports.
		{"http://192.0.2.1", "192.0.2.1", "listen at 1024 or above"},
		{"http://192.0.2.1:80", "192.0.2.1", "listen at 1024 or above"},
		{"http://192.0.2.1:25", "192.0.2.1", "listen at 1024 or above"},
		{"http://192.0.2.1:1023", "192.0.2.1", "listen at 1024 or above"},
		{"http://192.0.2.1:0", "192.0.2.1", "port"},
		{"http://192.0.2.1:65536", "192.0.2.1", "port"},
		{"http://192.0.2.1:99999999999999999999", "192.0.2.1", "port"},
		{"http://192.0.2.1:", "192.0.2.1", "port is empty"},
		{"http://192.0.2.1:+1025", "192.0.2.1", "no URL"},

		// What hides another host, or is none.
		{"http://192.0.2.1:34567@198.51.100.5:34567", "192.0.2.1", "user information"},
		{"http://anna:secret@192.0.2.1:34567", "192.0.2.1", "user information"},
		{"http://@192.0.2.1:34567", "192.0.2.1", "user information"},
		{`http://192.0.2.1:34567\@198.51.100.5`, "192.0.2.1", "no plain URL"},
		{"http://192.0.2.1:34567#@198.51.100.5", "192.0.2.1", "no plain URL"},
		{"http://192.0.2.1:34567/\r\nX: y", "192.0.2.1", "no plain URL"},
		{"http://192.0.2.1:34567/\x00", "192.0.2.1", "no plain URL"},
		{"http://192.0.2.1:34567/ä", "192.0.2.1", "no plain URL"},
		{" http://192.0.2.1:34567", "192.0.2.1", "no plain URL"},
		{"http:192.0.2.1:34567", "192.0.2.1", "no URL"},
		{"//192.0.2.1:34567", "192.0.2.1", "scheme"},
		{"192.0.2.1:34567", "192.0.2.1", "no URL"},
		{"https://192.0.2.1:34567", "192.0.2.1", "scheme"},
		{"ftp://192.0.2.1:34567", "192.0.2.1", "scheme"},
		{"gopher://192.0.2.1:34567/_", "192.0.2.1", "scheme"},
		{"http:///instmsg", "192.0.2.1", "no host"},
		{"", "192.0.2.1", "scheme"},
		{"http://192.0.2.1:34567/" + strings.Repeat("a", maxCallBack), "192.0.2.1", "longer than"},
	} {
		err := policy.checkClient(test.callback, netip.MustParseAddr(test.peer))
		if test.wrong == "" {
			require.NoError(t, err, "%q from %s", test.callback, test.peer)
			continue
		}
		require.ErrorContains(t, err, test.wrong, "%q from %s", test.callback, test.peer)
		require.ErrorIs(t, err, errRefused)
		require.True(t, strings.HasPrefix(err.Error(), "rvp: "), err)
	}
}

func TestCheckClientOfNobody(t *testing.T) {
	require.ErrorIs(t, CallBackPolicy{}.checkClient("http://192.0.2.1:34567", netip.Addr{}), errRefused)
}

func TestCheckClientPort(t *testing.T) {
	peer := netip.MustParseAddr("192.0.2.1")
	require.NoError(t, CallBackPolicy{MinPort: 80}.checkClient("http://192.0.2.1", peer))
	require.ErrorIs(t, CallBackPolicy{MinPort: 40000}.checkClient("http://192.0.2.1:34567", peer), errRefused)
}

// The addresses of other servers, as they are about to be connected to.
func TestServersAllowed(t *testing.T) {
	allow := CallBackPolicy{Servers: prefixList("10.1.0.0/16"), Refused: prefixList("10.1.9.0/24", "198.51.100.0/24")}.
		servers(dnsresolve.AddrPolicy{Allow: prefixList("10.2.0.0/16"), Refuse: prefixList("8.8.8.8/32")})
	for at, fine := range map[string]bool{
		"93.184.216.34:80":             true,
		"93.184.216.34:5280":           true,
		"10.1.0.1:80":                  true,
		"10.2.0.1:80":                  true,
		"[2a00:1450::1]:80":            true,
		"10.1.9.1:80":                  false,
		"10.3.0.1:80":                  false,
		"8.8.8.8:80":                   false,
		"198.51.100.1:80":              false,
		"127.0.0.1:80":                 false,
		"[::1]:80":                     false,
		"[::ffff:127.0.0.1]:80":        false,
		"[::ffff:198.51.100.1]:80":     false,
		"[64:ff9b::7f00:1]:80":         false,
		"[2002:7f00:1::]:80":           false,
		"169.254.169.254:80":           false,
		"[fe80::1]:80":                 false,
		"0.0.0.0:80":                   false,
		"93.184.216.34:25":             false,
		"93.184.216.34:0":              false,
		"93.184.216.34:443":            false,
		"93.184.216.34:1023":           false,
		"[64:ff9b::5db8:d822]:80":      true, // NAT64 of the first one
		"[2002:0a01:0001::1]:80":       true, // 6to4 of an allowed one
		"[2002:0a01:0901::1]:80":       false,
		"[::ffff:93.184.216.34]:11211": true,
	} {
		err := allow(netip.MustParseAddrPort(at))
		require.Equal(t, fine, err == nil, "%s: %v", at, err)
		if err != nil {
			require.ErrorIs(t, err, errRefused)
		}
	}
}

// FuzzCallBack checks of every text that is taken as the Call-Back of a client
// that
//
//   - request: its host and target cannot end a line or begin another field;
//   - address: the host of the URL is the address that is connected to;
//   - again: the URL made of it is read the same.
func FuzzCallBack(f *testing.F) {
	for _, s := range []string{
		"http://192.0.2.1:34567", "http://[2001:db8::1]:2000/a?b", "http://[::ffff:1.2.3.4]", "http://1.2.3.4:5?",
		"http://1.2.3.4:5/%0d%0a", "http://a@1.2.3.4:5", "http://1.2.3.4:5//b", "http://[fe80::1%25a]:9", "HTTP://1.2.3.4?x", "http://[::1%25%0a]:99",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCallBack(s)
		if err != nil {
			require.ErrorIs(t, err, errRefused)
			return
		}
		for _, part := range []string{c.host, c.target} {
			require.NotEmpty(t, part)
			require.False(t, strings.ContainsAny(part, " \t\r\n\x00"), "request: %q", part)
		}
		require.True(t, strings.HasPrefix(c.target, "/"), "request: %q", c.target)
		require.True(t, c.at.IsValid() && !c.at.Addr().Is4In6(), "address: %v", c.at)
		again, err := parseCallBack("http://" + c.host + c.target)
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
