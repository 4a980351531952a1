package dnsresolve_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// A site answers all requests alike.
type site struct {
	status  int    // 200 if zero
	kind    string // text/plain if empty
	body    string
	err     error
	delay   time.Duration
	fetches atomic.Int32
	url     string
}

func (s *site) RoundTrip(req *http.Request) (*http.Response, error) {
	s.fetches.Add(1)
	s.url = req.URL.String()
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case <-time.After(s.delay):
	}
	if s.err != nil {
		return nil, s.err
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(s.body))}
	if s.status != 0 {
		resp.StatusCode = s.status
		resp.Header.Set("Location", "https://elsewhere.example/")
	}
	if s.kind != "" {
		resp.Header.Set("Content-Type", s.kind)
	}
	return resp, nil
}

const enforced = "version: STSv1\r\nmode: enforce\r\nmx: mx.example\r\nmx: *.mail.example\r\nmax_age: 604800\r\n"

const stsZone = `
	_mta-sts.d.example 1 TXT "v=STSv1; id=1;"
	d.example  MX 10 evil.example
	d.example  MX 20 mx.example
	mx.example A 192.0.2.1
	evil.example A 192.0.2.2
`

// TestSTSRoute checks what a policy does to a route.
func TestSTSRoute(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want string
		tls  dnsresolve.TLSNeed
	}{
		"enforce":    {enforced, "mx.example 192.0.2.1", dnsresolve.TLSVerified},
		"testing":    {strings.Replace(enforced, "enforce", "testing", 1), "evil.example 192.0.2.2, mx.example 192.0.2.1", dnsresolve.TLSOpportunistic},
		"none":       {"version: STSv1\nmode: none\nmax_age: 60\n", "evil.example 192.0.2.2, mx.example 192.0.2.1", dnsresolve.TLSOpportunistic},
		"no match":   {strings.ReplaceAll(enforced, "mx: mx.example", "mx: other.example"), "4.7.5", 0},
		"not usable": {"hello", "evil.example 192.0.2.2, mx.example 192.0.2.1", dnsresolve.TLSOpportunistic},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := dnstest.NewServer(t, stsZone)
				p := planner(srv)
				web := &site{body: tt.body}
				p.NoSTS, p.STS = false, &dnsresolve.STS{Resolver: p.Resolver, Transport: web}
				hosts, err := routes(t.Context(), p, "d.example")
				require.Equal(t, tt.want, told(hosts, err))
				for _, h := range hosts {
					require.Equal(t, tt.tls, h.TLS)
					require.Equal(t, []string{h.Name}, h.TLSNames)
				}
				require.Equal(t, "https://mta-sts.d.example/.well-known/mta-sts.txt", web.url)
				if name == "not usable" {
					route, err := p.MailRoute(t.Context(), "d.example")
					require.NoError(t, err)
					require.Error(t, route.PolicyErr)
				}
			})
		})
	}
}

// TestSTSAndDANE checks that DANE goes before authorities, where it is usable,
// and takes nothing away where it is not.
func TestSTSAndDANE(t *testing.T) {
	for data, want := range map[string]dnsresolve.TLSNeed{
		"3 1 1 " + sum256: dnsresolve.TLSDANE,
		"1 1 1 " + sum256: dnsresolve.TLSVerified,
	} {
		srv := dnstest.NewServer(t, stsZone+"_25._tcp.mx.example TLSA "+data)
		srv.Secure("example")
		p := planner(srv)
		p.NoSTS, p.STS = false, &dnsresolve.STS{Resolver: p.Resolver, Transport: &site{body: enforced}}
		hosts, err := routes(t.Context(), p, "d.example")
		require.NoError(t, err)
		require.Len(t, hosts, 1, "the policy says still which hosts")
		require.Equal(t, want, hosts[0].TLS)
	}
}

