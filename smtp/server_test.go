package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// serve has srv serve a network in memory until the end of the test.
func serve(t *testing.T, srv *smtp.Server) *memnet.Listener { return serveBy(t, srv, srv.Serve) }

func serveTLS(t *testing.T, srv *smtp.Server) *memnet.Listener { return serveBy(t, srv, srv.ServeTLS) }

func serveBy(t *testing.T, srv *smtp.Server, serve func(net.Listener) error) *memnet.Listener {
	l := memnet.Listen()
	done := make(chan error, 1)
	go func() { done <- serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		if err := srv.Shutdown(context.Background()); err != nil {
			t.Errorf("Shutdown after Close: %v", err)
		}
		if err := <-done; !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("Serve returned %v", err)
		}
	})
	return l
}

// dialFrom connects from an address.
func dialFrom(t *testing.T, l *memnet.Listener, from string) *peer {
	nc, err := l.DialFrom(t.Context(), netip.AddrPortFrom(netip.MustParseAddr(from), 0))
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	return newPeer(t, nc)
}

func dial(t *testing.T, l *memnet.Listener) *peer { return dialFrom(t, l, "127.0.0.1") }

// Shutdown tells idle clients 421 4.3.2 (RFC 5321, 3.8) and lets a message
// that is on its way come to its end.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		l := serve(t, srv)
		idle, fresh, busy := dial(t, l), dial(t, l), dial(t, l)
		idle.expect("220")
		idle.to(smtp.Mailed)
		fresh.expect("220")
		busy.expect("220")
		busy.to(smtp.Ready)
		busy.want("354", "DATA")
		busy.send("half of ")
		synctest.Wait()
		require.Equal(t, 3, srv.Stats().Active)

		down := make(chan error, 1)
		go func() { down <- srv.Shutdown(t.Context()) }()
		for _, p := range []*peer{idle, fresh} {
			p.expect("421 4.3.2 ")
			p.end()
			p.nc.Close()
		}
		_, err := l.Dial(t.Context())
		require.Error(t, err, "nobody listens")
		synctest.Wait()
		require.True(t, srv.Stats().ShuttingDown)
		require.Empty(t, down, "one is not over")
		busy.send("it\r\n.\r\n")
		busy.expect("250 2.0.0")
		busy.expect("421 4.3.2")
		busy.end()
		busy.nc.Close()
		require.NoError(t, <-down)
		require.Equal(t, "half of it\r\n", inbox.delivered()[0].data)
		require.Zero(t, srv.Stats().Active)
	})
}

// An answer to a challenge is waited for as a command is: Shutdown ends it.
func TestShutdownInLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		srv.Auth = insecure(authenticator(t))
		p, done := serveConn(t, t.Context(), srv, nil)
		p.expect("220")
		p.to(smtp.Greeted)
		p.want("334", "AUTH LOGIN")
		synctest.Wait()
		down := make(chan error, 1)
		go func() { down <- srv.Shutdown(t.Context()) }()
		p.expect("421 4.3.2")
		p.end()
		p.nc.Close()
		require.NoError(t, <-down)
		require.ErrorIs(t, <-done, smtp.ErrServerClosed)
	})
}

// The end of Shutdown's context cuts what is left, and a message with it.
func TestShutdownCuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		l := serve(t, srv)
		p := dial(t, l)
		p.expect("220")
		p.to(smtp.Ready)
		p.want("354", "DATA")
		p.send("half of it\r\n")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		require.ErrorIs(t, srv.Shutdown(ctx), context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(began))
		p.end()
		require.Empty(t, inbox.delivered())
	})
}

// Close cuts everything, and a Session in its work learns it from the context.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		slow := make(chan error, 1)
		srv.Backend = wrapping(srv.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session { return &waiter{in, slow} })
		p, done := serveConn(t, t.Context(), srv, nil)
		p.expect("220")
		p.to(smtp.Greeted)
		p.send("MAIL FROM:<>\r\n")
		other, otherDone := serveConn(t, t.Context(), srv, nil)
		other.expect("220")
		synctest.Wait()
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-slow, context.Canceled)
		require.Equal(t, smtp.ErrServerClosed, <-done)
		require.Equal(t, smtp.ErrServerClosed, <-otherDone)
		other.end()
		rest, err := io.ReadAll(p.r) // it may have heard of the Session's error
		require.NoError(t, err)
		require.NotContains(t, string(rest), "250")
		require.Equal(t, 2, count(inbox.called(), "close"))
		require.NoError(t, srv.Close(), "again")
	})
}

