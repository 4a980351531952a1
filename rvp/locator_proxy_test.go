package rvp

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// A proxied is an HTTP proxy that notes what it is asked.
type proxied struct {
	mu     sync.Mutex
	asked  []string
	header http.Header
	status int
	moved  string // what it answers first, as Location
}

func (p *proxied) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI+" "+r.Host+" "+string(body))
	p.header = r.Header
	if p.moved != "" {
		w.Header().Set("Location", p.moved)
		w.WriteHeader(http.StatusFound)
		p.moved = ""
		return
	}
	w.WriteHeader(p.status)
}

// throughProxy returns a courier whose Locator has a proxy, by its name, which the DNS knows; of
// everybody else it knows nothing.
func throughProxy(t *testing.T, p *proxied) (*courier, *deliveryNet) {
	d := newDeliveryNet()
	d.set("10.1.2.3:3128", httpHost(p))
	proxy, err := url.Parse("http://who:secret@proxy.example.test:3128")
	require.NoError(t, err)
	dns := dnstest.NewServer(t, "proxy.example.test. A 10.1.2.3")
	l := &Locator{Proxy: proxy, Resolver: dns.Client()}
	return newTestCourier(t, d, courierConfig{
		locator: l, names: []string{"im.example.test"}, policy: CallBackPolicy{Servers: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}},
	}), d
}

// Requests to other servers go through the proxy, in absolute form, and
// so do those that follow a redirection; the proxy alone looks them up. It may be
// inside. NOTIFYs to clients do not.
func TestProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &proxied{status: 200, moved: "http://home.other.test:8080/instmsg/local/im.other.test/instmsg/aliases/eve"}
		c, d := throughProxy(t, p)
		s := &callBackSink{}
		d.set("192.0.2.1:34567", s.serve)
		out := newOutcomes()
		const eve, ex = "http://im.other.test/instmsg/aliases/eve", "http://10.9.0.1:2080/instmsg/aliases/ex"
		for _, to := range []string{eve, eve, ex} {
			require.NoError(t, c.post(parcel{to: to, hops: 1, body: []byte("<a/>"), done: out.done}))
			synctest.Wait()
		}
		require.NoError(t, c.post(parcel{to: annaCallBack, client: true, body: []byte("<b/>"), done: out.done}))
		synctest.Wait()
		require.Equal(t, []outcome{{status: 200}, {status: 200}, {status: 200}, {status: 200}}, out.all())
		const home = "http://home.other.test:8080/instmsg/local/im.other.test/instmsg/aliases/eve"
		require.Equal(t, []string{
			"NOTIFY " + eve + " im.other.test <a/>",
			"NOTIFY " + home + " home.other.test:8080 <a/>",
			"NOTIFY " + home + " home.other.test:8080 <a/>",
			"NOTIFY " + ex + " 10.9.0.1:2080 <a/>",
		}, p.asked)
		require.Equal(t, []string{"Basic d2hvOnNlY3JldA=="}, p.header["Proxy-Authorization"])
		require.Equal(t, []string{"<b/>"}, s.got())
		for _, at := range d.dialed {
			require.Contains(t, []string{"10.1.2.3:3128", "192.0.2.1:34567"}, at)
		}
		time.Sleep(time.Minute) // until idle connections are closed
	})
}

// The proxy is not asked for addresses that this server would not connect to itself,
// nor for ports, nor for this server.
func TestProxyIsNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &proxied{status: 200}
		c, _ := throughProxy(t, p)
		out := newOutcomes()
		refused := []string{
			"127.0.0.1", "10.1.2.3:3128", "[::1]:8080", "[::ffff:127.0.0.1]", "169.254.169.254", "192.0.2.1:25", "im.other.test:25", "im.other.test:443", "im.example.test",
		}
		for _, host := range refused {
			require.NoError(t, c.post(parcel{to: "http://" + host + "/instmsg/aliases/eve", retry: true, done: out.done}))
		}
		p.moved = "http://127.0.0.1/instmsg/local/im.other.test/instmsg/aliases/eve"
		require.NoError(t, c.post(parcel{to: "http://im.other.test/instmsg/aliases/eve", retry: true, done: out.done}))
		synctest.Wait()
		require.Len(t, out.all(), len(refused)+1, "there is nothing to try again")
		for _, o := range out.all() {
			require.ErrorIs(t, o.err, errRefused)
			require.NotContains(t, o.err.Error(), "secret")
		}
		require.Equal(t, []string{"NOTIFY http://im.other.test/instmsg/aliases/eve im.other.test "}, p.asked)
		time.Sleep(time.Minute)
	})
}

// A proxy that is not there is as good as a server that is not: changes are tried again.
func TestProxyDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &proxied{status: 200}
		c, d := throughProxy(t, p)
		d.set("10.1.2.3:3128", nil)
		out := newOutcomes()
		require.NoError(t, c.post(parcel{to: "http://im.other.test/instmsg/aliases/eve", retry: true, done: out.done}))
		require.NoError(t, c.post(parcel{to: "http://im.third.test/instmsg/aliases/eve", done: out.done}))
		synctest.Wait()
		require.Len(t, out.all(), 1)
		require.ErrorIs(t, out.all()[0].err, errUnreachable)
		require.ErrorContains(t, out.all()[0].err, "cannot connect to the proxy proxy.example.test:3128")
		require.NotContains(t, out.all()[0].err.Error(), "secret")
		d.set("10.1.2.3:3128", httpHost(p))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Len(t, p.asked, 1)
		time.Sleep(time.Minute)
	})
}
