package dnsresolve_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// routes returns the hosts of a route, or why there are none.
func routes(ctx context.Context, p *dnsresolve.Planner, nextHop string) ([]dnsresolve.Host, error) {
	route, err := p.MailRoute(ctx, nextHop)
	if err != nil {
		return nil, err
	}
	hosts := slices.Collect(route.Hosts(ctx))
	return hosts, route.Err()
}

// told is a route in text: hosts and their addresses, or the status code.
func told(hosts []dnsresolve.Host, err error) string {
	if e, ok := errors.AsType[*dnsresolve.RouteError](err); ok {
		return e.Reason.Code()
	}
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, h := range hosts {
		var text strings.Builder
		text.WriteString(h.Name)
		for _, a := range h.Addrs {
			text.WriteString(" " + a.String())
		}
		all = append(all, strings.TrimSpace(text.String()))
	}
	return strings.Join(all, ", ")
}

// planner returns one that asks the server, for DNS alone.
func planner(srv *dnstest.Server) *dnsresolve.Planner {
	return &dnsresolve.Planner{Resolver: srv.Client(), NoSTS: true, Rand: rand.New(rand.NewPCG(1, 2))}
}

// TestNextHop checks what a next hop may be.
func TestNextHop(t *testing.T) {
	srv := dnstest.NewServer(t, `
		example.org              MX 10 mx.example.org
		mx.example.org           A  192.0.2.1
		mx.example.org           MX 10 wrong.example.org
		xn--bcher-kva.example    MX 10 mx.example.org
	`)
	p := planner(srv)
	for nextHop, want := range map[string]string{
		"example.org":             "mx.example.org 192.0.2.1",
		"Example.ORG.":            "mx.example.org 192.0.2.1",
		"bücher.example":          "mx.example.org 192.0.2.1",
		"[mx.example.org]":        "mx.example.org 192.0.2.1",
		"[MX.example.org.]":       "mx.example.org 192.0.2.1",
		"[192.0.2.9]":             "192.0.2.9",
		"[IPv6:2001:db8::1]":      "2001:db8::1",
		"[ipv6:::ffff:192.0.2.9]": "192.0.2.9",
		"[2001:db8::1]":           "2001:db8::1",
		"[127.0.0.1]":             "5.4.4",
		"[IPv6:::1]":              "5.4.4",
		"[gone.example.org]":      "5.4.4",
		"192.0.2.9":               "5.1.2",
		"[192.0.2.9":              "5.1.2",
		"[]":                      "5.1.2",
		"[a b]":                   "5.1.2",
		"":                        "5.1.2",
		".":                       "5.1.2",
		"a..b":                    "5.1.2",
		"a b":                     "5.1.2",
		"a/b.example":             "5.1.2",
		"\u200b.example":          "5.1.2",
		"example.org\r\nRSET":     "5.1.2",
		"mx.example.org:25":       "5.1.2",
		"gone.example":            "5.1.2",
	} {
		require.Equal(t, want, told(routes(t.Context(), p, nextHop)), "%q", nextHop)
	}
	_, err := p.MailRoute(t.Context(), "example.org\r\nRSET")
	require.NotContains(t, err.Error(), "\n")
	for _, q := range srv.Asked() {
		require.NotEqual(t, "wrong.example.org", q.Name)
		require.NotEqual(t, "192.0.2.9", q.Name)
	}
}

