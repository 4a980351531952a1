package dnsresolve_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// kindOf returns the kind of a lookup's error.
func kindOf(t *testing.T, err error) dnsresolve.Kind {
	t.Helper()
	e, ok := errors.AsType[*dnsresolve.Error](err)
	require.True(t, ok, "%v", err)
	return e.Kind
}

// TestTypes looks up each type of record.
func TestTypes(t *testing.T) {
	c := dnstest.NewServer(t, `
		example.org        A      192.0.2.1
		example.org        AAAA   2001:db8::1
		example.org        NS     ns.Example.ORG
		example.org        MX     10 MX.example.org
		example.org        TXT    "v=spf1 " "-all"
		example.org        TXT    "a\"b\\c\010d"
		_imaps._tcp.example.org SRV 1 2 993 imap.example.org
		_25._tcp.example.org TLSA 3 1 1 00ff
		www.example.org    CNAME  example.org
		1.2.0.192.in-addr.arpa PTR example.org
	`).Client()
	for _, tt := range []struct {
		name string
		t    dnsresolve.Type
		want []dnsresolve.Record
	}{
		{"example.org", dnsresolve.TypeA, []dnsresolve.Record{{Addr: netip.MustParseAddr("192.0.2.1")}}},
		{"EXAMPLE.org.", dnsresolve.TypeAAAA, []dnsresolve.Record{{Addr: netip.MustParseAddr("2001:db8::1")}}},
		{"example.org", dnsresolve.TypeNS, []dnsresolve.Record{{Host: "ns.example.org"}}},
		{"example.org", dnsresolve.TypeMX, []dnsresolve.Record{{Host: "mx.example.org", Priority: 10}}},
		{"example.org", dnsresolve.TypeTXT, []dnsresolve.Record{{Text: "v=spf1 -all"}, {Text: `a"b\c\010d`}}},
		{"_imaps._tcp.example.org", dnsresolve.TypeSRV, []dnsresolve.Record{{Host: "imap.example.org", Priority: 1, Weight: 2, Port: 993}}},
		{"_25._tcp.example.org", dnsresolve.TypeTLSA, []dnsresolve.Record{{TLSA: dnsresolve.TLSA{Usage: 3, Selector: 1, MatchingType: 1, Data: []byte{0, 0xff}}}}},
		{"www.example.org", dnsresolve.TypeCNAME, []dnsresolve.Record{{Host: "example.org"}}},
		{"www.example.org", dnsresolve.TypeA, []dnsresolve.Record{{Addr: netip.MustParseAddr("192.0.2.1")}}},
		{dnsresolve.ReverseName(netip.MustParseAddr("192.0.2.1")), dnsresolve.TypePTR, []dnsresolve.Record{{Host: "example.org"}}},
	} {
		answer, err := c.Lookup(t.Context(), tt.name, tt.t)
		require.NoError(t, err)
		require.Equal(t, tt.want, answer.Records, "%s %s", tt.name, tt.t)
	}
	answer, err := c.Lookup(t.Context(), "www.example.org", dnsresolve.TypeA)
	require.NoError(t, err)
	require.Equal(t, "www.example.org", answer.Name)
	require.Equal(t, "example.org", answer.Canonical)
	for typ, text := range map[dnsresolve.Type]string{
		1: "A", 2: "NS", 5: "CNAME", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 52: "TLSA", 99: "TYPE99",
	} {
		require.Equal(t, text, typ.String())
	}
	require.Equal(t, "b.8.e.f.ip6.arpa", dnsresolve.ReverseName(netip.MustParseAddr("fe8b::"))[len("0.0.0.0.")*7:])
	require.Empty(t, dnsresolve.ReverseName(netip.Addr{}))

	// The fields are those that smtp.TLSA has, in order.
	_ = struct {
		Usage        uint8
		Selector     uint8
		MatchingType uint8
		Data         []byte
	}(dnsresolve.TLSA{})
}

