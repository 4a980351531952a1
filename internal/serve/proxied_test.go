package serve_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/serve"
)

const (
	proxy = "198.51.100.1" // one that we trust
	v1    = "PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n"
	v2    = "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\x02\x03\xe8\x00\x19"
)

func startProxied(t *testing.T, o serve.Options) *server {
	o.ProxyFrom = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	o.Refuse = refuse
	return start(t, o)
}

func TestProxied(t *testing.T) {
	for name, header := range map[string]string{"v1": v1, "v2": v2} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startProxied(t, serve.Options{})
				c := s.dial(proxy, header+"first words\n")
				require.Equal(t, greeting, c.line())
				require.Equal(t, "first words", c.line())
				require.Equal(t, serve.Stats{Accepted: 1, Conns: 1, Active: 1}, s.life.Stats())

				time.Sleep(time.Hour)
				c.say("late words")
				require.Equal(t, "late words", c.line(), "the header's deadline is lifted")
			})
		})
	}
}

func TestProxiedInPieces(t *testing.T) {
	for name, header := range map[string]string{"v1": v1, "v2": v2} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startProxied(t, serve.Options{})
				c := s.dial(proxy, "")
				for _, b := range []byte(header) {
					require.Zero(t, s.life.Stats().Active)
					_, err := c.Write([]byte{b})
					require.NoError(t, err)
					synctest.Wait()
				}
				require.Equal(t, greeting, c.line())
			})
		})
	}
}

// TestProxiedKeepsAddr has headers without addresses.
func TestProxiedKeepsAddr(t *testing.T) {
	for name, header := range map[string]string{
		"v1 unknown": "PROXY UNKNOWN\r\n",
		"v2 local":   "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startProxied(t, serve.Options{})
				require.Equal(t, "hello 198.51.100.1:1000", s.dial(proxy, header).line())
			})
		})
	}
}

// TestProxySpoofed has a header from somebody who is not trusted.
func TestProxySpoofed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startProxied(t, serve.Options{Deny: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}})
		c := s.dial("192.0.2.77", v1)
		require.Equal(t, "hello 192.0.2.77:1000", c.line())
		require.Equal(t, strings.TrimSuffix(v1, "\n"), c.line(), "it is just bytes")
		require.Equal(t, "sorry: address not allowed", s.dial("203.0.113.1", v1).line())
	})
}

// TestProxyErrors closes without a word.
func TestProxyErrors(t *testing.T) {
	for _, tt := range []struct {
		name, send string
		hangUp     bool
		after      time.Duration
		log        string
	}{
		{"missing", "EHLO client.example\r\n", false, 0, "no PROXY header"},
		{"missing and short", "Q", false, 0, "no PROXY header"},
		{"malformed", "PROXY TCP4 300.0.0.1 192.0.2.2 1000 25\r\n", false, 0, "malformed PROXY header"},
		{"malformed and short", "PROXY X\r\n", false, 0, "malformed PROXY header"},
		{"silent", "", false, 7 * time.Second, "in time"},
		{"slow", v1[:20], false, 7 * time.Second, "in time"},
		{"slow v2", v2[:20], false, 7 * time.Second, "in time"},
		{"cut short", v2[:20], true, 0, "unexpected EOF"},
		{"probe", "", true, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startProxied(t, serve.Options{ProxyTimeout: 7 * time.Second})
				begin := time.Now()
				c := s.dial(proxy, tt.send)
				if tt.hangUp {
					c.hangUp()
				} else {
					_, err := c.Read(make([]byte, 1))
					require.ErrorIs(t, err, io.EOF)
				}
				require.Equal(t, tt.after, time.Since(begin))
				synctest.Wait()
				require.Equal(t, serve.Stats{Accepted: 1, ProxyErrors: 1}, s.life.Stats())
				if tt.log == "" {
					require.Empty(t, s.logged())
					return
				}
				require.Contains(t, s.logged(), tt.log)
				require.Contains(t, s.logged(), "proxy="+proxy)
			})
		})
	}
}

// TestProxySlowly checks that a proxy that does not send its header keeps
// nobody waiting, and counts as a connection.
func TestProxySlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startProxied(t, serve.Options{MaxConns: 2})
		begin := time.Now()
		slow := s.dial(proxy, "PROXY")
		require.Equal(t, greeting, s.dial("", "").line())
		require.Equal(t, "sorry: too many connections", s.dial("", "").line())
		require.Zero(t, time.Since(begin))
		require.Equal(t, "...", slow.line())
		time.Sleep(time.Until(begin.Add(10 * time.Second)))
		synctest.Wait()
		require.Equal(t, serve.Stats{Accepted: 3, RefusedFull: 1, ProxyErrors: 1, Conns: 1, Active: 1}, s.life.Stats())
	})
}