// TestMailExchangers checks what MX records lead to, whatever is wrong with them.
func TestMailExchangers(t *testing.T) {
	for name, tt := range map[string]struct {
		zone  string
		fault dnstest.Fault // of MX
		addr  dnstest.Fault // of addresses of mx1
		want  string
	}{
		"one":                     {zone: "d.example MX 10 mx1.example", want: "mx1.example 192.0.2.1"},
		"two":                     {zone: "d.example MX 20 mx2.example\nd.example MX 10 mx1.example", want: "mx1.example 192.0.2.1, mx2.example 192.0.2.2"},
		"implicit":                {zone: "d.example A 192.0.2.9", want: "d.example 192.0.2.9"},
		"implicit, alias":         {zone: "d.example CNAME mx2.example", want: "d.example 192.0.2.2"},
		"implicit, nothing":       {zone: "d.example TXT x", want: "5.4.4"},
		"no domain":               {want: "5.1.2"},
		"null":                    {zone: "d.example MX 0 .\nd.example A 192.0.2.9", want: "5.1.10"},
		"null, odd preference":    {zone: "d.example MX 10 .", want: "5.1.10"},
		"null beside others":      {zone: "d.example MX 0 .\nd.example MX 10 mx1.example", want: "mx1.example 192.0.2.1"},
		"alias":                   {zone: "d.example CNAME e.example\ne.example MX 10 mx1.example", want: "mx1.example 192.0.2.1"},
		"alias as target":         {zone: "d.example MX 10 c.example\nc.example CNAME mx1.example", want: "c.example 192.0.2.1"},
		"address as target":       {zone: "d.example MX 10 192.0.2.1\nd.example MX 20 mx2.example", want: "mx2.example 192.0.2.2"},
		"only such targets":       {zone: "d.example MX 10 192.0.2.1", want: "5.4.4"},
		"strange target":          {zone: "d.example MX 10 a\\010b.example\nd.example MX 20 mx2.example", want: "mx2.example 192.0.2.2"},
		"only strange ones":       {zone: "d.example MX 10 a\\010b.example\nd.example A 192.0.2.9", want: "4.4.3"},
		"twice":                   {zone: "d.example MX 10 mx1.example\nd.example MX 20 MX1.example", want: "mx1.example 192.0.2.1"},
		"SERVFAIL":                {zone: "d.example A 192.0.2.9", fault: dnstest.Fault{Code: 2}, want: "4.4.3"},
		"REFUSED":                 {zone: "d.example A 192.0.2.9", fault: dnstest.Fault{Code: 5}, want: "4.4.3"},
		"bogus":                   {zone: "d.example A 192.0.2.9", fault: dnstest.Fault{Bogus: true}, want: "4.4.3"},
		"timeout":                 {zone: "d.example A 192.0.2.9", fault: dnstest.Fault{Silent: true}, want: "4.4.3"},
		"lame":                    {zone: "d.example A 192.0.2.9", fault: dnstest.Fault{Lame: true}, want: "4.4.3"},
		"cut":                     {zone: "d.example A 192.0.2.9", fault: dnstest.Fault{Cut: true}, want: "4.4.3"},
		"truncated":               {zone: "d.example A 192.0.2.9", fault: dnstest.Fault{Truncated: true, NoTCP: true}, want: "4.4.3"},
		"loop of aliases":         {zone: "d.example CNAME e.example\ne.example CNAME d.example", want: "4.4.3"},
		"no address":              {zone: "d.example MX 10 none.example\nd.example MX 20 mx2.example", want: "mx2.example 192.0.2.2"},
		"no addresses":            {zone: "d.example MX 10 none.example\nd.example MX 20 gone.example", want: "5.4.4"},
		"one fails":               {zone: "d.example MX 10 mx1.example\nd.example MX 20 mx2.example", addr: dnstest.Fault{Code: 2}, want: "mx2.example 192.0.2.2"},
		"one fails, one has none": {zone: "d.example MX 10 mx1.example\nd.example MX 20 none.example", addr: dnstest.Fault{Code: 2}, want: "4.4.3"},
		"private":                 {zone: "d.example MX 10 private.example\nd.example MX 20 mx2.example", want: "mx2.example 192.0.2.2"},
		"all private":             {zone: "d.example MX 10 private.example\nd.example MX 20 gone.example", want: "5.4.4"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := dnstest.NewServer(t, tt.zone+"\n"+`
					mx1.example      A 192.0.2.1
					mx2.example      A 192.0.2.2
					none.example     TXT x
					private.example  A 127.0.0.1
					private.example  A 169.254.169.254
					private.example  A 10.0.0.1
					private.example  AAAA ::1
					private.example  AAAA ::ffff:127.0.0.1
					private.example  AAAA 64:ff9b::7f00:1
				`)
				tt.fault.Type = dnsresolve.TypeMX
				srv.Fail("d.example", tt.fault)
				srv.Fail("mx1.example", tt.addr)
				hosts, err := routes(t.Context(), planner(srv), "d.example")
				require.Equal(t, tt.want, told(hosts, err), "%v", err)
				if e, ok := errors.AsType[*dnsresolve.RouteError](err); ok {
					require.Equal(t, tt.want[0] == '4', e.Temporary())
					require.Equal(t, "d.example", e.Domain)
				}
			})
		})
	}
}

// TestCarelessResolver checks that names of hosts are looked at even if the
// Resolver does not.
func TestCarelessResolver(t *testing.T) {
	for host, want := range map[string]string{
		"192.0.2.1": "5.4.4", "": "5.4.4", "a\r\nb": "5.4.4", "[192.0.2.1]": "5.4.4", ".": "5.1.10", "mx.example": "mx.example 192.0.2.1 192.0.2.1",
	} {
		r := hostile{records: []dnsresolve.Record{{Host: host, Addr: netip.MustParseAddr("192.0.2.1")}}}
		require.Equal(t, want, told(routes(t.Context(), &dnsresolve.Planner{Resolver: r}, "d.example")), "%q", host)
	}
}

