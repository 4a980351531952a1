package dnsresolve_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
)

// clean reports whether a name is in the form that all names here have.
func clean(name string) bool {
	again, err := dnsresolve.Normalize(name)
	return err == nil && again == name
}

// harmless reports whether text has no control characters, but for those that
// TXT records may have anyway.
func harmless(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}

// packed returns an answer, as a server would send it.
func packed(tb testing.TB, question string, t uint16, rcode int, answer, ns string) []byte {
	var m dns.Msg
	m.SetQuestion(question, t)
	m.Response, m.RecursionAvailable, m.Rcode, m.Compress = true, true, rcode, true
	for text, section := range map[string]*[]dns.RR{answer: &m.Answer, ns: &m.Ns} {
		zone := dns.NewZoneParser(strings.NewReader(text), ".", "")
		zone.SetDefaultTTL(60)
		for rr, ok := zone.Next(); ok; rr, ok = zone.Next() {
			*section = append(*section, rr)
		}
		require.NoError(tb, zone.Err())
	}
	p, err := m.Pack()
	require.NoError(tb, err)
	return p
}

// TestForeignRecords checks that an answer tells nothing of names that were not
// asked for, neither their records nor how long there are none.
func TestForeignRecords(t *testing.T) {
	p := packed(t, "a.example.", dns.TypeA, 0, `
evil.example A 203.0.113.1
a.example    TXT x
b.example    CH A 203.0.113.2
a.example    CNAME b.example
evil.example CNAME c.example
b.example    A 192.0.2.1
c.example    A 203.0.113.3
`, "")
	answer, found, _, err := dnsresolve.Read(p, "a.example", dnsresolve.TypeA)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, []dnsresolve.Record{{Addr: netip.MustParseAddr("192.0.2.1")}}, answer.Records)

	p = packed(t, "a.example.", dns.TypeA, 3, "", "evil.example SOA ns.example h.example 1 2 3 4 50")
	answer, found, _, err = dnsresolve.Read(p, "a.example", dnsresolve.TypeA)
	require.NoError(t, err)
	require.False(t, found)
	require.Zero(t, answer.TTL)

	p = packed(t, "a.example.", dns.TypeA, 0, "", "example NS ns.example")
	_, _, _, err = dnsresolve.Read(p, "a.example", dnsresolve.TypeA)
	require.Error(t, err, "it only says whom to ask")
}

// FuzzResponse reads packets as the answers of a server.
//
// Properties: nothing panics. What is found has records, a name and a canonical
// name in their one form, no control characters, no negative TTL. An answer that
// has nothing has no records. A packet that is cut off is never an answer, so
// that it cannot pass for "no such record". A packet that passes for the answer
// to a question has that question, or none.
func FuzzResponse(f *testing.F) {
	const name = "a.example"
	for _, p := range [][]byte{
		packed(f, "a.example.", dns.TypeMX, 0, "a.example MX 10 mx.example\na.example MX 20 .\na.example MX 30 a\\010b", ""),
		packed(f, "a.example.", dns.TypeA, 0, "a.example CNAME b.example\nb.example CNAME a.example", ""),
		packed(f, "a.example.", dns.TypeA, 0, "a.example CNAME b.example\nb.example A 192.0.2.1\nevil.example A 192.0.2.2", ""),
		packed(f, "a.example.", dns.TypeTXT, 0, `a.example TXT "a\000\013\010b" "\255\""`, ""),
		packed(f, "a.example.", dns.TypeTLSA, 0, "a.example TLSA 3 1 1 abcd", ""),
		packed(f, "a.example.", dns.TypeSRV, 0, "a.example SRV 1 2 3 b.example", ""),
		packed(f, "a.example.", dns.TypeMX, 3, "", "example SOA ns.example h.example 1 2 3 4 5"),
		packed(f, "a.example.", dns.TypeMX, 0, "", "example NS ns.example"),
		packed(f, "a.example.", dns.TypeMX, 2, "", ""),
		{0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0xc0, 0x0c, 0, 1, 0, 1},
		{},
	} {
		f.Add(p, uint16(dns.TypeMX))
		f.Add(p, uint16(dns.TypeA))
	}
	f.Fuzz(func(t *testing.T, packet []byte, typ uint16) {
		answer, found, dangling, err := dnsresolve.Read(packet, name, dnsresolve.Type(typ))
		if err != nil {
			require.True(t, harmless(err.Error()), "%q", err)
			require.Empty(t, answer.Records)
		} else {
			require.Equal(t, found, len(answer.Records) > 0)
			require.False(t, found && dangling)
			require.Equal(t, name, answer.Name)
			require.True(t, clean(answer.Canonical), "%q", answer.Canonical)
			require.GreaterOrEqual(t, answer.TTL, time.Duration(0))
			for _, r := range answer.Records {
				require.True(t, r.Host == "" || clean(r.Host), "%q", r.Host)
				require.True(t, harmless(r.Text), "%q", r.Text)
			}
			if len(packet) > 12 {
				_, _, _, err := dnsresolve.Read(packet[:12], name, dnsresolve.Type(typ))
				require.True(t, err != nil || string(packet[4:12]) == strings.Repeat("\x00", 8), "cut off")
			}
		}
		ok, err := dnsresolve.AnsweredBy(name, dnsresolve.TypeMX, packet, true)
		require.NoError(t, err)
		if ok && packet[5] == 1 {
			require.Equal(t, "\x01a\x07example\x00\x00\x0f\x00\x01", strings.ToLower(string(packet[12:27])))
		}
	})
}

