package dnsresolve_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// TestTTL checks for how long each kind of answer is remembered.
func TestTTL(t *testing.T) {
	const soa = "example SOA ns.example h.example 1 2 3 4 "
	for name, tt := range map[string]struct {
		zone  string
		fault dnstest.Fault
		want  time.Duration
	}{
		"plain":                {zone: "a.example 60 A 192.0.2.1", want: time.Minute},
		"the least":            {zone: "a.example 60 A 192.0.2.1\na.example 30 A 192.0.2.2", want: 30 * time.Second},
		"of an alias":          {zone: "a.example 10 CNAME b.example\nb.example 60 A 192.0.2.1", want: 10 * time.Second},
		"of an alias, alone":   {"a.example 10 CNAME b.example\nb.example 60 A 192.0.2.1", dnstest.Fault{NoFollow: true}, 10 * time.Second},
		"zero":                 {zone: "a.example 0 A 192.0.2.1", want: 5 * time.Second},
		"a week":               {zone: "a.example 604800 A 192.0.2.1", want: 24 * time.Hour},
		"2^31":                 {zone: "a.example 2147483648 A 192.0.2.1", want: 5 * time.Second},
		"NXDOMAIN":             {zone: soa + "60", want: time.Minute},
		"NXDOMAIN, SOA's TTL":  {zone: strings.Replace(soa, "SOA", "20 SOA", 1) + "60", want: 20 * time.Second},
		"NODATA":               {zone: soa + "60\na.example TXT x", want: time.Minute},
		"NODATA of an alias":   {zone: soa + "60\na.example 30 CNAME b.example\nb.example TXT x", want: 30 * time.Second},
		"negative, a day":      {zone: strings.Replace(soa, "SOA", "86400 SOA", 1) + "86400", want: 3 * time.Hour},
		"negative, no SOA":     {soa + "60", dnstest.Fault{NoSOA: true}, 5 * time.Second},
		"negative, other zone": {zone: "b" + soa + "60", want: 300 * time.Second}, // the server's default
		"SERVFAIL":             {soa + "60", dnstest.Fault{Code: 2}, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := dnstest.NewServer(t, tt.zone)
				srv.Fail(".", tt.fault)
				c := srv.Client()
				first, _ := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
				require.False(t, first.Cached)
				n := len(srv.Asked())
				time.Sleep(tt.want - time.Second)
				answer, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
				require.True(t, answer.Cached, "%v", err)
				require.Equal(t, time.Second, answer.TTL)
				if tt.fault.Code == 0 {
					require.Equal(t, tt.want, first.TTL)
				}
				time.Sleep(time.Second)
				answer, _ = c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
				require.False(t, answer.Cached)
				require.Len(t, srv.Asked(), 2*n)
			})
		})
	}
}

// TestFailures checks that a failure is remembered for longer if it goes on,
// and forgotten when it does not.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "a.example 10 A 192.0.2.1")
		srv.Fail(".", dnstest.Fault{Code: 2, Times: 5})
		c := srv.Client()
		for i, want := range []int{5, 10, 20, 30, 30} {
			_, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
			require.Equal(t, dnsresolve.Temporary, kindOf(t, err))
			require.Len(t, srv.Asked(), i+1)
			time.Sleep(time.Duration(want)*time.Second - time.Nanosecond)
			_, err = c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
			require.ErrorContains(t, err, "as a moment ago")
			require.Len(t, srv.Asked(), i+1)
			time.Sleep(time.Nanosecond)
		}
		_, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.NoError(t, err)
		srv.Fail(".", dnstest.Fault{Code: 2, Times: 1})
		time.Sleep(10 * time.Second)
		_, err = c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.Error(t, err)
		time.Sleep(5 * time.Second)
		_, err = c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.NoError(t, err, "it was five seconds again")
	})
}

// TestCacheKey checks that types are apart, and cases are not.
func TestCacheKey(t *testing.T) {
	srv := dnstest.NewServer(t, "a.example A 192.0.2.1\na.example TXT x")
	c := srv.Client()
	for range 2 {
		for _, name := range []string{"a.example", "A.EXAMPLE", "a.example."} {
			for _, typ := range []dnsresolve.Type{dnsresolve.TypeA, dnsresolve.TypeTXT, dnsresolve.TypeMX} {
				_, _ = c.Lookup(t.Context(), name, typ)
			}
		}
	}
	require.Len(t, srv.Asked(), 3)
}

// TestCacheSize checks that what is remembered stays in bounds, whatever is asked
// for, that what is in use stays, and that large answers do not push out all.
func TestCacheSize(t *testing.T) {
	const size = 100_000
	var zone strings.Builder
	zone.WriteString("hot.example A 192.0.2.1\nhuge.example TXT " + strings.Repeat(`"`+strings.Repeat("x", 250)+`" `, 60) + "\n")
	for i := range 40 {
		zone.WriteString(fmt.Sprintf("huge.example TXT %s\n", strings.Repeat(`"`+strings.Repeat(string(rune('A'+i%26)), 200)+fmt.Sprint(i)+`" `, 6)))
	}
	srv := dnstest.NewServer(t, zone.String())
	c := srv.Client()
	c.CacheSize = size
	most := 0
	for i := range 1000 {
		_, err := c.Lookup(t.Context(), fmt.Sprintf("n%d.example", i), dnsresolve.TypeA)
		require.Equal(t, dnsresolve.NotExist, kindOf(t, err))
		hot, err := c.Lookup(t.Context(), "hot.example", dnsresolve.TypeA)
		require.NoError(t, err)
		require.Equal(t, i > 0, hot.Cached)
		entries, bytes := c.CacheState()
		require.LessOrEqual(t, bytes, size)
		most = max(most, entries)
	}
	require.Greater(t, most, 100)
	require.Less(t, most, size/400)

	c = srv.Client()
	c.CacheSize = 10_000
	_, err := c.Lookup(t.Context(), "hot.example", dnsresolve.TypeA)
	require.NoError(t, err)
	_, err = c.Lookup(t.Context(), "huge.example", dnsresolve.TypeTXT)
	require.NoError(t, err)
	hot, err := c.Lookup(t.Context(), "hot.example", dnsresolve.TypeA)
	require.NoError(t, err)
	require.True(t, hot.Cached)

	c = srv.Client()
	c.CacheSize = -1
	for range 2 {
		answer, err := c.Lookup(t.Context(), "hot.example", dnsresolve.TypeA)
		require.NoError(t, err)
		require.False(t, answer.Cached)
	}
}
