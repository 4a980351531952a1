package rvp

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// A foreignServer is a server of another domain: it redirects, or takes.
type foreignServer struct {
	mu       sync.Mutex
	location map[string]string // by request URL
	got      []string
	conns    map[string]bool
	status   int
}

func (s *foreignServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		s.conns = map[string]bool{}
	}
	s.conns[fmt.Sprintf("%p", r.Context().Value(http.LocalAddrContextKey))] = true
	at := "http://" + r.Host + r.RequestURI
	s.got = append(s.got, r.Method+" "+at+" "+r.Header.Get("RVP-From-Principal")+" "+r.Header.Get("RVP-Hop-Count")+" "+string(body))
	if to := s.location[at]; to != "" {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
		return
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	_, _ = io.WriteString(w, "<html>")
}

const (
	benURL    = "http://im.other.test/instmsg/aliases/ben"
	otherZone = `
		_rvp._tcp.other.test. SRV 0 0 80 im.other.test.
		_rvp._tcp.other.test. SRV 1 0 80 im2.other.test.
		im.other.test.    A 93.184.216.1
		im2.other.test.   A 93.184.216.2
		home.other.test.  A 93.184.216.3
		inside.other.test. A 10.0.0.3
		im.third.test.    A 93.184.216.9
	`
)

func foreignParcel(out *outcomes) parcel {
	return parcel{to: benURL, from: "im.example.test", hops: 2, body: []byte("<a/>"), done: out.done}
}

// The header as it stands on the wire (facts, 9.20), without a name that tells what
// this program is.
func TestRequestToServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{answer: "HTTP/1.1 200 Successful\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"}
		d.set("93.184.216.1:80", s.serve)
		c := newTestCourier(t, d, courierConfig{locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()}})
		out := newOutcomes()
		p := foreignParcel(out)
		p.ack, p.retry = DeepOr, true
		require.NoError(t, c.post(p))
		synctest.Wait()
		require.Equal(t, []outcome{{status: 200}}, out.all())
		lines := strings.Split(strings.TrimSuffix(s.heads[0], "\r\n"), "\r\n")
		slices.Sort(lines)
		require.Equal(t, []string{
			"Content-Length: 4", "Content-Type: text/xml", "Host: im.other.test", "NOTIFY /instmsg/aliases/ben HTTP/1.1",
			"RVP-Ack-Type: DeepOr", "RVP-From-Principal: im.example.test", "RVP-Hop-Count: 2", "RVP-Notifications-Version: 0.2",
		}, lines)
	})
}

// Only a change may be sent again by the transport, on a connection that the
// server has closed meanwhile.
func TestRequestMayRepeat(t *testing.T) {
	for _, retry := range []bool{false, true} {
		req := (&parcel{retry: retry}).request(t.Context())
		_, may := req.Header["Idempotency-Key"]
		require.Equal(t, retry, may)
	}
}

// A redirection is followed (RVP-035), with all there was, and remembered; connections are kept.
func TestServerRedirects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		home := "http://home.other.test/instmsg/local/im.other.test/instmsg/aliases/ben"
		s := &foreignServer{location: map[string]string{benURL: home}}
		d.set("93.184.216.1:80", httpHost(s))
		d.set("93.184.216.3:80", httpHost(s))
		c := newTestCourier(t, d, courierConfig{locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()}})
		out := newOutcomes()
		for range 3 {
			require.NoError(t, c.post(foreignParcel(out)))
		}
		synctest.Wait()
		require.Equal(t, []outcome{{status: 200}, {status: 200}, {status: 200}}, out.all())
		rest := " im.example.test 2 <a/>"
		require.Equal(t, []string{"NOTIFY " + benURL + rest, "NOTIFY " + home + rest, "NOTIFY " + home + rest, "NOTIFY " + home + rest}, s.got)
		require.Equal(t, []string{"93.184.216.1:80", "93.184.216.3:80"}, d.dialed)
	})
}