// TestKinds checks that what is not there is never mixed up with what cannot be
// found out.
func TestKinds(t *testing.T) {
	long := strings.Repeat("a", 64)
	for name, tt := range map[string]struct {
		fault     dnstest.Fault
		name      string
		t         dnsresolve.Type
		want      dnsresolve.Kind
		temporary bool
	}{
		"NXDOMAIN":     {name: "gone.example", want: dnsresolve.NotExist},
		"NODATA":       {name: "a.example", t: dnsresolve.TypeMX, want: dnsresolve.NoData},
		"non-terminal": {name: "example", want: dnsresolve.NoData},
		"SERVFAIL":     {dnstest.Fault{Code: 2}, "a.example", 0, dnsresolve.Temporary, true},
		"REFUSED":      {dnstest.Fault{Code: 5}, "a.example", 0, dnsresolve.Temporary, true},
		"odd RCODE":    {dnstest.Fault{Code: 11}, "a.example", 0, dnsresolve.Temporary, true},
		"timeout":      {dnstest.Fault{Silent: true}, "a.example", 0, dnsresolve.Temporary, true},
		"bogus":        {dnstest.Fault{Bogus: true}, "a.example", 0, dnsresolve.Bogus, true},
		"lame":         {dnstest.Fault{Lame: true}, "a.example", 0, dnsresolve.Temporary, true},
		"no TCP":       {dnstest.Fault{Truncated: true, NoTCP: true}, "a.example", 0, dnsresolve.Temporary, true},
		"cut":          {dnstest.Fault{Cut: true}, "a.example", 0, dnsresolve.Malformed, true},
		"cut NODATA":   {dnstest.Fault{Cut: true}, "a.example", dnsresolve.TypeMX, dnsresolve.Malformed, true},
		"cut in half": {dnstest.Fault{Raw: func(q []byte) []byte {
			p := flags(q, 0x81, 0x80)
			return p[:len(p)-3]
		}}, "a.example", 0, dnsresolve.Malformed, true},
		"TC over TCP": {dnstest.Fault{Raw: func(q []byte) []byte { return flags(q, 0x83, 0x80) }}, "a.example", 0, dnsresolve.Malformed, true},
		"loop":        {name: "loop.example", want: dnsresolve.Malformed, temporary: true},
		"long chain":  {name: "c9.example", want: dnsresolve.Malformed, temporary: true},
		"odd targets": {name: "odd.example", t: dnsresolve.TypeMX, want: dnsresolve.Malformed, temporary: true},
		"long label":  {name: long + ".example", want: dnsresolve.BadName},
		"long name":   {name: strings.Repeat("a.", 127) + "example", want: dnsresolve.BadName},
		"empty label": {name: "a..example", want: dnsresolve.BadName},
		"empty":       {name: "", want: dnsresolve.BadName},
		"control":     {name: "a\r\nb.example", want: dnsresolve.BadName},
		"bad Unicode": {name: "a\u200b\u2060.\u0378example", want: dnsresolve.BadName},
		"bad type":    {name: "a.example", t: 255, want: dnsresolve.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := dnstest.NewServer(t, chain()+`
					a.example    A     192.0.2.1
					loop.example CNAME pool.example
					pool.example CNAME loop.example
					odd.example  MX    10 a\010b.example
				`)
				srv.Fail("a.example", tt.fault)
				if tt.t == 0 {
					tt.t = dnsresolve.TypeA
				}
				_, err := srv.Client().Lookup(t.Context(), tt.name, tt.t)
				e, ok := errors.AsType[*dnsresolve.Error](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, tt.want, e.Kind, "%v", err)
				require.Equal(t, tt.temporary, e.Temporary())
				require.NotContains(t, e.Error(), "\n")
				if tt.want == dnsresolve.BadName {
					require.Empty(t, srv.Asked())
				}
			})
		})
	}
}

// flags returns a query with other flags, which make it an answer.
func flags(q []byte, high, low byte) []byte {
	p := append([]byte(nil), q...)
	p[2], p[3] = high, low
	return p
}

// chain is a zone of aliases: c1 has an address behind 1, c9 behind 9.
func chain() string {
	var b strings.Builder
	b.WriteString("c0.example A 192.0.2.9\n")
	for i := range 9 {
		fmt.Fprintf(&b, "c%d.example CNAME c%d.example\n", i+1, i)
	}
	return b.String()
}

