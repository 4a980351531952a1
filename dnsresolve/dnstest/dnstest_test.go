package dnstest_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// Example shows a server whose zone has a host that answers at the second time
// only.
func Example() {
	test := func(t testing.TB) {
		srv := dnstest.NewServer(t, `
			example.org     MX 10 mx.example.org
			mx.example.org  A  192.0.2.1
		`)
		srv.Fail("example.org", dnstest.Fault{Code: 2, Times: 1})
		client := srv.Client()
		client.CacheSize = -1
		for range 2 {
			answer, err := client.Lookup(t.Context(), "example.org", dnsresolve.TypeMX)
			fmt.Println(len(answer.Records), err == nil)
		}
		for _, q := range srv.Asked() {
			fmt.Println(q.Name, q.Type, q.Network)
		}
	}
	run(test)
	// Output:
	// 0 false
	// 1 true
	// example.org MX udp
	// example.org MX udp
}

// run runs a test in an example, which has none of its own.
func run(test func(testing.TB)) {
	t := &recorder{}
	test(t)
	t.end()
}

// A recorder is a test whose failures are kept.
type recorder struct {
	testing.TB
	cleanup []func()
	fatal   string
}

func (*recorder) Helper()                  {}
func (*recorder) Context() context.Context { return context.Background() }
func (r *recorder) Cleanup(f func())       { r.cleanup = append(r.cleanup, f) }
func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
}

func (r *recorder) end() {
	for _, f := range r.cleanup {
		f()
	}
}

// TestBadZone checks that a mistake in a zone fails the test.
func TestBadZone(t *testing.T) {
	r := &recorder{TB: t}
	dnstest.NewServer(r, "example.org MX ten mx.example.org")
	r.end()
	require.Contains(t, r.fatal, "the zone cannot be read")
}

// exchange asks over a connection, without the client of dnsresolve.
func exchange(t *testing.T, conn net.Conn, name string, typ uint16, stream bool) *dns.Msg {
	t.Helper()
	query := new(dns.Msg).SetQuestion(name, typ)
	query.AuthenticatedData = true
	query.SetEdns0(1232, true)
	p, err := query.Pack()
	require.NoError(t, err)
	buf := make([]byte, 65535)
	if stream {
		p = append(binary.BigEndian.AppendUint16(nil, uint16(len(p))), p...)
	}
	_, err = conn.Write(p)
	require.NoError(t, err)
	var n int
	if stream {
		_, err = io.ReadFull(conn, buf[:2])
		require.NoError(t, err)
		n, err = io.ReadFull(conn, buf[:binary.BigEndian.Uint16(buf)])
	} else {
		n, err = conn.Read(buf)
	}
	require.NoError(t, err)
	var resp dns.Msg
	require.NoError(t, resp.Unpack(buf[:n]))
	return &resp
}

// TestAnswers checks what the server says, over memory and over sockets.
func TestAnswers(t *testing.T) {
	srv := dnstest.NewServer(t, `
		$TTL 60
		example.org.  SOA  ns.example.org. h.example.org. 1 2 3 4 30
		a.example.org      A     192.0.2.1
		b.example.org      CNAME a.example.org
		big.example.org    TXT   `+strings.Repeat(`"`+strings.Repeat("x", 250)+`" `, 10)+`
	`)
	srv.Secure("example.org")
	srv.Fail("a.example.org", dnstest.Fault{Type: dnsresolve.TypeNS, Code: dns.RcodeRefused})
	addr := srv.Listen().String()
	for _, network := range []string{"udp", "tcp"} {
		for _, memory := range []bool{true, false} {
			dial := net.Dial
			if memory {
				dial = func(network, address string) (net.Conn, error) { return srv.Dial(t.Context(), network, address) }
			}
			conn, err := dial(network, addr)
			require.NoError(t, err)
			defer conn.Close()
			ask := func(name string, typ uint16) *dns.Msg { return exchange(t, conn, name, typ, network == "tcp") }

			resp := ask("B.example.org.", dns.TypeA)
			require.Len(t, resp.Answer, 2)
			require.True(t, resp.AuthenticatedData && resp.RecursionAvailable)
			require.Equal(t, "B.example.org.", resp.Question[0].Name)
			require.EqualValues(t, 60, resp.Answer[0].Header().Ttl)

			resp = ask("gone.example.org.", dns.TypeA)
			require.Equal(t, dns.RcodeNameError, resp.Rcode)
			require.IsType(t, &dns.SOA{}, resp.Ns[0])
			require.Equal(t, "example.org.", resp.Ns[0].Header().Name)
			resp = ask("example.org.", dns.TypeA)
			require.Equal(t, dns.RcodeSuccess, resp.Rcode)
			resp = ask("org.", dns.TypeA)
			require.Equal(t, dns.RcodeSuccess, resp.Rcode, "there is something below it")
			require.False(t, resp.AuthenticatedData)
			require.Equal(t, dns.RcodeRefused, ask("a.example.org.", dns.TypeNS).Rcode)

			resp = ask("big.example.org.", dns.TypeTXT)
			require.Equal(t, network == "udp", resp.Truncated)
		}
	}
	asked := srv.Asked()
	require.Equal(t, "B.example.org", asked[0].Name)
	require.False(t, asked[0].From.IsValid())
	require.True(t, asked[len(asked)-1].From.IsValid())
	require.Equal(t, "tcp", asked[len(asked)-1].Network)
}

// TestMemory checks deadlines and the end of a connection in memory.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "a.example A 192.0.2.1")
		srv.Fail("a.example", dnstest.Fault{Delay: time.Minute})
		conn, err := srv.Dial(t.Context(), "udp", "")
		require.NoError(t, err)
		start := time.Now()
		require.NoError(t, conn.SetReadDeadline(start.Add(time.Second)))
		_, err = conn.Read(nil)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())
		require.Equal(t, time.Second, time.Since(start))
		require.NoError(t, conn.SetDeadline(time.Time{}))
		require.Len(t, exchange(t, conn, "a.example.", dns.TypeA, false).Answer, 1)
		require.Equal(t, time.Minute+time.Second, time.Since(start))
		time.AfterFunc(time.Second, func() { _ = conn.Close() })
		_, err = conn.Read(nil)
		require.ErrorIs(t, err, net.ErrClosed)
		_, err = conn.Write(nil)
		require.ErrorIs(t, err, net.ErrClosed)
		require.NoError(t, conn.SetWriteDeadline(time.Time{}))
		require.NotNil(t, conn.LocalAddr())
	})
}