// What is in no case sent to, however one gets there.
func TestServerRefuses(t *testing.T) {
	for name, test := range map[string]struct{ to, location string }{
		"ourselves":              {to: "http://im.example.test/instmsg/aliases/ben"},
		"ourselves by another":   {to: "http://HOME.example.test:8080/instmsg/aliases/ben"},
		"not a user":             {to: "http://im.other.test/"},
		"a client":               {to: "http://192.0.2.1:3000"},
		"a private address":      {to: "http://10.0.0.1/instmsg/aliases/ben"},
		"a private host":         {to: "http://inside.other.test/instmsg/aliases/ben"},
		"loopback in IPv6":       {to: "http://[::ffff:127.0.0.1]/instmsg/aliases/ben"},
		"SMTP":                   {to: "http://im.other.test:25/instmsg/aliases/ben"},
		"redirected inside":      {to: benURL, location: "http://inside.other.test/instmsg/aliases/ben"},
		"redirected to loopback": {to: benURL, location: "http://127.0.0.1/instmsg/aliases/ben"},
		"redirected to metadata": {to: benURL, location: "http://169.254.169.254/latest"},
		"redirected to a mapped": {to: benURL, location: "http://[::ffff:10.0.0.1]:8080/"},
		"redirected to SMTP":     {to: benURL, location: "http://home.other.test:25/"},
		"redirected to us":       {to: benURL, location: "http://im.example.test/instmsg/aliases/ben"},
		"redirected to https":    {to: benURL, location: "https://home.other.test/"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDeliveryNet()
				d.set("93.184.216.1:80", httpHost(&foreignServer{location: map[string]string{benURL: test.location}}))
				c := newTestCourier(t, d, courierConfig{
					locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()},
					names:   []string{"im.example.test", "home.example.test:80"},
				})
				out := newOutcomes()
				p := foreignParcel(out)
				p.to, p.retry = test.to, true
				require.NoError(t, c.post(p))
				time.Sleep(time.Minute)
				require.Len(t, out.all(), 1)
				err := out.all()[0].err
				require.Equal(t, 1, strings.Count(err.Error(), "rvp: "), err)
				if test.location == "" {
					require.ErrorIs(t, err, errRefused)
					require.Empty(t, d.dialed)
				} else {
					require.Equal(t, []string{"93.184.216.1:80"}, d.dialed, "only the router, once")
				}
			})
		})
	}
}

// Retries are for what may pass (RVP-102).
func TestServerRetries(t *testing.T) {
	for status, attempts := range map[int]int{200: 1, 403: 1, 404: 1, 412: 1, 500: 1, 501: 1, 502: 3, 503: 3, 504: 3} {
		synctest.Test(t, func(t *testing.T) {
			d, s := newDeliveryNet(), &foreignServer{status: status}
			d.set("93.184.216.1:80", httpHost(s))
			c := newTestCourier(t, d, courierConfig{
				limits:  Limits{Retries: 2},
				locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()},
			})
			out := newOutcomes()
			p := foreignParcel(out)
			p.retry = true
			require.NoError(t, c.post(p))
			time.Sleep(time.Minute)
			require.Equal(t, []outcome{{status: status}}, out.all())
			require.Len(t, s.got, attempts)
		})
	}
}

// A DNS that is out of order for a while loses no change.
func TestServerDNSFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &foreignServer{}
		d.set("93.184.216.1:80", httpHost(s))
		srv := dnstest.NewServer(t, otherZone)
		srv.Fail("_rvp._tcp.im.other.test", dnstest.Fault{Code: 2, Times: 3})
		c := newTestCourier(t, d, courierConfig{locator: &Locator{Resolver: srv.Client()}})
		out := newOutcomes()
		p := foreignParcel(out)
		p.retry = true
		require.NoError(t, c.post(p))
		synctest.Wait()
		require.Empty(t, out.all())
		time.Sleep(2 * time.Minute)
		require.Equal(t, []outcome{{status: 200}}, out.all())
	})
}