// TestAliases follows aliases, those too that the server leaves to the client.
func TestAliases(t *testing.T) {
	for _, alone := range []bool{false, true} {
		srv := dnstest.NewServer(t, chain()+"to.example CNAME nowhere.example\n")
		srv.Fail(".", dnstest.Fault{NoFollow: alone})
		srv.Secure("example")
		c := srv.Client()
		answer, err := c.Lookup(t.Context(), "c8.example", dnsresolve.TypeA)
		require.NoError(t, err)
		require.Equal(t, "c0.example", answer.Canonical)
		require.Equal(t, "c8.example", answer.Name)
		require.True(t, answer.Secure)
		require.Len(t, srv.Asked(), map[bool]int{false: 1, true: 9}[alone])

		_, err = c.Lookup(t.Context(), "c9.example", dnsresolve.TypeA)
		require.Equal(t, dnsresolve.Malformed, kindOf(t, err))

		answer, err = c.Lookup(t.Context(), "to.example", dnsresolve.TypeA)
		require.Equal(t, dnsresolve.NotExist, kindOf(t, err))
		require.Equal(t, "nowhere.example", answer.Canonical)
	}
}

// TestTransport checks what happens when a datagram will not do.
func TestTransport(t *testing.T) {
	var zone strings.Builder
	zone.WriteString("big.example A 192.0.2.1\n")
	for i := range 500 {
		zone.WriteString(fmt.Sprintf("big.example A 10.0.%d.%d\n", i/250, i%250))
	}
	networks := func(srv *dnstest.Server) string {
		var all []string
		for _, q := range srv.Asked() {
			all = append(all, q.Network)
		}
		return strings.Join(all, " ")
	}
	for name, tt := range map[string]struct {
		fault dnstest.Fault
		asked string
	}{
		"large":        {asked: "udp tcp"},
		"no EDNS":      {dnstest.Fault{NoEDNS: true}, "udp udp tcp"},
		"NOTIMP":       {dnstest.Fault{Code: 4, Times: 1}, "udp udp tcp"},
		"BADVERS":      {dnstest.Fault{Code: 16, Times: 1}, "udp udp tcp"},
		"lost":         {dnstest.Fault{Silent: true, Times: 2}, "udp udp udp tcp"},
		"wrong id":     {dnstest.Fault{WrongID: true, Times: 1}, "udp udp tcp"},
		"TCP breaks":   {dnstest.Fault{Truncated: true, NoTCP: true, Silent: true, Times: 2}, "udp udp udp tcp"},
		"delay":        {dnstest.Fault{Delay: time.Second / 2}, "udp tcp"},
		"plain header": {dnstest.Fault{Raw: func(q []byte) []byte { return flags(q, 0x81, 0x81)[:4] }, Times: 1}, "udp udp tcp"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := dnstest.NewServer(t, zone.String())
				srv.Fail("big.example", tt.fault)
				c := srv.Client()
				c.MixedCase = true
				answer, err := c.Lookup(t.Context(), "big.example", dnsresolve.TypeA)
				require.NoError(t, err)
				require.Len(t, answer.Records, 501)
				require.Equal(t, tt.asked, networks(srv))
			})
		})
	}
}

// TestSlowTCP checks that a server that drips is not waited for.
func TestSlowTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "a.example A 192.0.2.1")
		srv.Fail("a.example", dnstest.Fault{Truncated: true, Drip: time.Second})
		start := time.Now()
		_, err := srv.Client().Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.Equal(t, dnsresolve.Temporary, kindOf(t, err))
		require.Equal(t, 6*time.Second, time.Since(start), "three tries of two seconds")
	})
}

// TestContext checks that nobody waits for longer than the context, and that the
// servers are left alone then.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "a.example A 192.0.2.1")
		srv.Fail("a.example", dnstest.Fault{Silent: true})
		c := srv.Client()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := c.Lookup(ctx, "a.example", dnsresolve.TypeA)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, dnsresolve.Temporary, kindOf(t, err))
		require.Equal(t, 500*time.Millisecond, time.Since(start))
		_, err = c.Lookup(ctx, "a.example", dnsresolve.TypeA)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Minute)
		require.Len(t, srv.Asked(), 1)
		entries, _ := c.CacheState()
		require.Zero(t, entries, "that somebody gave up says nothing about the name")
	})
}

// servers connects to servers by address.
type servers map[string]*dnstest.Server

func (s servers) dial(ctx context.Context, network, address string) (net.Conn, error) {
	srv := s[address]
	if srv == nil {
		return nil, errors.New("connection refused")
	}
	return srv.Dial(ctx, network, address)
}

