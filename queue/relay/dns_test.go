package relay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// failing is a name server that cannot say.
var failing = dnstest.Fault{Code: 2}

// TestUnroutable: what is said if the DNS has no host.
func TestUnroutable(t *testing.T) {
	zone := `
		null.example      MX 0 .
		nothing.example   TXT "x"
		noaddr.example    MX 0 mx.noaddr.example
		mx.noaddr.example TXT "x"
		private.example   A 127.0.0.1
		loop.example      MX 10 us.example
		loop.example      MX 20 other.example
		second.example    MX 5 gone.example
		second.example    MX 10 us.example
		us.example        A 203.0.113.99
		fails.example     MX 10 mx.fails.example
		halffails.example MX 10 mx.fails.example
		mx.fails.example  A 203.0.113.7
	`
	for domain, want := range map[string]string{
		"null.example":      "556 5.1.10",
		"absent.example":    "550 5.1.2",
		"nothing.example":   "550 5.4.4",
		"noaddr.example":    "550 5.4.4",
		"private.example":   "550 5.4.4",
		"loop.example":      "550 5.4.6",
		"second.example":    "451 4.4.4 down",
		"fails.example":     "451 4.4.3 down",
		"halffails.example": "451 4.4.3 down",
		"a..b":              "550 5.1.2",
		"":                  "550 5.1.2",
		"[127.0.0.1]":       "550 5.4.4",
		"[nonsense":         "550 5.1.2",
	} {
		t.Run(domain, func(t *testing.T) {
			in(t, zone, func(t *testing.T, w *world) {
				w.dns.Fail("fails.example", failing)
				w.dns.Fail("mx.fails.example", failing)
				d := delivery("x", "y")
				d.To[0].Path.Domain, d.To[1].Path.Domain = domain, domain
				got, err := w.deliver(d)
				require.Equal(t, []string{want, want}, got)
				require.Equal(t, want[0] == '4', err != nil)
				require.Empty(t, w.asked())
			})
		})
	}
}

// TestDestinations: where mail for a domain goes, and what reports call the host.
func TestDestinations(t *testing.T) {
	zone := `
		implicit.example         A 203.0.113.1
		six.example              AAAA 2001:db8:1::1
		xn--bcher-kva.example    MX 10 mx.xn--bcher-kva.example
		mx.xn--bcher-kva.example A 203.0.113.1
	`
	for domain, want := range map[string][2]string{
		"implicit.example":    {"203.0.113.1:25", "implicit.example"},
		"[203.0.113.1]":       {"203.0.113.1:25", "[203.0.113.1]"},
		"[IPv6:2606:4700::1]": {"[2606:4700::1]:25", "[IPv6:2606:4700::1]"},
		"bücher.example":      {"203.0.113.1:25", "mx.xn--bcher-kva.example"},
	} {
		t.Run(domain, func(t *testing.T) {
			in(t, zone, func(t *testing.T, w *world) {
				w.host(want[0], nil)
				d := delivery("x")
				d.To[0].Path.Domain = domain
				got, err := w.deliver(d)
				require.NoError(t, err)
				require.Equal(t, []string{"250 2.0.0 by " + want[1] + " relayed"}, got)
			})
		})
	}
}

// TestPort: the port of the hosts that the DNS names.
func TestPort(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.Port = "2525"
		w.host("203.0.113.1:2525", nil)
		_, err := w.deliver(delivery("x"))
		require.NoError(t, err)
	})
}

// TestLazyLookups: hosts that need not be tried are not looked up.
func TestLazyLookups(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.host("203.0.113.1:25", nil)
		_, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		for _, q := range w.dns.Asked() {
			require.NotEqual(t, "b.example.org", q.Name)
			require.NotEqual(t, dnsresolve.TypeTXT, q.Type)
		}
	})
}
