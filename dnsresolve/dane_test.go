package dnsresolve_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// sum256 is the digest of something.
var sum256 = strings.Repeat("ab", 32)

// TestDANE checks what TLS a host must offer, and that a lookup that fails never
// makes that less.
func TestDANE(t *testing.T) {
	const (
		mx    = "d.signed MX 10 mx.signed\nmx.signed A 192.0.2.1\n"
		alias = "d.signed MX 10 in.signed\nin.signed CNAME mx.signed\nmx.signed A 192.0.2.1\n"
		out   = "d.signed MX 10 out.signed\nout.signed CNAME mx.plain\nmx.plain A 192.0.2.1\n"
	)
	good := "_25._tcp.mx.signed TLSA 3 1 1 " + sum256
	for name, tt := range map[string]struct {
		zone    string
		failing string
		fault   dnstest.Fault
		domain  string
		want    dnsresolve.TLSNeed
		names   string
		code    string // of a host that cannot be used
	}{
		"usable":               {zone: mx + good, want: dnsresolve.TLSDANE, names: "mx.signed d.signed"},
		"not the port":         {zone: mx + "_443._tcp.mx.signed TLSA 3 1 1 " + sum256, names: "mx.signed"},
		"no records":           {zone: mx, names: "mx.signed"},
		"no data":              {zone: mx + "_25._tcp.mx.signed TXT x", names: "mx.signed"},
		"none usable":          {zone: mx + "_25._tcp.mx.signed TLSA 1 1 1 " + sum256, want: dnsresolve.TLSRequired, names: "mx.signed"},
		"bad length":           {zone: mx + "_25._tcp.mx.signed TLSA 3 1 1 abcd", want: dnsresolve.TLSRequired, names: "mx.signed"},
		"records not secure":   {mx + good, "_25._tcp.mx.signed", dnstest.Fault{Insecure: true}, "", 0, "mx.signed", ""},
		"MX not secure":        {mx + good, "d.signed", dnstest.Fault{Insecure: true}, "", 0, "mx.signed", ""},
		"addresses not secure": {mx + good, "mx.signed", dnstest.Fault{Insecure: true}, "", 0, "mx.signed", ""},
		"SERVFAIL":             {mx + good, "_25._tcp.mx.signed", dnstest.Fault{Code: 2}, "", 0, "", "4.4.3"},
		"bogus":                {mx + good, "_25._tcp.mx.signed", dnstest.Fault{Bogus: true}, "", 0, "", "4.4.3"},
		"timeout":              {mx + good, "_25._tcp.mx.signed", dnstest.Fault{Silent: true}, "", 0, "", "4.4.3"},
		"cut":                  {mx + good, "_25._tcp.mx.signed", dnstest.Fault{Cut: true}, "", 0, "", "4.4.3"},
		"TC without TCP":       {mx + good, "_25._tcp.mx.signed", dnstest.Fault{Truncated: true, NoTCP: true}, "", 0, "", "4.4.3"},
		"alias":                {zone: alias + good, want: dnsresolve.TLSDANE, names: "mx.signed d.signed"},
		"alias, first name": {
			zone: alias + "_25._tcp.in.signed TLSA 3 1 1 " + sum256,
			want: dnsresolve.TLSDANE, names: "in.signed d.signed",
		},
		"alias, both names": {
			zone: alias + good + "\n_25._tcp.in.signed TLSA 1 1 1 " + sum256,
			want: dnsresolve.TLSDANE, names: "mx.signed d.signed",
		},
		"alias out of it": {
			zone: out + "_25._tcp.out.signed TLSA 3 1 1 " + sum256 + "\n_25._tcp.mx.plain TLSA 2 1 1 " + sum256,
			want: dnsresolve.TLSDANE, names: "out.signed d.signed",
		},
		"alias out of it, fails": {out, "out.signed", dnstest.Fault{Type: dnsresolve.TypeCNAME, Code: 2}, "", 0, "", "4.4.3"},
		"alias not secure": {
			zone: "d.signed MX 10 in.plain\nin.plain CNAME mx.signed\nmx.signed A 192.0.2.1\n" + good, names: "in.plain",
		},
		"alias of records": {
			zone: mx + "_25._tcp.mx.signed CNAME dane.signed\ndane.signed TLSA 3 1 1 " + sum256,
			want: dnsresolve.TLSDANE, names: "mx.signed d.signed",
		},
		"alias of records, not secure": {
			zone: mx + "_25._tcp.mx.signed CNAME dane.plain\ndane.plain TLSA 3 1 1 " + sum256, names: "mx.signed",
		},
		"domain is an alias": {
			zone: "d.signed CNAME e.signed\ne.signed MX 10 mx.signed\nmx.signed A 192.0.2.1\n" + good,
			want: dnsresolve.TLSDANE, names: "mx.signed d.signed e.signed",
		},
		"no MX": {
			zone: "d.signed A 192.0.2.1\n_25._tcp.d.signed TLSA 3 1 1 " + sum256,
			want: dnsresolve.TLSDANE, names: "d.signed",
		},
		"no MX, not secure": {
			zone: "d.plain A 192.0.2.1\n_25._tcp.d.plain TLSA 3 1 1 " + sum256, domain: "d.plain", names: "d.plain",
		},
		"host":    {zone: mx + good, domain: "[mx.signed]", want: dnsresolve.TLSDANE, names: "mx.signed"},
		"address": {zone: mx + good, domain: "[192.0.2.1]"},
		"long name": {
			zone:  "d.signed MX 10 " + longName + "\n" + longName + " A 192.0.2.1\n",
			names: longName,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := dnstest.NewServer(t, tt.zone)
				srv.Secure("signed")
				if tt.failing != "" {
					srv.Fail(tt.failing, tt.fault)
				}
				if tt.domain == "" {
					tt.domain = "d.signed"
				}
				p := planner(srv)
				hosts, err := routes(t.Context(), p, tt.domain)
				if tt.code != "" {
					require.Equal(t, tt.code, told(hosts, err))
					return
				}
				require.NoError(t, err)
				require.Len(t, hosts, 1)
				require.Equal(t, tt.want, hosts[0].TLS)
				require.Equal(t, tt.names, strings.Join(hosts[0].TLSNames, " "))
				require.Equal(t, tt.want == dnsresolve.TLSDANE, len(hosts[0].TLSA) == 1)

				p.NoDANE = true
				hosts, err = routes(t.Context(), p, tt.domain)
				require.NoError(t, err)
				require.Zero(t, hosts[0].TLS)
			})
		})
	}
}