// TestServers checks which server is asked next.
func TestServers(t *testing.T) {
	const zone = "a.example A 192.0.2.1\nb.example A 192.0.2.2"
	setup := func(t *testing.T, trusted ...bool) (*dnsresolve.Client, []*dnstest.Server) {
		c := &dnsresolve.Client{NoHosts: true}
		var all []*dnstest.Server
		by := servers{}
		for i, trust := range trusted {
			srv := dnstest.NewServer(t, zone)
			addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(50 + i)}), 0)
			by[netip.AddrPortFrom(addr.Addr(), 53).String()] = srv
			all = append(all, srv)
			c.Servers = append(c.Servers, dnsresolve.Server{Addr: addr, Trusted: trust})
		}
		c.Dial = by.dial
		return c, all
	}
	lookup := func(t *testing.T, c *dnsresolve.Client, name string) error {
		_, err := c.Lookup(t.Context(), name, dnsresolve.TypeA)
		return err
	}
	t.Run("the one that works is kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, all := setup(t, false, false)
			all[0].Fail(".", dnstest.Fault{Silent: true})
			require.NoError(t, lookup(t, c, "a.example"))
			require.NoError(t, lookup(t, c, "b.example"))
			require.Len(t, all[0].Asked(), 1)
			require.Len(t, all[1].Asked(), 2)
		})
	})
	t.Run("unreachable", func(t *testing.T) {
		c, all := setup(t, false, false)
		c.Servers = append([]dnsresolve.Server{{Addr: netip.MustParseAddrPort("192.0.2.99:53")}}, c.Servers...)
		require.NoError(t, lookup(t, c, "a.example"))
		require.Len(t, all[0].Asked(), 1)
	})
	t.Run("lame and broken ones", func(t *testing.T) {
		c, all := setup(t, false, false, false)
		all[0].Fail(".", dnstest.Fault{Lame: true})
		all[1].Fail(".", dnstest.Fault{Cut: true})
		require.NoError(t, lookup(t, c, "a.example"))
	})
	t.Run("what is said is not asked again", func(t *testing.T) {
		c, all := setup(t, false)
		all[0].Fail(".", dnstest.Fault{Code: 2})
		require.Error(t, lookup(t, c, "a.example"))
		require.Len(t, all[0].Asked(), 1)
	})
	t.Run("NXDOMAIN is final", func(t *testing.T) {
		c, all := setup(t, false, false)
		require.Equal(t, dnsresolve.NotExist, kindOf(t, lookup(t, c, "gone.example")))
		require.Empty(t, all[1].Asked())
	})
	t.Run("no way around one that validates", func(t *testing.T) {
		for _, fault := range []dnstest.Fault{{Code: 2}, {Bogus: true}} {
			c, all := setup(t, true, false, true)
			all[0].Fail(".", fault)
			all[2].Fail(".", dnstest.Fault{Code: 2})
			require.Error(t, lookup(t, c, "a.example"))
			require.Empty(t, all[1].Asked())
			require.Len(t, all[2].Asked(), map[bool]int{false: 1, true: 0}[fault.Bogus])
		}
	})
}

// TestSecure checks that the AD flag counts only on the word of a trusted server,
// and if all links of the chain have it.
func TestSecure(t *testing.T) {
	zone := `
		host.signed   A     192.0.2.1
		in.signed     CNAME host.signed
		out.signed    CNAME host.plain
		host.plain    A     192.0.2.2
		back.plain    CNAME host.signed
	`
	for _, trusted := range []bool{true, false} {
		for _, alone := range []bool{true, false} {
			srv := dnstest.NewServer(t, zone)
			srv.Secure("signed")
			srv.Fail(".", dnstest.Fault{NoFollow: alone})
			c := srv.Client()
			c.Servers[0].Trusted = trusted
			for name, want := range map[string]bool{
				"host.signed": true, "in.signed": true, "out.signed": false, "host.plain": false, "back.plain": false,
			} {
				for _, cached := range []bool{false, true} {
					answer, err := c.Lookup(t.Context(), name, dnsresolve.TypeA)
					require.NoError(t, err)
					require.Equal(t, want && trusted, answer.Secure, name)
					require.Equal(t, cached, answer.Cached)
				}
			}
			answer, err := c.Lookup(t.Context(), "host.signed", dnsresolve.TypeMX)
			require.Equal(t, dnsresolve.NoData, kindOf(t, err))
			require.Equal(t, trusted, answer.Secure)
		}
	}
}

// TestPoisoning sends forged answers first. None of them may be taken, nor what
// the right answer says about other names.
func TestPoisoning(t *testing.T) {
	for _, mixed := range []bool{false, true} {
		srv := dnstest.NewServer(t, "a.example A 192.0.2.1")
		srv.Fail("a.example", dnstest.Fault{Spoof: "a.example A 203.0.113.66"})
		c := srv.Client()
		c.MixedCase = mixed
		answer, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.NoError(t, err)
		require.Equal(t, []dnsresolve.Record{{Addr: netip.MustParseAddr("192.0.2.1")}}, answer.Records)
	}
}