// TestPrivateAddresses checks that a route may be allowed to be local.
func TestPrivateAddresses(t *testing.T) {
	srv := dnstest.NewServer(t, "d.example MX 10 mx.example\nmx.example A 127.0.0.1\nmx.example A 10.0.0.1")
	p := planner(srv)
	p.Addresses.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	require.Equal(t, "mx.example 127.0.0.1", told(routes(t.Context(), p, "d.example")))
	require.Equal(t, "127.0.0.2", told(routes(t.Context(), p, "[127.0.0.2]")))
}

// TestOrder checks that equals are shuffled and others are not, and that kinds of
// addresses take turns.
func TestOrder(t *testing.T) {
	srv := dnstest.NewServer(t, `
		d.example MX 10 a.example
		d.example MX 10 b.example
		d.example MX 10 c.example
		d.example MX 5  first.example
		d.example MX 20 last.example
		a.example A 192.0.2.1
		b.example A 192.0.2.2
		c.example A 192.0.2.3
		last.example A 192.0.2.4
		first.example A 192.0.2.11
		first.example A 192.0.2.12
		first.example A 192.0.2.13
		first.example A 192.0.2.14
		first.example AAAA 2001:db8::11
		first.example AAAA 2001:db8::12
	`)
	seen, addrs := map[string]int{}, map[string]int{}
	p := planner(srv)
	for range 600 {
		hosts, err := routes(t.Context(), p, "d.example")
		require.NoError(t, err)
		require.Len(t, hosts, 5)
		require.Equal(t, "first.example", hosts[0].Name)
		require.Equal(t, "last.example", hosts[4].Name)
		seen[hosts[1].Name+hosts[2].Name]++
		var kinds strings.Builder
		for _, a := range hosts[0].Addrs {
			kinds.WriteString(map[bool]string{true: "4", false: "6"}[a.Is4()])
		}
		require.Equal(t, "64644", kinds.String())
		addrs[hosts[0].Addrs[1].String()]++
	}
	require.Len(t, seen, 6)
	for order, n := range seen {
		require.InDelta(t, 100, n, 50, order)
	}
	require.Len(t, addrs, 4)

	for family, want := range map[dnsresolve.Family]string{dnsresolve.IPv4First: "46464", dnsresolve.IPv4Only: "4444", dnsresolve.IPv6Only: "66"} {
		p.Prefer = family
		hosts, err := routes(t.Context(), p, "d.example")
		require.NoError(t, err)
		var kinds strings.Builder
		for _, a := range hosts[0].Addrs {
			kinds.WriteString(map[bool]string{true: "4", false: "6"}[a.Is4()])
		}
		require.Equal(t, want, kinds.String())
	}
	p.Prefer = dnsresolve.IPv6First

	one, two := planner(srv), planner(srv)
	require.Equal(t, told(routes(t.Context(), one, "d.example")), told(routes(t.Context(), two, "d.example")), "of one seed")
	two.Rand = nil
	require.Len(t, strings.Split(told(routes(t.Context(), two, "d.example")), ","), 5)
}

// TestLimits checks that a large domain costs no more than a small one.
func TestLimits(t *testing.T) {
	var zone strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&zone, "d.example MX %d mx%d.example\n", 2000-i, i)
		fmt.Fprintf(&zone, "mx%d.example CNAME many.example\n", i)
	}
	for i := range 1000 {
		fmt.Fprintf(&zone, "many.example A 192.0.%d.%d\n", 2+i/250, i%250)
	}
	srv := dnstest.NewServer(t, zone.String())
	p := planner(srv)
	hosts, err := routes(t.Context(), p, "d.example")
	require.NoError(t, err)
	require.Len(t, hosts, 10, "fifty addresses, five for each")
	require.Equal(t, "mx999.example", hosts[0].Name)
	p.Limits = dnsresolve.Limits{HostAddrs: 1}
	hosts, err = routes(t.Context(), p, "d.example")
	require.NoError(t, err)
	require.Len(t, hosts, 20)
	p.Limits = dnsresolve.Limits{Hosts: 3, HostAddrs: 3, Addrs: 8}
	hosts, err = routes(t.Context(), p, "d.example")
	require.NoError(t, err)
	require.Len(t, hosts, 3)
	require.Len(t, hosts[2].Addrs, 2)
}

