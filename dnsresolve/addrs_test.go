package dnsresolve_test

import (
	"net"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// TestAddrs checks what becomes of two answers.
func TestAddrs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, `
			both.signed  60 A    192.0.2.1
			both.signed  30 AAAA 2001:db8::1
			six.signed   AAAA 2001:db8::2
			mixed.signed A    192.0.2.3
			mixed.signed AAAA 2001:db8::3
			none.signed  TXT  x
		`)
		srv.Secure("signed")
		srv.Fail("six.signed", dnstest.Fault{Type: dnsresolve.TypeA, Code: 2})
		srv.Fail("none.signed", dnstest.Fault{Type: dnsresolve.TypeA, Code: 2})
		srv.Fail("mixed.signed", dnstest.Fault{Type: dnsresolve.TypeA, Insecure: true})
		c := srv.Client()
		both, err := dnsresolve.Addrs(t.Context(), c, "both.signed")
		require.NoError(t, err)
		require.Equal(t, []dnsresolve.Record{{Addr: netip.MustParseAddr("2001:db8::1")}, {Addr: netip.MustParseAddr("192.0.2.1")}}, both.Records)
		require.True(t, both.Secure)
		require.Equal(t, 30.0, both.TTL.Seconds())

		six, err := dnsresolve.Addrs(t.Context(), c, "six.signed")
		require.NoError(t, err, "half of the truth is better than none")
		require.Len(t, six.Records, 1)
		mixed, err := dnsresolve.Addrs(t.Context(), c, "mixed.signed")
		require.NoError(t, err)
		require.False(t, mixed.Secure)

		_, err = dnsresolve.Addrs(t.Context(), c, "none.signed")
		require.Equal(t, dnsresolve.Temporary, kindOf(t, err))
		_, err = dnsresolve.Addrs(t.Context(), c, "gone.signed")
		require.Equal(t, dnsresolve.NotExist, kindOf(t, err))
	})
}

// TestAddrPolicy checks which addresses a name may lead to.
func TestAddrPolicy(t *testing.T) {
	allowed := []string{"8.8.8.8", "192.0.2.1", "2001:db8::1", "2a00::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "172.32.0.1", "100.128.0.1"}
	refused := []string{
		"127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
		"100.64.0.1", "192.0.0.1", "198.19.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "100::1", "2001::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::",
	}
	var zero dnsresolve.AddrPolicy
	for _, a := range allowed {
		require.True(t, zero.Allows(netip.MustParseAddr(a)), a)
	}
	for _, a := range refused {
		require.False(t, zero.Allows(netip.MustParseAddr(a)), a)
	}
	require.False(t, zero.Allows(netip.Addr{}))

	p := dnsresolve.AddrPolicy{
		Allow:  []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		Refuse: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("8.8.8.0/24")},
	}
	for a, want := range map[string]bool{
		"10.0.0.1": true, "::ffff:10.0.0.1": true, "64:ff9b::10.0.0.1": true, "::1": true,
		"10.1.0.1": false, "::ffff:10.1.0.1": false, "64:ff9b::10.1.0.1": false, "8.8.8.8": false, "192.168.0.1": false, "9.9.9.9": true,
	} {
		require.Equal(t, want, p.Allows(netip.MustParseAddr(a)), a)
	}
}

// TestSystem checks the Resolver on package net, which here asks our server.
func TestSystem(t *testing.T) {
	srv := dnstest.NewServer(t, `
		example.org  MX 10 mx.example.org
		example.org  TXT "hello\010"
		example.org  NS ns.example.org
		null.org     MX 0 .
		mx.example.org A 192.0.2.1
		mx.example.org AAAA 2001:db8::1
		_imaps._tcp.example.org SRV 1 2 993 imap.example.org
	`)
	srv.Secure(".")
	srv.Fail("broken.org", dnstest.Fault{Code: 2})
	sys := dnsresolve.System{Resolver: &net.Resolver{PreferGo: true, Dial: srv.Dial}}
	for _, tt := range []struct {
		name string
		t    dnsresolve.Type
		want dnsresolve.Record
	}{
		{"example.org", dnsresolve.TypeMX, dnsresolve.Record{Host: "mx.example.org", Priority: 10}},
		{"null.org", dnsresolve.TypeMX, dnsresolve.Record{Host: "."}},
		{"example.org", dnsresolve.TypeTXT, dnsresolve.Record{Text: `hello\010`}},
		{"example.org", dnsresolve.TypeNS, dnsresolve.Record{Host: "ns.example.org"}},
		{"MX.example.org.", dnsresolve.TypeA, dnsresolve.Record{Addr: netip.MustParseAddr("192.0.2.1")}},
		{"mx.example.org", dnsresolve.TypeAAAA, dnsresolve.Record{Addr: netip.MustParseAddr("2001:db8::1")}},
		{"_imaps._tcp.example.org", dnsresolve.TypeSRV, dnsresolve.Record{Host: "imap.example.org", Priority: 1, Weight: 2, Port: 993}},
	} {
		answer, err := sys.Lookup(t.Context(), tt.name, tt.t)
		require.NoError(t, err, "%s %s", tt.name, tt.t)
		require.Equal(t, []dnsresolve.Record{tt.want}, answer.Records)
		require.False(t, answer.Secure)
	}
	_, err := sys.Lookup(t.Context(), "gone.org", dnsresolve.TypeMX)
	require.Equal(t, dnsresolve.NoData, kindOf(t, err))
	_, err = sys.Lookup(t.Context(), "broken.org", dnsresolve.TypeMX)
	require.Equal(t, dnsresolve.Temporary, kindOf(t, err))
	_, err = sys.Lookup(t.Context(), "example.org", dnsresolve.TypeTLSA)
	require.Equal(t, dnsresolve.Unsupported, kindOf(t, err))
	_, err = sys.Lookup(t.Context(), "a..b", dnsresolve.TypeA)
	require.Equal(t, dnsresolve.BadName, kindOf(t, err))
}
