package smtp_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// tlsServer offers STARTTLS and logins, and returns the client's side of TLS.
func tlsServer(t *testing.T) (*smtp.Server, *inbox, *tls.Config) {
	srv, inbox := newServer(t)
	srv.Auth = authenticator(t)
	server, client := tlsConfigs(t)
	srv.TLSConfig = server
	return srv, inbox, client
}

// RFC 3207, 4.2: what the client said before TLS is forgotten, and the Session
// is another one; TLS ends as it should.
func TestStartTLS(t *testing.T) {
	srv, inbox, client := tlsServer(t)
	var seen []bool
	open := srv.Backend
	srv.Backend = smtp.BackendFunc(func(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
		seen = append(seen, c.TLS() != nil)
		require.Empty(t, c.Hello())
		require.False(t, c.Extended())
		require.Equal(t, smtp.Start, c.State())
		return open.NewSession(ctx, c)
	})
	p, done := serveConn(t, t.Context(), srv, nil)
	p.expect("220")
	p.to(smtp.Greeted)
	p.want("220 2.0.0", "STARTTLS")
	p.handshake(client)
	p.want("503", "MAIL FROM:<a@client.example>")
	p.want("503", "STARTTLS")
	p.to(smtp.Greeted)
	p.want("503 5.5.1 TLS is active already", "STARTTLS")
	p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
	p.deliver("hi")
	p.want("221", "QUIT")
	p.end()
	p.nc.Close()
	require.NoError(t, <-done)
	require.Equal(t, []bool{false, true}, seen)
	require.Equal(t, []string{"open", "close", "open", "mail", "rcpt", "data", "reset", "close"}, inbox.called())
	require.Len(t, inbox.delivered(), 1)
}

// RFC 3207, 6: octets in the clear that come behind STARTTLS in a segment of
// their own are no command either, but a bad handshake.
func TestStartTLSInjectionInPieces(t *testing.T) {
	srv, inbox, _ := tlsServer(t)
	p, done := serveConn(t, t.Context(), srv, nil)
	p.expect("220")
	p.to(smtp.Greeted)
	p.want("220", "STARTTLS")
	before := inbox.called()
	p.send("MAIL FROM:<a@client.example>\r\nRSET\r\nQUIT\r\n")
	rest, _ := io.ReadAll(p.r)
	require.NotContains(t, string(rest), "250")
	require.NotContains(t, string(rest), "221")
	require.ErrorContains(t, <-done, "TLS handshake")
	require.Equal(t, append(before, "close"), inbox.called())
}

// After a handshake that failed nothing is said or heard in the clear, and the
// trace has the reason.
func TestStartTLSFailed(t *testing.T) {
	srv, _, client := tlsServer(t)
	var events []smtp.Event
	srv.Trace = func(_ *smtp.Conn, e smtp.Event) { events = append(events, e) }
	p, done := serveConn(t, t.Context(), srv, nil)
	p.expect("220")
	p.to(smtp.Greeted)
	p.want("220", "STARTTLS")
	client.RootCAs = nil // a client that does not trust the server
	client.ServerName = "elsewhere.example"
	require.Error(t, tls.Client(p.nc, client).HandshakeContext(t.Context()))
	err := <-done
	require.ErrorContains(t, err, "TLS handshake")
	last := events[len(events)-2]
	require.Equal(t, "STARTTLS", last.Verb)
	require.Zero(t, last.Reply.Code)
	require.ErrorContains(t, last.Err, "TLS handshake")
	require.Equal(t, err, events[len(events)-1].Err)
}

// A panic of the Session that TLS ends closes it no second time.
func TestStartTLSPanic(t *testing.T) {
	srv, inbox, client := tlsServer(t)
	srv.Backend = wrapping(inbox, func(_ *smtp.Conn, in smtp.Session) smtp.Session {
		return &clumsy{Session: in, closes: func() { panic("a mistake") }}
	})
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("220", "STARTTLS")
	p.handshake(client)
	p.expect("421 4.3.0")
	p.end()
	p.nc.Close()
	require.Equal(t, []string{"open", "close"}, inbox.called())
}