// TestSTSFetch checks what counts as a policy.
func TestSTSFetch(t *testing.T) {
	for name, tt := range map[string]struct {
		txt  string
		site *site
		want string
	}{
		"good":            {txt: `"v=STSv1; id=1"`, site: &site{body: enforced}},
		"parameters":      {txt: `"v=STSv1; id=1"`, site: &site{body: enforced, kind: "Text/Plain; charset=utf-8"}},
		"redirect":        {`"v=STSv1; id=1"`, &site{body: enforced, status: 302}, "status 302"},
		"not found":       {`"v=STSv1; id=1"`, &site{body: enforced, status: 404}, "status 404"},
		"HTML":            {`"v=STSv1; id=1"`, &site{body: enforced, kind: "text/html"}, "media type"},
		"too large":       {`"v=STSv1; id=1"`, &site{body: enforced + strings.Repeat("x: y\r\n", 20_000)}, "more than 65536"},
		"no certificate":  {`"v=STSv1; id=1"`, &site{err: errors.New("x509: bad")}, "x509: bad"},
		"slow":            {`"v=STSv1; id=1"`, &site{body: enforced, delay: time.Hour}, "deadline"},
		"rubbish":         {`"v=STSv1; id=1"`, &site{body: "\x00\xff"}, "no version"},
		"no id":           {txt: `"v=STSv1"`},
		"empty id":        {txt: `"v=STSv1; id="`},
		"odd id":          {txt: `"v=STSv1; id=a-b"`},
		"long id":         {txt: `"v=STSv1; id=` + strings.Repeat("1", 33) + `"`},
		"two records":     {txt: "\"v=STSv1; id=1\"\n_mta-sts.d.example TXT \"v=STSv1; id=2\""},
		"another record":  {txt: "\"v=STSv1; id=1\"\n_mta-sts.d.example TXT \"v=spf1 -all\"", site: &site{body: enforced}},
		"another version": {txt: `"v=STSv2; id=1"`},
		"not quite":       {txt: `"v=STSv11; id=1"`},
		"two strings":     {txt: `"v=STS" "v1; id=1"`, site: &site{body: enforced}},
		"not of MTA-STS":  {txt: "x"},
		"spaces":          {txt: `"v=STSv1 ;  id=1 ; x=y"`, site: &site{body: enforced}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := dnstest.NewServer(t, "_mta-sts.d.example TXT "+tt.txt)
				web := tt.site
				if web == nil {
					web = &site{err: errors.New("was fetched")}
				}
				sts := &dnsresolve.STS{Resolver: srv.Client(), Transport: web}
				policy, err := sts.Policy(t.Context(), "D.example")
				switch {
				case tt.want != "":
					require.ErrorContains(t, err, tt.want)
					require.Nil(t, policy)
				case tt.site == nil:
					require.NoError(t, err)
					require.Nil(t, policy)
					require.Zero(t, web.fetches.Load())
				default:
					require.NoError(t, err)
					require.Equal(t, &dnsresolve.STSPolicy{ID: "1", Mode: dnsresolve.STSEnforce, MX: []string{"mx.example", "*.mail.example"}, MaxAge: 7 * 24 * time.Hour}, policy)
				}
			})
		})
	}
}

// TestSTSCache checks how long a policy holds: until it expires, whatever becomes
// of the DNS and the site meanwhile.
func TestSTSCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, stsZone)
		web := &site{body: enforced}
		sts := &dnsresolve.STS{Resolver: srv.Client(), Transport: web}
		start := time.Now()
		holds := func(want bool, fetches int32, hint string) {
			t.Helper()
			policy, err := sts.Policy(t.Context(), "d.example")
			require.Equal(t, want, policy != nil, hint)
			require.Equal(t, want, err == nil, hint)
			require.Equal(t, fetches, web.fetches.Load(), hint)
		}
		txt := func(text string) {
			srv.SetZone("_mta-sts.d.example 1 TXT \"" + text + "\"")
			time.Sleep(10 * time.Second) // whatever was remembered of it is not any more
		}
		holds(true, 1, "first")
		holds(true, 1, "again")
		txt("v=STSv1; id=2")
		web.err = errors.New("down")
		holds(true, 2, "a new id is fetched, in vain")
		holds(true, 2, "and not at once again")
		time.Sleep(5 * time.Minute)
		holds(true, 3, "but after a while")
		txt("gone")
		holds(true, 3, "without a record")
		srv.Fail("_mta-sts.d.example", dnstest.Fault{Code: 2, Times: 1})
		time.Sleep(10 * time.Second)
		holds(true, 3, "without an answer")
		web.err = nil
		txt("v=STSv1; id=3")
		time.Sleep(5 * time.Minute)
		holds(true, 4, "a new one")
		web.err = errors.New("down")
		time.Sleep(24 * time.Hour)
		holds(true, 5, "each day it is fetched anew")
		time.Sleep(7 * 24 * time.Hour)
		holds(false, 6, "until it expires")
		holds(false, 6, "and then there is none, for a while")
		srv.Fail("_mta-sts.d.example", dnstest.Fault{Code: 2, Times: 1})
		time.Sleep(10 * time.Second)
		holds(false, 6, "nobody knows")
		require.Greater(t, time.Since(start), 8*24*time.Hour)

		web.err = nil
		web.body = "version: STSv1\nmode: none\nmax_age: 100\n"
		time.Sleep(5 * time.Minute)
		policy, err := sts.Policy(t.Context(), "d.example")
		require.NoError(t, err)
		require.Nil(t, policy)
		policy, err = sts.Policy(t.Context(), "d.example")
		require.NoError(t, err)
		require.Nil(t, policy)
		require.EqualValues(t, 7, web.fetches.Load(), "that there is none is remembered too")
		_, err = sts.Policy(t.Context(), "a..b")
		require.Equal(t, dnsresolve.BadName, kindOf(t, err))
	})
}

