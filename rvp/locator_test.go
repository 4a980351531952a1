package rvp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

func allowEvery(netip.AddrPort) error { return nil }

// dialOnce returns what connect has dialed in order to reach an address.
func dialOnce(t *testing.T, l *Locator, d *deliveryNet, address string, allow func(netip.AddrPort) error) ([]string, error) {
	l.Dial = d.Dial
	d.mu.Lock()
	d.dialed = nil
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	nc, err := l.connect(ctx, address, allow)
	if err == nil {
		require.NoError(t, nc.Close())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dialed, err
}

func listeningAt(addresses ...string) *deliveryNet {
	d := newDeliveryNet()
	for _, a := range addresses {
		d.set(a, func(nc net.Conn) { _, _ = nc.Read(make([]byte, 1)) })
	}
	return d
}

// Where a logical host is looked for (RVP-024, RVP-025).
func TestConnect(t *testing.T) {
	const zone = `
		_rvp._tcp.example.test.     SRV 10 0 80 im.example.test.
		_rvp._tcp.example.test.     SRV 20 0 5280 im2.example.test.
		_rvp._tcp.own.test.         SRV 0 0 5281 elsewhere.test.
		_rvp._tcp.im.own.test.      SRV 0 0 5282 elsewhere.test.
		_rvp._tcp.gone.test.        SRV 0 0 0 .
		im.example.test.            A 192.0.2.1
		im2.example.test.           A 192.0.2.2
		elsewhere.test.             A 192.0.2.3
		plain.test.                 A 192.0.2.4
		plain.test.                 AAAA 2001:db8::4
		other.example.test.         A 192.0.2.5
		gone.test.                  A 192.0.2.6
		im.gone.test.               A 192.0.2.6
		home1.                      A 192.0.2.7
	`
	for _, test := range []struct{ address, dialed string }{
		{"im.example.test:80", "192.0.2.1:80"},
		{"IM.Example.Test:80", "192.0.2.1:80"},
		{"im.example.test.:80", "192.0.2.1:80"},
		{"im2.example.test:80", "192.0.2.1:80"}, // any router of the domain will do, in its order
		{"IM2.Example.Test.:80", "192.0.2.1:80"},
		{"im2.example.test:8080", "192.0.2.2:8080"},
		{"example.test:80", "192.0.2.1:80"},
		{"im.own.test:80", "192.0.2.3:5282"},
		{"own.test:80", "192.0.2.3:5281"},
		{"elsewhere.test:80", "192.0.2.3:80"},
		{"plain.test:80", "[2001:db8::4]:80"},
		{"other.example.test:80", "192.0.2.5:80"}, // its parent's records do not name it
		{"im.gone.test:80", "192.0.2.6:80"},
		{"gone.test:80", ""},
		{"gone.test:81", "192.0.2.6:81"},
		{"none.test:80", ""},
		{"home1:80", "192.0.2.7:80"},
		{"192.0.2.8:80", "192.0.2.8:80"},
		{"[2001:db8::9]:80", "[2001:db8::9]:80"},
		{"[::ffff:192.0.2.8]:80", "192.0.2.8:80"},
	} {
		t.Run(test.address, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &Locator{Resolver: dnstest.NewServer(t, zone).Client()}
				dialed, err := dialOnce(t, l, listeningAt(test.dialed), test.address, allowEvery)
				require.Equal(t, test.dialed, strings.Join(dialed, " "))
				require.Equal(t, test.dialed == "", err != nil, "%v", err)
				if err != nil {
					require.ErrorIs(t, err, errUnreachable)
				}
			})
		})
	}
}

func TestConnectWeights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Locator{Resolver: dnstest.NewServer(t, `
			_rvp._tcp.example.test. SRV 0 90 80 im1.example.test.
			_rvp._tcp.example.test. SRV 0 10 80 im2.example.test.
			im1.example.test. A 192.0.2.1
			im2.example.test. A 192.0.2.2
		`).Client()}
		d := listeningAt("192.0.2.1:80", "192.0.2.2:80")
		first := map[string]int{}
		for range 400 {
			dialed, err := dialOnce(t, l, d, "im1.example.test:80", allowEvery)
			require.NoError(t, err)
			first[dialed[0]]++
		}
		require.Greater(t, first["192.0.2.1:80"], 300)
		require.NotZero(t, first["192.0.2.2:80"])
	})
}

// Of several routers, and addresses of one, those that are down are passed.
func TestConnectFirstDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, `
			_rvp._tcp.example.test. SRV 0 0 80 im0.example.test.
			_rvp._tcp.example.test. SRV 1 0 80 im1.example.test.
			_rvp._tcp.example.test. SRV 2 0 80 im2.example.test.
			_rvp._tcp.example.test. SRV 3 0 80 im3.example.test.
			im1.example.test. A 192.0.2.1
			im2.example.test. A 192.0.2.2
			im3.example.test. A 192.0.2.3
		`)
		srv.Fail("im0.example.test", dnstest.Fault{Code: 2})
		l := &Locator{Resolver: srv.Client()}
		d := listeningAt("192.0.2.3:80")
		d.setDead("192.0.2.2:80") // answers not even with a refusal
		from := time.Now()
		dialed, err := dialOnce(t, l, d, "im0.example.test:80", allowEvery)
		require.NoError(t, err)
		require.Equal(t, []string{"192.0.2.1:80", "192.0.2.2:80", "192.0.2.3:80"}, dialed)
		require.LessOrEqual(t, time.Since(from), 5*time.Second, "the dead one leaves time for the next")

		_, err = dialOnce(t, l, listeningAt(), "im0.example.test:80", allowEvery)
		require.ErrorIs(t, err, errUnreachable)
	})
}

func TestConnectTriesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var zone strings.Builder
		for i := range 30 {
			fmt.Fprintf(&zone, "_rvp._tcp.example.test. SRV %d 0 80 im%d.example.test.\n", i, i)
			for j := range 9 {
				fmt.Fprintf(&zone, "im%d.example.test. A 192.0.2.%d\n", i, i*8+j)
			}
		}
		l := &Locator{Resolver: dnstest.NewServer(t, zone.String()).Client()}
		dialed, err := dialOnce(t, l, listeningAt(), "example.test:80", allowEvery)
		require.ErrorIs(t, err, errUnreachable)
		require.Len(t, dialed, maxTries)
	})
}

// A look-up that fails is no host without records: the wrong server might get
// what is meant for the right one.
func TestConnectServFail(t *testing.T) {
	for _, name := range []string{"_rvp._tcp.im.example.test", "_rvp._tcp.example.test", "im.example.test"} {
		synctest.Test(t, func(t *testing.T) {
			srv := dnstest.NewServer(t, `im.example.test. A 192.0.2.1`)
			srv.Fail(name, dnstest.Fault{Code: 2})
			l := &Locator{Resolver: srv.Client()}
			dialed, err := dialOnce(t, l, listeningAt("192.0.2.1:80"), "im.example.test:80", allowEvery)
			e, ok := errors.AsType[*dnsresolve.Error](err)
			require.True(t, ok, "%v", err)
			require.True(t, e.Temporary())
			require.Empty(t, dialed)
		})
	}
}

// A name of the DNS may lead anywhere, and elsewhere the next time: each
// address is asked about, and what is dialed is the address.
func TestConnectRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "")
		client := srv.Client()
		client.CacheSize = -1
		l := &Locator{Resolver: client}
		allow := CallBackPolicy{}.servers(l.Addrs)
		for _, test := range []struct{ zone, dialed string }{
			{"im.evil.test. 1 A 93.184.216.34", "93.184.216.34:80"},
			{"im.evil.test. 1 A 127.0.0.1", ""},
			{"im.evil.test. 1 A 10.0.0.1", ""},
			{"im.evil.test. 1 A 169.254.169.254", ""},
			{"im.evil.test. 1 A 0.0.0.0", ""},
			{"im.evil.test. 1 AAAA ::1", ""},
			{"im.evil.test. 1 AAAA ::ffff:127.0.0.1", ""},
			{"im.evil.test. 1 AAAA ::ffff:10.0.0.1", ""},
			{"im.evil.test. 1 AAAA fe80::1", ""},
			{"im.evil.test. 1 AAAA fd00::1", ""},
			{"im.evil.test. 1 AAAA 64:ff9b::a00:1", ""},
			{"_rvp._tcp.im.evil.test. 1 SRV 0 0 25 im.evil.test.\nim.evil.test. 1 A 93.184.216.34", ""},
			{"_rvp._tcp.im.evil.test. 1 SRV 0 0 80 in.evil.test.\nin.evil.test. 1 A 192.168.0.1", ""},
			{"im.evil.test. 1 A 127.0.0.1\nim.evil.test. 1 A 93.184.216.35", "93.184.216.35:80"},
			{"im.evil.test. 1 CNAME localhost.\nlocalhost. 1 A 127.0.0.1", ""},
		} {
			srv.SetZone(test.zone)
			dialed, err := dialOnce(t, l, listeningAt(test.dialed), "im.evil.test:80", allow)
			require.Equal(t, test.dialed, strings.Join(dialed, " "), test.zone)
			if test.dialed == "" {
				require.ErrorIs(t, err, errRefused, test.zone)
			}
		}
		for _, address := range []string{"127.0.0.1:80", "[::1]:80", "[::ffff:10.0.0.1]:80", "93.184.216.34:25", "93.184.216.34:443"} {
			dialed, err := dialOnce(t, l, listeningAt(), address, allow)
			require.ErrorIs(t, err, errRefused)
			require.Empty(t, dialed)
		}
	})
}

func TestTransportKeepsToAddrs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		d.set("127.0.0.1:5280", httpHost(http.NotFoundHandler()))
		l := &Locator{Dial: d.Dial}
		get := func() error {
			rt := l.transport()
			defer rt.CloseIdleConnections()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:5280/", nil)
			require.NoError(t, err)
			answer, err := rt.RoundTrip(req)
			discard(answer)
			return err
		}
		require.ErrorIs(t, get(), errRefused)
		l.Addrs = anywhere()
		require.NoError(t, get())
		require.Equal(t, []string{"127.0.0.1:5280"}, d.dialed)
	})
}