// A waiter is a Session that waits in Mail until it is told not to.
type waiter struct {
	smtp.Session
	ended chan<- error
}

func (w *waiter) Mail(ctx context.Context, _ smtp.MailParams) error {
	<-ctx.Done()
	w.ended <- ctx.Err()
	return ctx.Err()
}

// The end of ServeConn's context cuts the conversation.
func TestServeConnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		why := errors.New("the reason")
		ctx, cancel := context.WithCancelCause(t.Context())
		p, done := serveConn(t, ctx, srv, nil)
		p.expect("220")
		cancel(why)
		require.ErrorIs(t, <-done, why)
		p.end()
	})
}

// After Shutdown there is no service, by whichever way; and a client that does
// not even take that answer is not waited for.
func TestServeAfterShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		require.NoError(t, srv.Shutdown(t.Context()))
		l := memnet.Listen()
		require.Equal(t, smtp.ErrServerClosed, srv.Serve(l))
		_, err := l.Dial(t.Context())
		require.Error(t, err, "the listener is closed")

		p, done := serveConn(t, t.Context(), srv, nil)
		p.expect("421 4.3.2")
		p.end()
		require.Equal(t, smtp.ErrServerClosed, <-done)

		cfg, _ := tlsConfigs(t)
		_, done = serveConn(t, t.Context(), srv, func(nc net.Conn) net.Conn { return tls.Server(nc, cfg) })
		began := time.Now()
		require.Equal(t, smtp.ErrServerClosed, <-done)
		require.Equal(t, 5*time.Second, time.Since(began))
		require.Empty(t, inbox.called())
	})
}

// Pause refuses new connections and leaves the others alone.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		l := serve(t, srv)
		old := dial(t, l)
		old.expect("220")
		srv.Pause()
		require.True(t, srv.Stats().Paused)
		p := dial(t, l)
		p.expect("421 4.3.2")
		p.end()
		old.to(smtp.Greeted)
		old.deliver("hi")
		srv.Resume()
		require.False(t, srv.Stats().Paused)
		dial(t, l).expect("220")
	})
}

// Limits on connections: in all, and from one network. Both are temporary.
func TestConnectionLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		srv.Limits.Conns, srv.Limits.ConnsPerAddr = 3, 2
		l := serve(t, srv)
		first := dialFrom(t, l, "2001:db8::1")
		first.expect("220")
		dialFrom(t, l, "2001:db8::2").expect("220")
		p := dialFrom(t, l, "2001:db8::3")
		p.expect("421 4.7.0 too many connections")
		p.end()
		dialFrom(t, l, "192.0.2.1").expect("220")
		dialFrom(t, l, "192.0.2.2").expect("421 4.7.0 too many connections")
		first.want("221", "QUIT")
		first.nc.Close()
		synctest.Wait()
		dialFrom(t, l, "192.0.2.2").expect("220")
		n := srv.Stats()
		require.Equal(t, 3, n.Active)
		require.Equal(t, uint64(1), n.RefusedAddr)
		require.Equal(t, uint64(1), n.RefusedFull)
		require.Equal(t, uint64(6), n.Accepted)
	})
}

// The longest prefix decides who may connect.
func TestAllowDeny(t *testing.T) {
	srv, inbox := newServer(t)
	srv.Allow = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	srv.Deny = []netip.Prefix{netip.MustParsePrefix("192.0.2.128/25"), netip.MustParsePrefix("0.0.0.0/0")}
	l := serve(t, srv)
	dialFrom(t, l, "192.0.2.1").expect("220")
	for _, from := range []string{"192.0.2.129", "198.51.100.1", "2001:db8::1"} {
		p := dialFrom(t, l, from)
		p.expect("554 5.7.1 no service for your address")
		p.end()
	}
	require.Equal(t, 1, count(inbox.called(), "open"))
	require.Equal(t, uint64(3), srv.Stats().Denied)
}