// TestSTSBound checks that only so many policies are remembered, that those of no
// use go first, and that many who ask at once are one fetch.
func TestSTSBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var zone strings.Builder
		for i := range 20 {
			fmt.Fprintf(&zone, "_mta-sts.d%d.example 86400 TXT \"v=STSv1; id=1\"\n", i)
		}
		web := &site{body: enforced, delay: time.Second}
		sts := &dnsresolve.STS{Resolver: dnstest.NewServer(t, zone.String()).Client(), Transport: web, Policies: 5}
		fetch := func(i int) {
			_, _ = sts.Policy(t.Context(), fmt.Sprintf("d%d.example", i))
		}
		fetch(0)
		web.err = errors.New("down")
		fetch(1)
		web.err = nil
		for i := range 18 {
			fetch(i + 2)
			fetch(0)
			require.LessOrEqual(t, sts.Remembered(), 5)
		}
		require.EqualValues(t, 20, web.fetches.Load(), "what is in use stays")
		fetch(19)
		require.EqualValues(t, 20, web.fetches.Load())
		fetch(2)
		require.EqualValues(t, 21, web.fetches.Load())

		sts.Policies = 2 // from here on; nobody else uses it
		time.Sleep(time.Second)
		fetch(0)
		web.err = errors.New("down")
		fetch(4)
		web.err = nil
		fetch(5)
		n := web.fetches.Load()
		fetch(0)
		require.Equal(t, n, web.fetches.Load(), "one without a policy goes first, though it was used later")

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := sts.Policy(ctx, "d3.example")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.LessOrEqual(t, sts.Remembered(), 5)
	})
}

// TestSTSSave checks that policies outlive the program, but not themselves.
func TestSTSSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, stsZone+"_mta-sts.e.example TXT \"v=STSv1; id=1\"")
		old := &dnsresolve.STS{Resolver: srv.Client(), Transport: &site{body: enforced}}
		policy, err := old.Policy(t.Context(), "d.example")
		require.NoError(t, err)
		time.Sleep(time.Hour)
		_, err = old.Policy(t.Context(), "e.example")
		require.NoError(t, err)
		var saved bytes.Buffer
		require.NoError(t, old.Save(&saved))
		require.Error(t, old.Save(failingWriter{}))
		text := saved.String()

		web := &site{err: errors.New("down")}
		load := func(text string) (*dnsresolve.STS, error) {
			sts := &dnsresolve.STS{Resolver: srv.Client(), Transport: web}
			return sts, sts.Load(strings.NewReader(text))
		}
		sts, err := load(text)
		require.NoError(t, err)
		require.Equal(t, 2, sts.Remembered())
		again, err := sts.Policy(t.Context(), "d.example")
		require.NoError(t, err)
		require.Equal(t, policy, again)
		require.Zero(t, web.fetches.Load())
		require.NoError(t, sts.Load(strings.NewReader(text)), "twice is not more")
		require.Equal(t, 2, sts.Remembered())

		time.Sleep(7*24*time.Hour - time.Hour)
		sts, err = load(text)
		require.NoError(t, err)
		require.Equal(t, 1, sts.Remembered(), "the first has expired")

		for _, bad := range []string{"x", `{"Domain":"a..b","Policy":"version: STSv1\nmode: none\nmax_age: 1"}`, `{"Domain":"d.example","Policy":""}`} {
			sts, err = load(bad)
			require.Error(t, err)
			require.Zero(t, sts.Remembered())
		}
		sts, err = load(strings.ReplaceAll(text, `"Fetched":"2000`, `"Fetched":"2100`))
		require.NoError(t, err)
		require.Zero(t, sts.Remembered(), "from the future")
	})
}