// TestProxiedPolicy checks that limits go by the address in the header, and
// that the refusal comes behind it.
func TestProxiedPolicy(t *testing.T) {
	header := func(from string) string { return "PROXY TCP4 " + from + " 192.0.2.2 1000 25\r\n" }
	synctest.Test(t, func(t *testing.T) {
		s := startProxied(t, serve.Options{
			Deny:            []netip.Prefix{netip.MustParsePrefix("192.0.2.9/32"), netip.MustParsePrefix(proxy + "/32")},
			MaxConnsPerAddr: 1,
			MaxConns:        3,
		})
		require.Equal(t, greeting, s.dial(proxy, header("192.0.2.1")).line())
		require.Equal(t, "sorry: too many connections from this address", s.dial(proxy, header("192.0.2.1")).line())
		require.Equal(t, "sorry: too many connections from this address", s.dial("", "").line(), "by itself or by a proxy")
		require.Equal(t, "sorry: address not allowed", s.dial(proxy, header("192.0.2.9")).line())
		require.Equal(t, "sorry: address not allowed", s.dial(proxy, "PROXY UNKNOWN\r\n").line())
		require.Equal(t, "hello 192.0.2.3:1000", s.dial(proxy, header("192.0.2.3")).line())
		require.Equal(t, "hello 192.0.2.4:1000", s.dial(proxy, header("192.0.2.4")).line())
		full := s.dial(proxy, "")
		require.Equal(t, "...", full.line())
		_, err := io.WriteString(full, header("192.0.2.5"))
		require.NoError(t, err)
		require.Equal(t, "sorry: too many connections", full.line())
		s.life.Pause()
		require.Equal(t, "sorry: paused", s.dial(proxy, header("192.0.2.5")).line())
		require.Equal(t, serve.Stats{
			Accepted: 9, RefusedAddr: 2, Denied: 2, RefusedFull: 1, RefusedPaused: 1,
			Conns: 3, Active: 3, Paused: true,
		}, s.life.Stats())
	})
}

// TestProxyRefusedSlowly is refused already, and has no more time to say who it
// is than to be told so.
func TestProxyRefusedSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startProxied(t, serve.Options{MaxConns: 1})
		require.Equal(t, greeting, s.dial("", "").line())
		begin := time.Now()
		_, err := s.dial(proxy, "").Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		require.Equal(t, 5*time.Second, time.Since(begin))
	})
}

// TestShutdownProxied cuts who has not even said who they are.
func TestShutdownProxied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startProxied(t, serve.Options{MaxConns: 2})
		silent, known := s.dial(proxy, ""), s.dial(proxy, v1)
		refused := s.dial(proxy, "")
		require.Equal(t, greeting, known.line())
		begin := time.Now()
		require.NoError(t, s.life.Shutdown(t.Context()))
		require.Zero(t, time.Since(begin))
		require.Equal(t, "", silent.line())
		require.Equal(t, "", refused.line())
		require.Equal(t, "bye", known.line())
		require.Zero(t, s.life.Stats().ProxyErrors)
		require.Empty(t, s.logged())
	})
}

// TestProxiedConn looks at what Handle gets.
func TestProxiedConn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got net.Conn
		s := startProxied(t, serve.Options{Handle: func(_ context.Context, nc net.Conn) {
			got = nc
			nc.(interface{ CloseWrite() error }).CloseWrite()
			nc.Read(make([]byte, 1))
		}})
		c := s.dial(proxy, v2)
		require.Equal(t, "192.0.2.1:1000", got.RemoteAddr().String())
		require.Equal(t, "192.0.2.2:25", got.LocalAddr().String())
		require.IsType(t, (*net.TCPAddr)(nil), got.RemoteAddr())
		_, err := c.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "CloseWrite is passed on")
		_, err = got.(syscall.Conn).SyscallConn()
		require.ErrorIs(t, err, errors.ErrUnsupported)
	})
}

// TestProxiedSocket is about real sockets: they can be had through the wrapper,
// and not an octet behind the header is missing.
func TestProxiedSocket(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var l serve.Life
	type result struct {
		fd   uintptr
		rest []byte
		errs []error
	}
	results := make(chan result, 1)
	go l.Serve(ln, &serve.Options{
		ProxyFrom: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Handle: func(_ context.Context, nc net.Conn) {
			var r result
			raw, err := nc.(syscall.Conn).SyscallConn()
			r.errs = append(r.errs, err, raw.Control(func(fd uintptr) { r.fd = fd }))
			r.rest, err = io.ReadAll(nc)
			r.errs = append(r.errs, err)
			results <- r
		},
	})
	c, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, v1+"rest")
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	r := <-results
	require.NoError(t, errors.Join(r.errs...))
	require.NotZero(t, r.fd)
	require.Equal(t, "rest", string(r.rest))
	require.NoError(t, l.Shutdown(t.Context()))
}
