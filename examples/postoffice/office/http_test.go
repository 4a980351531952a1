package office

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/internal/memnet"
)

const get = "GET / HTTP/1.1\r\nHost: example.test\r\n\r\n"

// A webTest is the engine of a virtual server for HTTP, in a network in memory. What is asked for at /wait is
// answered after three seconds.
type webTest struct {
	*httpServer
	t      *testing.T
	plain  *memnet.Listener
	secure *memnet.Listener
}

func serveWeb(t *testing.T, v config.Virtual) *webTest {
	t.Helper()
	content, err := selfSigned("example.test", time.Now())
	require.NoError(t, err)
	certificate, err := tls.X509KeyPair(content, content)
	require.NoError(t, err)
	h := newHTTPServer(&setting{
		Virtual: v, log: slog.New(slog.NewTextHandler(t.Output(), nil)), tls: &tls.Config{Certificates: []tls.Certificate{certificate}},
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			select {
			case <-time.After(3 * time.Second):
			case <-r.Context().Done():
			}
		}
		fmt.Fprint(w, r.RemoteAddr)
	}))
	s := &webTest{h, t, memnet.Listen(), memnet.Listen()}
	t.Cleanup(func() { h.Close() })
	go h.Serve(s.plain)
	go h.ServeTLS(s.secure)
	return s
}

// stop ends it, and returns how long that took.
func (s *webTest) stop() time.Duration {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), shutdownTime)
	defer cancel()
	begun := time.Now()
	_ = s.Shutdown(ctx)
	took := time.Since(begun)
	synctest.Wait()
	require.Zero(s.t, s.stats().Active)
	return took
}

// dial connects from an address, and sends something. Who is going to be refused at once sends nothing: he may be
// hung up on before that.
func (s *webTest) dial(from, text string) net.Conn {
	s.t.Helper()
	nc, err := s.plain.DialFrom(s.t.Context(), netip.AddrPortFrom(netip.MustParseAddr(from), 0))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { nc.Close() })
	if text != "" {
		_, err = io.WriteString(nc, text)
		require.NoError(s.t, err)
	}
	synctest.Wait()
	return nc
}

// status reads an answer.
func (s *webTest) status(nc net.Conn) (status int, text string) {
	s.t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
	require.NoError(s.t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return resp.StatusCode, string(b)
}

// gone reads to the end of a connection.
func (s *webTest) gone(nc net.Conn) {
	s.t.Helper()
	rest, err := io.ReadAll(nc)
	require.NoError(s.t, err)
	require.Empty(s.t, string(rest))
}

// There are no more connections than may be, at all and from one address; those that are over do not count.
func TestHTTPLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveWeb(t, config.Virtual{Limits: config.VirtualLimits{Conns: 3, ConnsPerAddr: 2}})
		first := s.dial("192.0.2.1", get)
		status, _ := s.status(first)
		require.Equal(t, 200, status)
		s.dial("192.0.2.1", "")
		third := s.dial("192.0.2.1", "")
		status, _ = s.status(third)
		require.Equal(t, 503, status, "two of one address")
		s.gone(third)
		status, _ = s.status(s.dial("192.0.2.2", get))
		require.Equal(t, 200, status)
		status, _ = s.status(s.dial("192.0.2.3", ""))
		require.Equal(t, 503, status, "three in all")
		require.NoError(t, first.Close())
		synctest.Wait()
		status, _ = s.status(s.dial("192.0.2.1", get))
		require.Equal(t, 200, status)
		stats := s.stats()
		require.EqualValues(t, []uint64{3, 6, 1, 1}, []uint64{uint64(stats.Active), stats.Accepted, stats.RefusedFull, stats.RefusedAddr})
		s.Pause()
		status, _ = s.status(s.dial("192.0.2.2", ""))
		require.Equal(t, 503, status)
		s.Resume()
		s.stop()
	})
}