// A failingWriter is full.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// TestSTSOwnTransport checks that policies are not fetched from our neighbours.
func TestSTSOwnTransport(t *testing.T) {
	srv := dnstest.NewServer(t, `
		_mta-sts.d.example TXT "v=STSv1; id=1"
		mta-sts.d.example  A   127.0.0.1
		mta-sts.d.example  A   169.254.169.254
		_mta-sts.e.example TXT "v=STSv1; id=1"
	`)
	sts := &dnsresolve.STS{Resolver: srv.Client(), Addresses: dnsresolve.AddrPolicy{Refuse: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}}
	_, err := sts.Policy(t.Context(), "d.example")
	require.ErrorContains(t, err, "no address that may be used")
	_, err = sts.Policy(t.Context(), "e.example")
	require.Equal(t, dnsresolve.NotExist, kindOf(t, err))

	_, port, err := net.SplitHostPort(srv.Listen().String())
	require.NoError(t, err)
	_, err = sts.Dial(t.Context(), "mta-sts.d.example:"+port)
	require.Error(t, err)
	sts.Addresses = dnsresolve.AddrPolicy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	conn, err := sts.Dial(t.Context(), "mta-sts.d.example:"+port)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}

// TestSTSMatches checks the patterns of a policy.
func TestSTSMatches(t *testing.T) {
	p := &dnsresolve.STSPolicy{MX: []string{"mx.example.org", "*.mail.example"}}
	for host, want := range map[string]bool{
		"mx.example.org": true, "MX.Example.Org.": true, "a.mail.example": true, "A.MAIL.EXAMPLE": true,
		"a.b.mail.example": false, "mail.example": false, ".mail.example": false, "amail.example": false,
		"x.mx.example.org": false, "example.org": false, "": false,
	} {
		require.Equal(t, want, p.Matches(host), host)
	}
	require.False(t, (&dnsresolve.STSPolicy{}).Matches("a"))
}

// TestPolicySyntax checks the reading of policies.
func TestPolicySyntax(t *testing.T) {
	for _, text := range []string{
		enforced,
		strings.ReplaceAll(enforced, "\r\n", "\n"),
		strings.TrimSuffix(enforced, "\r\n"),
		strings.ReplaceAll(enforced, ": ", ":\t "),
		"max_age: 604800 \nmx: MX.example.\nmx: *.mail.example\nmode: enforce\nversion: STSv1\nunknown: field\nno field\n\n",
		enforced + "mode: none\nmax_age: 0\n", // the first ones count
	} {
		p, err := dnsresolve.ParsePolicy([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, &dnsresolve.STSPolicy{Mode: dnsresolve.STSEnforce, MX: []string{"mx.example", "*.mail.example"}, MaxAge: 7 * 24 * time.Hour}, p)
	}
	p, err := dnsresolve.ParsePolicy([]byte(strings.Replace(enforced, "604800", "9999999999", 1)))
	require.NoError(t, err)
	require.Equal(t, 31557600*time.Second, p.MaxAge)
	for _, text := range []string{
		"", "version: STSv2\n" + enforced[16:], enforced[16:], strings.Replace(enforced, "enforce", "Enforce", 1),
		strings.Replace(enforced, "max_age", "maxage", 1), strings.Replace(enforced, "604800", "-1", 1), strings.Replace(enforced, "604800", "1w", 1),
		strings.Replace(enforced, "604800", "00000604800", 1), strings.Replace(enforced, "mx.example", "*", 1), strings.Replace(enforced, "mx.example", "a*.example", 1),
		strings.Replace(enforced, "mx.example", "*.*.example", 1), strings.Replace(enforced, "mx.example", "a b", 1), strings.Replace(enforced, "mx.example", "", 1),
		"version: STSv1\nmode: enforce\nmax_age: 1\n", "version: STSv1\nmode: testing\nmax_age: 1\n",
		enforced + strings.Repeat("mx: a\n", 1000),
	} {
		_, err := dnsresolve.ParsePolicy([]byte(text))
		require.Error(t, err, text)
	}
	require.Equal(t, "none testing enforce STSMode(9)", fmt.Sprint(dnsresolve.STSNone, " ", dnsresolve.STSTesting, " ", dnsresolve.STSEnforce, " ", dnsresolve.STSMode(9)))
}