// The first router is down: the second gets it.
func TestServerSecondRouter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &foreignServer{}
		d.setDead("93.184.216.1:80")
		d.set("93.184.216.2:80", httpHost(s))
		c := newTestCourier(t, d, courierConfig{locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()}})
		out := newOutcomes()
		require.NoError(t, c.post(foreignParcel(out)))
		time.Sleep(6 * time.Second)
		require.Equal(t, []outcome{{status: 200}}, out.all())
	})
}

// A server that is dead, with however many users, has no more than its share of the room.
func TestDeadServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &foreignServer{}
		d.set("93.184.216.1:80", func(nc net.Conn) { _, _ = io.Copy(io.Discard, nc) })
		d.set("93.184.216.9:80", httpHost(s))
		c := newTestCourier(t, d, courierConfig{
			limits:  Limits{Deliveries: 2 * maxPerServer},
			locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()},
		})
		bad, good := newOutcomes(), newOutcomes()
		for i := range 5 * maxPerServer {
			require.NoError(t, c.post(parcel{to: fmt.Sprint(benURL, i), done: bad.done}))
		}
		synctest.Wait()
		require.Equal(t, maxPerServer, c.all.running)
		for i := range 1000 {
			require.NoError(t, c.post(parcel{to: fmt.Sprintf("http://im.third.test/instmsg/aliases/u%d", i), done: good.done}))
		}
		synctest.Wait()
		require.Len(t, good.all(), 1000)
		require.Less(t, good.at[999], time.Second)
		time.Sleep(51 * time.Second)
		require.Len(t, bad.all(), 5*maxPerServer)
	})
}

// Many servers that are dead leave room for the others, once they are known.
func TestDeadServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &foreignServer{}
		d.set("93.184.216.9:80", httpHost(s))
		c := newTestCourier(t, d, courierConfig{
			limits:  Limits{Deliveries: 16},
			locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()},
		})
		bad, good := newOutcomes(), newOutcomes()
		for round := range 2 {
			for i := range 16 {
				d.setDead(fmt.Sprintf("93.184.217.%d:80", i))
				require.NoError(t, c.post(parcel{to: fmt.Sprintf("http://93.184.217.%d/instmsg/aliases/u%d", i, round), done: bad.done}))
			}
			if round == 0 {
				time.Sleep(6 * time.Second)
			}
		}
		synctest.Wait()
		require.Len(t, bad.all(), 16)
		require.Equal(t, 2, c.all.running)
		require.NoError(t, c.post(parcel{to: "http://im.third.test/instmsg/aliases/u", done: good.done}))
		synctest.Wait()
		require.Equal(t, []outcome{{status: 200}}, good.all())
		time.Sleep(time.Minute)
		require.Len(t, bad.all(), 32)
	})
}

// An answer that does not end costs no memory and no more than its time.
func TestServerAnswersWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		for address, answer := range map[string]string{
			"93.184.216.1:80": "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
			"93.184.216.9:80": "HTTP/1.1 200 OK\r\n",
		} {
			d.set(address, func(nc net.Conn) {
				_, _ = nc.Read(make([]byte, 4096))
				_, err := nc.Write([]byte(answer))
				for err == nil {
					_, err = nc.Write([]byte("X: " + strings.Repeat("x", 1000) + "\r\n"))
				}
			})
		}
		c := newTestCourier(t, d, courierConfig{locator: &Locator{Resolver: dnstest.NewServer(t, otherZone).Client()}})
		out, none := newOutcomes(), newOutcomes()
		require.NoError(t, c.post(foreignParcel(out)))
		require.NoError(t, c.post(parcel{to: "http://im.third.test/instmsg/aliases/u", done: none.done}))
		synctest.Wait()
		require.Equal(t, []outcome{{status: 200}}, out.all())
		require.Error(t, none.all()[0].err)
	})
}