// TestLazy checks that only those hosts are looked up that are tried.
func TestLazy(t *testing.T) {
	srv := dnstest.NewServer(t, "d.example MX 10 a.example\nd.example MX 20 b.example\na.example A 192.0.2.1\nb.example A 192.0.2.2")
	route, err := planner(srv).MailRoute(t.Context(), "d.example")
	require.NoError(t, err)
	require.Len(t, srv.Asked(), 1)
	for range route.Hosts(t.Context()) {
		break
	}
	require.NoError(t, route.Err())
	require.Len(t, srv.Asked(), 3)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range route.Hosts(ctx) {
		break
	}
	for host := range route.Hosts(t.Context()) {
		require.NotEmpty(t, host.Addrs)
	}
	route, err = planner(srv).MailRoute(t.Context(), "d.example")
	require.NoError(t, err)
	require.Empty(t, slices.Collect(route.Hosts(ctx)))
	require.ErrorIs(t, route.Err(), context.Canceled)
	require.Equal(t, "4.4.3", told(nil, route.Err()))
}

// TestSelf checks that mail does not come back.
func TestSelf(t *testing.T) {
	zone := `
		best.example    MX 10 me.example
		best.example    MX 10 a.example
		best.example    MX 20 b.example
		backup.example  MX 10 a.example
		backup.example  MX 20 me.example
		backup.example  MX 20 b.example
		backup.example  MX 30 c.example
		broken.example  MX 10 none.example
		broken.example  MX 20 me.example
		later.example   MX 10 fails.example
		later.example   MX 20 me.example
		implicit.example A 192.0.2.99
		alias.example   MX 10 other.example
		other.example   CNAME me.example
		me.example      A 192.0.2.99
		a.example       A 192.0.2.1
		b.example       A 192.0.2.2
		c.example       A 192.0.2.3
		none.example    TXT x
	`
	for _, byAddr := range []bool{false, true} {
		srv := dnstest.NewServer(t, zone)
		srv.Fail("fails.example", dnstest.Fault{Code: 2})
		p := planner(srv)
		if byAddr {
			p.SelfAddrs = []netip.Addr{netip.MustParseAddr("::ffff:192.0.2.99")}
		} else {
			p.Self = []string{"ME.example.", "implicit.example", "other.example"}
		}
		for domain, want := range map[string]string{
			"best.example": "5.4.6", "backup.example": "a.example 192.0.2.1", "broken.example": "4.4.4", "later.example": "4.4.3",
			"implicit.example": "5.4.6", "alias.example": "5.4.6",
		} {
			for range 10 {
				require.Equal(t, want, told(routes(t.Context(), p, domain)), "%s by address %v", domain, byAddr)
			}
		}
		if byAddr {
			require.Equal(t, "5.4.6", told(routes(t.Context(), p, "[192.0.2.99]")))
		}
	}
}

// TestReasons checks that each has a code, whose class fits.
func TestReasons(t *testing.T) {
	for r := dnsresolve.TryLater; r <= dnsresolve.Loop; r++ {
		require.Regexp(t, `^[45]\.\d\.\d+$`, r.Code())
		require.NotEqual(t, "unknown", r.String())
		require.Equal(t, r <= dnsresolve.NoMatch, r.Temporary())
	}
	require.Equal(t, "unknown", dnsresolve.Reason(200).String())
	for k := dnsresolve.Temporary; k <= dnsresolve.Unavailable; k++ {
		require.NotEqual(t, "unknown failure", k.String())
	}
	cause := &dnsresolve.Error{Name: "d\r", Type: dnsresolve.TypeMX, Err: errors.New("cause")}
	err := &dnsresolve.RouteError{Domain: "d\n", Err: cause}
	require.ErrorIs(t, err, cause)
	require.EqualError(t, err, "dnsresolve: no route to d?: the domain cannot be looked up now: MX of d?: no answer, try later: cause")
	require.Equal(t, "unknown failure", dnsresolve.Kind(99).String())
	require.Less(t, len((&dnsresolve.Error{Name: strings.Repeat("x", 10_000)}).Error()), 500)
}

// TestZeroPlanner checks that nothing needs to be set, with an address, which
// needs no server.
func TestZeroPlanner(t *testing.T) {
	var p dnsresolve.Planner
	require.Equal(t, "192.0.2.1", told(routes(t.Context(), &p, "[192.0.2.1]")))
	require.Equal(t, "5.1.2", told(routes(t.Context(), &p, "mail.invalid")))
	policy, err := new(dnsresolve.STS).Policy(t.Context(), "mail.invalid")
	require.NoError(t, err)
	require.Nil(t, policy)
}