// Who may not connect is told 403. Behind a proxy that is trusted it is the client's address that counts; nobody
// else says who he is.
func TestHTTPAccess(t *testing.T) {
	networks := func(s string) config.Networks {
		var n config.Network
		require.NoError(t, n.UnmarshalText([]byte(s)))
		return config.Networks{n}
	}
	const header = "PROXY TCP4 192.0.2.%d 198.51.100.1 1000 80\r\n"
	for _, tt := range []struct {
		from, text string
		want       string // "": it is hung up on
	}{
		{"192.0.2.1", get, "200 192.0.2.1:"},
		{"192.0.2.66", "", "403 "},
		{"198.51.100.7", "", "403 "},
		{"203.0.113.1", fmt.Sprintf(header, 1) + get, "200 192.0.2.1:1000"},
		{"203.0.113.1", fmt.Sprintf(header, 66), "403 "},
		{"203.0.113.1", "PROXY UNKNOWN\r\n", "403 "},
		{"203.0.113.1", get, ""},
		{"192.0.2.1", fmt.Sprintf(header, 5) + get, "400 "},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := serveWeb(t, config.Virtual{Allow: networks("192.0.2.0/24"), Deny: networks("192.0.2.66"), ProxyFrom: networks("203.0.113.0/24")})
			nc := s.dial(tt.from, tt.text)
			if tt.want == "" {
				_, err := nc.Read(make([]byte, 1))
				require.Error(t, err)
				require.EqualValues(t, 1, s.stats().BadProxy)
			} else {
				status, text := s.status(nc)
				require.True(t, strings.HasPrefix(fmt.Sprint(status, " ", text), tt.want), "%d %s", status, text)
			}
			s.stop()
		})
	}
}

// TLS begins with the connection where it should, and who says nothing there is hung up on.
func TestHTTPOverTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveWeb(t, config.Virtual{})
		nc, err := s.secure.Dial(t.Context())
		require.NoError(t, err)
		c := tls.Client(nc, &tls.Config{InsecureSkipVerify: true})
		_, err = io.WriteString(c, get)
		require.NoError(t, err)
		status, _ := s.status(c)
		require.Equal(t, 200, status)
		silent, err := s.secure.Dial(t.Context())
		require.NoError(t, err)
		begun := time.Now()
		s.gone(silent)
		require.Equal(t, httpHeaderTime, time.Since(begun))
		require.NoError(t, nc.Close())
		s.stop()
	})
}

// Who has asked for nothing, or for half of something, does not hold up the end of a server; nor do those who idle.
func TestHTTPShutdownIsQuick(t *testing.T) {
	half := get[:len(get)-2]
	for name, text := range map[string]string{"nothing": "", "half a header": half, "idle": get, "half of a second header": get + half} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serveWeb(t, config.Virtual{})
				nc := s.dial("192.0.2.1", text)
				if strings.HasPrefix(text, get) {
					status, _ := s.status(nc)
					require.Equal(t, 200, status)
				}
				require.Less(t, s.stop(), time.Second)
			})
		})
	}
	for name, text := range map[string]string{"nothing": "", "half a handshake": "\x16\x03\x01\x02\x00"} {
		t.Run(name+" by TLS", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serveWeb(t, config.Virtual{})
				nc, err := s.secure.Dial(t.Context())
				require.NoError(t, err)
				defer nc.Close()
				_, err = io.WriteString(nc, text)
				require.NoError(t, err)
				synctest.Wait()
				require.Less(t, s.stop(), time.Second)
			})
		})
	}
}

// A request that is being answered has the time that there is; longer than that none has.
func TestHTTPShutdownWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveWeb(t, config.Virtual{})
		nc := s.dial("192.0.2.1", strings.Replace(get, "/", "/wait", 1))
		took := s.stop()
		require.GreaterOrEqual(t, took, 3*time.Second)
		require.Less(t, took, 4*time.Second)
		status, text := s.status(nc)
		require.Equal(t, 200, status)
		require.Contains(t, text, "192.0.2.1:")
	})
	synctest.Test(t, func(t *testing.T) {
		s := serveWeb(t, config.Virtual{})
		s.dial("192.0.2.1", strings.Replace(get, "/", "/wait", 1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		require.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
		require.Less(t, time.Since(begun), 2*time.Second)
	})
}
