package dnsresolve_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// TestServices checks each outcome of a lookup of SRV records.
func TestServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, `
			_imaps._tcp.example.org  SRV 10 0 1993 second.example.org
			_imaps._tcp.example.org  SRV 5  0 993  first.example.org
			_imaps._tcp.example.org  SRV 7  0 993  .
			_pop3s._tcp.example.org  SRV 0  0 0    .
			_imaps._tcp.signed       SRV 0  0 993  mail.signed
		`)
		srv.Secure("signed")
		srv.Fail("_nntps._tcp.example.org", dnstest.Fault{Code: 2})
		c := srv.Client()
		services := func(service, domain string) ([]dnsresolve.Target, error) {
			return dnsresolve.Services(t.Context(), c, service, domain, nil)
		}
		targets, err := services("_IMAPS._tcp", "Example.org.")
		require.NoError(t, err)
		require.Equal(t, []dnsresolve.Target{
			{Host: "first.example.org", Port: 993, TLSName: "example.org"},
			{Host: "second.example.org", Port: 1993, TLSName: "example.org"},
		}, targets)

		targets, err = services("_imaps._tcp", "signed")
		require.NoError(t, err)
		require.Equal(t, []dnsresolve.Target{{Host: "mail.signed", Port: 993, TLSName: "mail.signed"}}, targets)

		_, err = services("_pop3s._tcp", "example.org")
		require.Equal(t, dnsresolve.Unavailable, kindOf(t, err))
		_, err = services("_nntps._tcp", "example.org")
		require.Equal(t, dnsresolve.Temporary, kindOf(t, err), "that is no reason to go to the well-known port")
		_, err = services("_other._tcp", "example.org")
		require.Equal(t, dnsresolve.NotExist, kindOf(t, err))
		_, err = services("_imaps._tcp", "a..b")
		require.Equal(t, dnsresolve.BadName, kindOf(t, err))

		for service, port := range map[string]uint16{
			"_rvp._tcp": 80, "_submission._tcp": 587, "_submissions._tcp": 465, "_imap._tcp": 143, "_imaps._tcp": 993,
			"_pop3._tcp": 110, "_pop3s._tcp": 995, "_nntp._tcp": 119, "_nntps._tcp": 563, "_sieve._tcp": 4190,
		} {
			targets, err = services(service, "none.example.org")
			require.NoError(t, err)
			require.Equal(t, []dnsresolve.Target{{"none.example.org", port, "none.example.org", true}}, targets)
		}
	})
}

// TestWeights checks that hosts of one priority are chosen in proportion to their
// weights, those without any rarely, and that the order can be repeated.
func TestWeights(t *testing.T) {
	c := dnstest.NewServer(t, `
		_imaps._tcp.example SRV 1 60 993 sixty.example
		_imaps._tcp.example SRV 1 30 993 thirty.example
		_imaps._tcp.example SRV 1 9  993 nine.example
		_imaps._tcp.example SRV 1 0  993 none.example
		_imaps._tcp.example SRV 2 99 993 last.example
	`).Client()
	draw := func(seed uint64) (first map[string]int, all string) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		first = map[string]int{}
		for range 10_000 {
			targets, err := dnsresolve.Services(t.Context(), c, "_imaps._tcp", "example", rnd)
			require.NoError(t, err)
			require.Len(t, targets, 5)
			require.Equal(t, "last.example", targets[4].Host)
			first[targets[0].Host]++
			all += targets[0].Host[:1]
		}
		return first, all
	}
	first, all := draw(1)
	require.InDelta(t, 6000, first["sixty.example"], 300)
	require.InDelta(t, 3000, first["thirty.example"], 300)
	require.InDelta(t, 900, first["nine.example"], 200)
	require.InDelta(t, 100, first["none.example"], 90)
	_, again := draw(1)
	require.Equal(t, all, again)
}

// TestManyServices checks that only so many hosts are of use.
func TestManyServices(t *testing.T) {
	var zone strings.Builder
	for i := range 200 {
		fmt.Fprintf(&zone, "_imaps._tcp.example SRV %d 0 993 h%d.example\n", 1000-i, i)
	}
	targets, err := dnsresolve.Services(t.Context(), dnstest.NewServer(t, zone.String()).Client(), "_imaps._tcp", "example", nil)
	require.NoError(t, err)
	require.Len(t, targets, 50)
	require.Equal(t, "h199.example", targets[0].Host)
}