// TLS ends with a close_notify, so that the client knows that nothing was cut
// off (RFC 8446, 6.1).
func TestCloseNotify(t *testing.T) {
	srv, _, client := tlsServer(t)
	client.MaxVersion = tls.VersionTLS12 // later ones do not show what is an alert
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("220", "STARTTLS")
	wire := &recorder{Conn: p.nc}
	p.nc = wire
	p.handshake(client)
	p.want("221", "QUIT")
	p.end()
	const alert, header = 21, 5
	last := byte(0)
	for b := wire.heard.Bytes(); len(b) >= header; {
		last = b[0]
		b = b[header+int(binary.BigEndian.Uint16(b[3:])):]
	}
	require.Equal(t, byte(alert), last)
}

// A recorder keeps what was read.
type recorder struct {
	net.Conn
	heard bytes.Buffer
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.heard.Write(p[:n])
	return n, err
}

// A Backend may refuse the client that TLS has made known.
func TestStartTLSRefused(t *testing.T) {
	srv, _, client := tlsServer(t)
	open := srv.Backend
	srv.Backend = smtp.BackendFunc(func(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
		if c.TLS() != nil {
			return nil, smtp.R(550, smtp.Enhanced{5, 7, 1}, "not with this cipher")
		}
		return open.NewSession(ctx, c)
	})
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("220", "STARTTLS")
	p.handshake(client)
	p.expect("550 5.7.1 not with this cipher")
	p.end()
}

// Counters of errors are not forgotten: TLS must not be a way to begin anew.
func TestStartTLSKeepsCount(t *testing.T) {
	srv, _, client := tlsServer(t)
	srv.Limits.Errors = 1
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("500", "XYZZY")
	p.want("220", "STARTTLS")
	p.handshake(client)
	p.want("421 4.7.0", "XYZZY")
	p.end()
}

// A client that asks for TLS and then does not begin is not waited for longer
// than Limits.Handshake.
func TestHandshakeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _, _ := tlsServer(t)
		p, done := serveConn(t, t.Context(), srv, nil)
		p.expect("220")
		p.to(smtp.Greeted)
		p.want("220", "STARTTLS")
		began := time.Now()
		require.ErrorContains(t, <-done, "TLS handshake")
		require.Equal(t, time.Minute, time.Since(began))
	})
}

// RFC 8314, 3.3: TLS from the first octet, by ServeConn with a *tls.Conn.
func TestServeConnTLS(t *testing.T) {
	srv, inbox, client := tlsServer(t)
	cfg := srv.TLSConfig
	p, done := serveConn(t, t.Context(), srv, func(nc net.Conn) net.Conn { return tls.Server(nc, cfg) })
	p.handshake(client)
	p.expect("220 mx.here.example ESMTP")
	offered := extensions(p)
	require.NotContains(t, offered, "STARTTLS")
	require.Contains(t, offered, "AUTH")
	p.deliver("hi")
	p.want("221", "QUIT")
	p.end()
	p.nc.Close()
	require.NoError(t, <-done)
	require.Len(t, inbox.delivered(), 1)
}

// A handshake that fails or never comes ends the conversation before it began.
func TestServeConnTLSFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox, _ := tlsServer(t)
		wrap := func(nc net.Conn) net.Conn { return tls.Server(nc, srv.TLSConfig) }
		p, done := serveConn(t, t.Context(), srv, wrap)
		p.send("EHLO client.example\r\n")
		require.ErrorContains(t, <-done, "smtp: TLS handshake: ")
		_, done = serveConn(t, t.Context(), srv, wrap)
		began := time.Now()
		require.ErrorContains(t, <-done, "smtp: TLS handshake: ")
		require.Equal(t, time.Minute, time.Since(began))
		require.Empty(t, inbox.called())
	})
}

// ServeTLS is Serve for such clients; without a TLSConfig it does not begin.
func TestServeTLS(t *testing.T) {
	srv, inbox, client := tlsServer(t)
	l := serveTLS(t, srv)
	nc, err := l.Dial(t.Context())
	require.NoError(t, err)
	p := newPeer(t, nc)
	p.handshake(client)
	p.expect("220")
	p.to(smtp.Greeted)
	p.deliver("hi")
	p.want("221", "QUIT")
	p.end()
	p.nc.Close()
	require.Len(t, inbox.delivered(), 1)

	srv, _ = newServer(t)
	require.ErrorContains(t, srv.ServeTLS(l), "TLSConfig")
}