// TestMixedCase checks that a question in mixed case wants its case back.
func TestMixedCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "quite-a-long-name-for-a-host.example A 192.0.2.1")
		c := srv.Client()
		c.MixedCase = true
		const name = "quite-a-long-name-for-a-host.example"
		_, err := c.Lookup(t.Context(), name, dnsresolve.TypeA)
		require.NoError(t, err)
		asked := srv.Asked()[0].Name
		require.NotEqual(t, name, asked)
		require.True(t, strings.EqualFold(name, asked))

		srv.Fail(name, dnstest.Fault{Raw: func(q []byte) []byte {
			return []byte(strings.ToLower(string(flags(q, 0x81, 0x83))))
		}})
		_, err = c.Lookup(t.Context(), name, dnsresolve.TypeMX)
		require.Equal(t, dnsresolve.Temporary, kindOf(t, err))
	})
}

// TestSockets checks over real ones that each question has a port and an id of
// its own.
func TestSockets(t *testing.T) {
	srv := dnstest.NewServer(t, "a.example A 192.0.2.1\nbig.example TXT "+strings.Repeat(`"`+strings.Repeat("x", 200)+`" `, 20))
	c := &dnsresolve.Client{Servers: []dnsresolve.Server{{Addr: srv.Listen()}}, NoHosts: true, CacheSize: -1}
	const lookups = 50
	for range lookups {
		_, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.NoError(t, err)
	}
	ports := map[uint16]bool{}
	for _, q := range srv.Asked() {
		ports[q.From.Port()] = true
	}
	require.Greater(t, len(ports), lookups/2)
	answer, err := c.Lookup(t.Context(), "big.example", dnsresolve.TypeTXT)
	require.NoError(t, err)
	require.Len(t, answer.Records[0].Text, 4000)
	require.Equal(t, "tcp", srv.Asked()[lookups+1].Network)
}

// TestSingleFlight checks that many who ask the same at once are one question,
// and that one who leaves does not take the answer from the others.
func TestSingleFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "a.example A 192.0.2.1")
		srv.Fail("a.example", dnstest.Fault{Delay: time.Second})
		c := srv.Client()
		var wg sync.WaitGroup
		hasty, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		wg.Go(func() {
			_, err := c.Lookup(hasty, "a.example", dnsresolve.TypeA)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		for range 100 {
			wg.Go(func() {
				answer, err := c.Lookup(t.Context(), "A.Example", dnsresolve.TypeA)
				assert.NoError(t, err)
				answer.Records[0] = dnsresolve.Record{} // everybody's own
			})
		}
		wg.Wait()
		require.Len(t, srv.Asked(), 1)
		answer, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.NoError(t, err)
		require.True(t, answer.Cached)
		require.True(t, answer.Records[0].Addr.IsValid())
	})
}

// TestParallel has many goroutines ask for much, of a server that is slow and
// forgetful, with a cache that is too small; the race detector looks on.
func TestParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var zone strings.Builder
		for i := range 50 {
			fmt.Fprintf(&zone, "n%d.example %d A 192.0.2.%d\n", i, i, i)
		}
		srv := dnstest.NewServer(t, zone.String())
		for i := range 10 {
			srv.Fail(fmt.Sprintf("n%d.example", i), dnstest.Fault{Silent: true, Times: i})
			srv.Fail(fmt.Sprintf("n%d.example", 10+i), dnstest.Fault{Delay: time.Duration(i) * time.Second / 10})
		}
		c := srv.Client()
		c.CacheSize = 10_000
		var wg sync.WaitGroup
		for g := range 20 {
			wg.Go(func() {
				for i := range 200 {
					n := (i*7 + g) % 50
					answer, err := c.Lookup(t.Context(), fmt.Sprintf("n%d.example", n), dnsresolve.TypeA)
					if err == nil {
						assert.Equal(t, []dnsresolve.Record{{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(n)})}}, answer.Records)
					} else {
						assert.Less(t, n, 10)
					}
					time.Sleep(time.Duration(n) * time.Millisecond)
				}
			})
		}
		wg.Wait()
		_, size := c.CacheState()
		require.LessOrEqual(t, size, 10_000)
	})
}