// longName is a host that has no room for _25._tcp.
var longName = strings.Repeat(strings.Repeat("a", 60)+".", 4) + "signed"

// TestDANENextHost checks that a host whose records cannot be had is passed over.
func TestDANENextHost(t *testing.T) {
	srv := dnstest.NewServer(t, `
		d.signed  MX 10 a.signed
		d.signed  MX 20 b.signed
		a.signed  A 192.0.2.1
		b.signed  A 192.0.2.2
	`)
	srv.Secure("signed")
	srv.Fail("_25._tcp.a.signed", dnstest.Fault{Code: 2})
	require.Equal(t, "b.signed 192.0.2.2", told(routes(t.Context(), planner(srv), "d.signed")))
}

// TestUntrusted checks that records that a resolver has no right to vouch for do
// not count, and are not asked for.
func TestUntrusted(t *testing.T) {
	srv := dnstest.NewServer(t, "d.signed MX 10 mx.signed\nmx.signed A 192.0.2.1\n_25._tcp.mx.signed TLSA 3 1 1 "+sum256)
	srv.Secure("signed")
	c := srv.Client()
	c.Servers[0].Trusted = false
	p := planner(srv)
	p.Resolver = c
	hosts, err := routes(t.Context(), p, "d.signed")
	require.NoError(t, err)
	require.Equal(t, dnsresolve.TLSOpportunistic, hosts[0].TLS)
	for _, q := range srv.Asked() {
		require.NotEqual(t, dnsresolve.TypeTLSA, q.Type)
	}
}

// TestUsable checks which records can vouch for a server.
func TestUsable(t *testing.T) {
	record := func(usage, selector, matching uint8, size int) dnsresolve.Record {
		return dnsresolve.Record{TLSA: dnsresolve.TLSA{Usage: usage, Selector: selector, MatchingType: matching, Data: make([]byte, size)}}
	}
	for _, r := range []dnsresolve.Record{
		record(2, 0, 0, 1), record(3, 1, 0, 1000), record(2, 1, 1, 32), record(3, 0, 2, 64),
	} {
		require.Equal(t, []dnsresolve.TLSA{r.TLSA}, dnsresolve.Usable([]dnsresolve.Record{r}))
	}
	for _, r := range []dnsresolve.Record{
		record(0, 1, 1, 32), record(1, 1, 1, 32), record(4, 1, 1, 32), record(255, 1, 1, 32), record(3, 2, 1, 32), record(3, 255, 1, 32),
		record(3, 1, 3, 32), record(3, 1, 255, 32), record(3, 1, 0, 0), record(3, 1, 1, 31), record(3, 1, 1, 33), record(3, 1, 2, 32), record(3, 1, 2, 0),
	} {
		require.Empty(t, dnsresolve.Usable([]dnsresolve.Record{r}))
	}
	weak, strong, other := record(3, 1, 1, 32), record(3, 1, 2, 64), record(3, 0, 1, 32)
	require.Equal(t, []dnsresolve.TLSA{strong.TLSA, other.TLSA}, dnsresolve.Usable([]dnsresolve.Record{weak, strong, other}))
}