// What a trusted proxy says is the client's address is that for everybody, the
// relay control too; what anybody else says is no command.
func TestProxy(t *testing.T) {
	srv, inbox := newServer(t)
	srv.ProxyFrom = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	srv.Relay = smtp.RelayFor(netip.MustParsePrefix("198.51.100.0/24"))
	remote := make(chan [2]string, 1)
	srv.Backend = wrapping(inbox, func(c *smtp.Conn, in smtp.Session) smtp.Session {
		remote <- [2]string{c.RemoteAddr().String(), c.LocalAddr().String()}
		return in
	})
	l := serve(t, srv)
	p := dial(t, l)
	p.send("PROXY TCP4 198.51.100.7 203.0.113.25 4711 25\r\n")
	p.expect("220")
	require.Equal(t, [2]string{"198.51.100.7:4711", "203.0.113.25:25"}, <-remote)
	p.to(smtp.Mailed)
	p.want("250", "RCPT TO:<a@elsewhere.example>")

	p = dialFrom(t, l, "192.0.2.1")
	p.expect("220")
	require.Equal(t, "192.0.2.1", (<-remote)[0][:9])
	p.want("500", "PROXY TCP4 198.51.100.7 203.0.113.25 4711 25")
	p.to(smtp.Mailed)
	p.want("550 5.7.1", "RCPT TO:<a@elsewhere.example>")

	p = dial(t, l)
	p.send("EHLO client.example\r\n")
	rest, _ := io.ReadAll(p.nc)
	require.Empty(t, rest)
	require.Equal(t, uint64(1), srv.Stats().BadProxy)
}

// What cannot work is said at once.
func TestNoBackend(t *testing.T) {
	srv := new(smtp.Server)
	l := memnet.Listen()
	require.ErrorContains(t, srv.Serve(l), "Backend must be set")
	_, err := l.Dial(t.Context())
	require.Error(t, err, "the listener is closed")
	_, err = play(t.Context(), srv, newReader(""))
	require.ErrorContains(t, err, "Backend must be set")
}

// A Listener that fails for good ends Serve with its error.
func TestListenerFails(t *testing.T) {
	srv, _ := newServer(t)
	l := memnet.Listen()
	l.Close()
	require.ErrorIs(t, srv.Serve(l), net.ErrClosed)
}

// With all of its optional fields unset, a Server has a name and a logger.
func TestZeroServer(t *testing.T) {
	srv := &smtp.Server{Backend: smtp.HandlerFunc(func(context.Context, *smtp.Conn, *smtp.Envelope, io.Reader) (smtp.Reply, error) {
		return smtp.Reply{}, nil
	})}
	out, err := play(t.Context(), srv, newReader("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\n.\r\nQUIT\r\n"))
	require.NoError(t, err)
	require.Contains(t, out, "220 localhost ESMTP\r\n")
	require.Contains(t, out, "250 2.0.0 message accepted\r\n")
}

// A Conn tells what is known of its client.
func TestConn(t *testing.T) {
	srv, _ := newServer(t)
	srv.Auth = insecure(authenticator(t))
	srv.Backend = smtp.HandlerFunc(func(_ context.Context, c *smtp.Conn, env *smtp.Envelope, _ io.Reader) (smtp.Reply, error) {
		require.Equal(t, "client.example", c.Hello())
		require.True(t, c.Extended())
		require.Equal(t, "anna", c.Identity().Name())
		require.Equal(t, "PLAIN", c.Identity().Mechanism)
		require.Nil(t, c.TLS())
		require.Same(t, srv, c.Server())
		require.Equal(t, smtp.Ready, c.State())
		require.Equal(t, "127.0.0.1:40000", c.RemoteAddr().String())
		require.Equal(t, "127.0.0.1:25", c.LocalAddr().String())
		require.Equal(t, int64(7), env.From.Size)
		return smtp.Reply{}, nil
	})
	const in = "EHLO client.example\r\nAUTH PLAIN AGFubmEAc2VzYW1l\r\nMAIL FROM:<> SIZE=7\r\nRCPT TO:<postmaster>\r\nDATA\r\n.\r\nQUIT\r\n"
	_, err := play(t.Context(), srv, newReader(in))
	require.NoError(t, err)
}

// The server ends its direction at once and waits for the client's, two
// seconds at most: to close with octets unread would take the last reply from
// the client.
func TestLinger(t *testing.T) {
	for reply, line := range map[string]string{"221": "QUIT\r\nNOOP\r\n", "500": "GET / HTTP/1.1\r\nHost: x\r\n"} {
		synctest.Test(t, func(t *testing.T) {
			srv, _ := newServer(t)
			began := time.Now()
			p, done := serveConn(t, t.Context(), srv, nil)
			p.expect("220")
			p.send(line)
			p.expect(reply)
			p.end()
			require.Zero(t, time.Since(began))
			synctest.Wait()
			require.Empty(t, done, "it waits for the client")
			<-done
			require.Equal(t, 2*time.Second, time.Since(began))
		})
	}
}