// FuzzPolicy reads MTA-STS policies and ids.
//
// Properties: nothing panics. What is accepted has a mode, patterns that are
// host names in lower case, some unless the mode is none, and no more than a
// year; written anew it is the same. An id consists of 1 to 32 letters and
// digits.
func FuzzPolicy(f *testing.F) {
	f.Add([]byte(enforced), "mx.example")
	f.Add([]byte("version: STSv1\nmode: none\nmax_age: 0"), "v=STSv1; id=1")
	f.Add([]byte("version:STSv1\r\nmode:testing\r\nmx:*.a\r\nmax_age:9999999999\r\n"), "v=STSv1; id=;id=1")
	f.Fuzz(func(t *testing.T, text []byte, other string) {
		if id, ok := dnsresolve.PolicyID([]dnsresolve.Record{{Text: other}}); ok {
			require.Regexp(t, "^[0-9A-Za-z]{1,32}$", id)
		}
		p, err := dnsresolve.ParsePolicy(text)
		if err != nil {
			return
		}
		p.Matches(other)
		require.True(t, p.Mode == dnsresolve.STSNone || len(p.MX) > 0)
		require.LessOrEqual(t, p.MaxAge, 366*24*time.Hour)
		for _, mx := range p.MX {
			require.True(t, clean(strings.TrimPrefix(mx, "*.")), "%q", mx)
			require.True(t, strings.HasPrefix(mx, "*.") || p.Matches(mx))
		}
		again, err := dnsresolve.ParsePolicy([]byte(dnsresolve.PolicyText(p)))
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

// FuzzFiles reads resolv.conf and hosts files.
//
// Properties: nothing panics. There are one to three servers, each with an
// address and port 53; timeouts and tries are in bounds. Names of hosts are in
// lower case and fit into the DNS, and each has no more than 64 addresses.
func FuzzFiles(f *testing.F) {
	f.Add([]byte("nameserver 192.0.2.1\noptions timeout:1 attempts:2 rotate trust-ad\n"))
	f.Add([]byte("127.0.0.1 localhost\n::1 localhost # x\nfe80::1%lo a.B\n"))
	f.Add([]byte("nameserver ::1\nnameserver x\noptions timeout:-1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		conf := dnsresolve.ParseResolvConf(text)
		require.True(t, len(conf.Servers) >= 1 && len(conf.Servers) <= 3)
		for _, s := range conf.Servers {
			require.True(t, s.Addr.IsValid() && s.Addr.Port() == 53)
		}
		require.True(t, conf.Timeout >= 0 && conf.Timeout <= 30*time.Second)
		require.True(t, conf.Tries >= 0 && conf.Tries <= 5)
		for name, addrs := range dnsresolve.ParseHosts(text) {
			require.True(t, clean(name), "%q", name)
			require.True(t, len(addrs) >= 1 && len(addrs) <= 64)
		}
	})
}

// FuzzNames brings names into their one form.
//
// Properties: nothing panics. What comes out is ASCII without upper case, spaces
// or control characters, fits into the DNS, and stays the same if brought into
// form again. A name is within itself and the root.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"Example.ORG.", "bücher.example", "_25._tcp.faß。example", ".", "a..b", "xn--a", "\xff", "a\u0378", strings.Repeat("a.", 130)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := dnsresolve.Normalize(s)
		if err != nil {
			return
		}
		require.True(t, clean(name), "%q", name)
		require.LessOrEqual(t, len(name), 253)
		require.Regexp(t, "^[!-~]+$", name)
		require.Equal(t, strings.ToLower(name), name)
		require.True(t, dnsresolve.Within(name, name) && dnsresolve.Within(name, "."))
		_, ok := dns.IsDomainName(name)
		require.True(t, ok)
	})
}

// A hostile is a Resolver that says what an attacker would have it say, without
// the checks that ours makes.
type hostile struct {
	records []dnsresolve.Record
	failing dnsresolve.Type
}

func (h hostile) Lookup(_ context.Context, name string, t dnsresolve.Type) (dnsresolve.Answer, error) {
	a := dnsresolve.Answer{Name: name, Canonical: name, Secure: true}
	switch {
	case t == h.failing:
		return dnsresolve.Answer{}, &dnsresolve.Error{Name: name, Type: t}
	case t == dnsresolve.TypeTXT || t == dnsresolve.TypeTLSA && len(h.records)%2 == 0:
		return a, &dnsresolve.Error{Name: name, Type: t, Kind: dnsresolve.NoData}
	}
	a.Records = append(a.Records, h.records...)
	return a, nil
}

// FuzzRoute plans routes to names of an attacker's choice, with records of his
// too.
//
// Properties: nothing panics. Every host has one to five addresses, which the
// policy allows; there are no more than 20. There is an error if and only if
// there is no host, of type *RouteError, without control characters. A TLSA
// lookup that fails leaves no host, but for an address.
func FuzzRoute(f *testing.F) {
	f.Add("example.org", "a.example\nb.example\n.", []byte{192, 0, 2, 1}, uint16(0))
	f.Add("[192.0.2.1]", "", []byte{127, 0, 0, 1}, uint16(dnsresolve.TypeTLSA))
	f.Add("[IPv6:::1]", "a\r\nb", []byte{}, uint16(dnsresolve.TypeMX))
	f.Add("bücher.example", "127.0.0.1\n", []byte{8, 8, 8, 8}, uint16(dnsresolve.TypeTLSA))
	f.Fuzz(func(t *testing.T, domain, hosts string, addr []byte, failing uint16) {
		r := hostile{failing: dnsresolve.Type(failing)}
		a, ok := netip.AddrFromSlice(addr)
		for i, host := range strings.Split(hosts, "\n") {
			r.records = append(r.records, dnsresolve.Record{Host: host, Priority: uint16(i % 3), Addr: a, TLSA: dnsresolve.TLSA{Usage: 3, Data: addr}})
		}
		p := &dnsresolve.Planner{Resolver: r, SelfAddrs: []netip.Addr{netip.MustParseAddr("192.0.2.99")}}
		found, err := routes(t.Context(), p, domain)
		require.Equal(t, err != nil, len(found) == 0)
		if err != nil {
			require.IsType(t, (*dnsresolve.RouteError)(nil), err)
			require.True(t, harmless(err.Error()), "%q", err)
		}
		require.LessOrEqual(t, len(found), 20)
		for _, h := range found {
			require.True(t, len(h.Addrs) >= 1 && len(h.Addrs) <= 5)
			for _, a := range h.Addrs {
				require.True(t, dnsresolve.AddrPolicy{}.Allows(a))
			}
			require.True(t, ok || h.Name == "")
			require.True(t, clean(strings.ToLower(h.Name)) || strings.HasPrefix(domain, "["))
			require.False(t, r.failing == dnsresolve.TypeTLSA && h.Name != "")
		}
	})
}
