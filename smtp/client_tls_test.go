package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// A tlsFake is a fake whose conversation can change to TLS.
type tlsFake struct {
	fake
	cfg *tls.Config
	// behind is what comes in the clear, in the same packet as the agreement
	// to TLS.
	behind string
	// after are the offers once there is TLS.
	after []string
}

func (f *tlsFake) connect(tb testing.TB) net.Conn {
	near, far := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		f.talk(far)
	}()
	tb.Cleanup(func() { near.Close(); <-done })
	return near
}

// talk serves up to STARTTLS in the clear and then in TLS.
func (f *tlsFake) talk(nc net.Conn) {
	tap := &tapConn{Conn: nc}
	f.fake.answer = func(verb, _ string) string {
		if verb == "STARTTLS" {
			tap.over = true
			return "220 go ahead" + f.behind
		}
		return ""
	}
	f.serve(tap)
	if !tap.over {
		return
	}
	secure := tls.Server(nc, f.cfg)
	second := fake{offers: f.after}
	second.serve(greetedConn{secure})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.verbs = append(f.verbs, second.verbs...)
	f.messages = append(f.messages, second.messages...)
}

// A tapConn ends once it is told to.
type tapConn struct {
	net.Conn
	over bool
}

func (c *tapConn) Read(p []byte) (int, error) {
	if c.over {
		return 0, io.EOF
	}
	return c.Conn.Read(p)
}

// A greetedConn swallows the greeting, which does not come again.
type greetedConn struct{ net.Conn }

func (c greetedConn) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), "220 ") {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// TestPolicies checks each policy against servers that have TLS, have none, or
// have the wrong certificate.
func TestPolicies(t *testing.T) {
	good, trusting := tlsConfigs(t)
	other, _ := tlsConfigs(t)
	for _, tt := range []struct {
		policy smtp.TLSPolicy
		name   string // that the certificate must have
		server *tls.Config
		want   smtp.TLSPolicy // of the connection; 0 is none
		err    error
	}{
		{smtp.TLSNone, "localhost", good, smtp.TLSNone, nil},
		{smtp.TLSDefault, "localhost", good, smtp.TLSRequired, nil},
		{smtp.TLSDefault, "localhost", nil, smtp.TLSNone, nil},
		{smtp.TLSOpportunistic, "elsewhere", good, smtp.TLSRequired, nil},
		{smtp.TLSOpportunistic, "", other, smtp.TLSRequired, nil},
		{smtp.TLSOpportunistic, "", nil, smtp.TLSNone, nil},
		{smtp.TLSRequired, "elsewhere", other, smtp.TLSRequired, nil},
		{smtp.TLSRequired, "localhost", nil, 0, smtp.ErrNoTLS},
		{smtp.TLSVerified, "localhost", good, smtp.TLSVerified, nil},
		{smtp.TLSVerified, "127.0.0.1", good, smtp.TLSVerified, nil},
		{smtp.TLSVerified, "elsewhere", good, 0, smtp.ErrHandshake},
		{smtp.TLSVerified, "localhost", other, 0, smtp.ErrHandshake},
		{smtp.TLSVerified, "localhost", nil, 0, smtp.ErrNoTLS},
		{smtp.TLSDANE, "localhost", good, 0, smtp.ErrDANE}, // there are no records
		{smtp.TLSDANE, "localhost", nil, 0, smtp.ErrNoTLS},
	} {
		for _, implicit := range []bool{false, true} {
			if implicit && (tt.server == nil || tt.policy < smtp.TLSOpportunistic) {
				continue
			}
			srv := smtptest.NewUnstartedServer(t)
			srv.Config.TLSConfig = tt.server
			nc := smtptest.Dial(t, srv.Config)
			if implicit {
				near, far := memnet.Pipe()
				go func() {
					defer far.Close()
					srv.Config.ServeConn(context.Background(), tls.Server(far, tt.server))
				}()
				nc = near
			}
			c, err := smtp.NewClient(t.Context(), nc, &smtp.Options{
				TLS: tt.policy, ImplicitTLS: implicit, ServerName: tt.name,
				TLSConfig: &tls.Config{RootCAs: trusting.RootCAs, InsecureSkipVerify: true}, // which is ignored
			})
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err, "%d %s", tt.policy, tt.name)
				if tt.policy == smtp.TLSVerified && tt.err == smtp.ErrHandshake {
					_, is := errors.AsType[*tls.CertificateVerificationError](err)
					require.True(t, is)
				}
				continue
			}
			require.NoError(t, err, "%d %s", tt.policy, tt.name)
			require.Equal(t, tt.want, c.Security(), "%d %s", tt.policy, tt.name)
			require.Equal(t, tt.want != smtp.TLSNone, c.TLS() != nil)
			require.NoError(t, c.Quit(t.Context()))
		}
	}
}

// TestPolicyDefaults checks that who logs in, or begins with TLS, verifies the
// server, and that this takes a name.
func TestPolicyDefaults(t *testing.T) {
	f := &fake{offers: []string{"AUTH PLAIN"}}
	_, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{Auth: smtp.Password("x", "y")})
	require.ErrorIs(t, err, smtp.ErrNoTLS)
	require.NotContains(t, f.asked(), "AUTH")
	_, err = smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{ImplicitTLS: true})
	require.ErrorContains(t, err, "ServerName")
	srv := smtptest.NewUnstartedServer(t)
	_, err = smtp.NewClient(t.Context(), smtptest.Dial(t, srv.Config), &smtp.Options{TLS: smtp.TLSVerified})
	require.ErrorContains(t, err, "ServerName")
}

// TestAltNames checks that one of the names will do.
func TestAltNames(t *testing.T) {
	cfg, trusting := tlsConfigs(t)
	for _, tt := range []struct {
		alt []string
		ok  bool
	}{{[]string{"nowhere", "localhost"}, true}, {[]string{"nowhere"}, false}, {nil, false}} {
		srv := smtptest.NewUnstartedServer(t)
		srv.Config.TLSConfig = cfg
		c, err := smtp.NewClient(t.Context(), smtptest.Dial(t, srv.Config), &smtp.Options{
			TLS: smtp.TLSVerified, ServerName: "mx.example", AltNames: tt.alt, TLSConfig: trusting,
		})
		require.Equal(t, tt.ok, err == nil)
		if tt.ok {
			require.NoError(t, c.Close())
		}
	}
}

// TestVerifyConnection checks that the program's own check is made too.
func TestVerifyConnection(t *testing.T) {
	cfg, trusting := tlsConfigs(t)
	trusting.VerifyConnection = func(tls.ConnectionState) error { return io.ErrClosedPipe }
	for _, policy := range []smtp.TLSPolicy{smtp.TLSRequired, smtp.TLSVerified} {
		srv := smtptest.NewUnstartedServer(t)
		srv.Config.TLSConfig = cfg
		_, err := smtp.NewClient(t.Context(), smtptest.Dial(t, srv.Config), &smtp.Options{TLS: policy, TLSConfig: trusting})
		require.ErrorIs(t, err, io.ErrClosedPipe)
	}
}

// TestOwnTLS checks a connection that came with TLS: what it is worth is looked
// into.
func TestOwnTLS(t *testing.T) {
	cfg, trusting := tlsConfigs(t)
	for _, tt := range []struct {
		policy smtp.TLSPolicy
		name   string
		want   smtp.TLSPolicy
	}{
		{smtp.TLSNone, "", smtp.TLSRequired},
		{smtp.TLSRequired, "", smtp.TLSRequired},
		{smtp.TLSVerified, "", smtp.TLSVerified},
		{smtp.TLSVerified, "elsewhere", 0},
	} {
		near, far := memnet.Pipe()
		srv := smtptest.NewUnstartedServer(t)
		go func() {
			defer far.Close()
			srv.Config.ServeConn(context.Background(), tls.Server(far, cfg))
		}()
		nc := tls.Client(near, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
		c, err := smtp.NewClient(t.Context(), nc, &smtp.Options{TLS: tt.policy, ServerName: tt.name, TLSConfig: trusting})
		if tt.want == 0 {
			require.ErrorIs(t, err, smtp.ErrHandshake)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, tt.want, c.Security())
		require.ErrorContains(t, c.StartTLS(t.Context()), "active already")
		require.NoError(t, c.Close())
	}
}

// TestStartTLSForgets checks that after TLS has begun nothing counts that was
// said before.
func TestStartTLSForgets(t *testing.T) {
	cfg, _ := tlsConfigs(t)
	f := &tlsFake{cfg: cfg, after: []string{"SIZE 7"}}
	f.offers = []string{"STARTTLS", "AUTH PLAIN", "CHUNKING", "PIPELINING"}
	c, err := smtp.NewClient(t.Context(), f.connect(t), nil)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"SIZE": "7"}, c.Extensions())
	require.Equal(t, smtp.TLSRequired, c.Security())
	require.True(t, c.Reusable())
	require.NoError(t, c.Quit(t.Context()))
}

// TestStartTLSInjected checks that replies which whoever sits in the midst puts
// behind the agreement to TLS are not taken for the server's (CVE-2021-33515
// is their like).
func TestStartTLSInjected(t *testing.T) {
	cfg, _ := tlsConfigs(t)
	for _, policy := range []smtp.TLSPolicy{smtp.TLSOpportunistic, smtp.TLSRequired} {
		for _, behind := range []string{"\r\n250-evil\r\n250 AUTH PLAIN", "\r\n2", "\r\n250 x\r\n250 y\r\n250 z"} {
			f := &tlsFake{cfg: cfg, behind: behind}
			f.offers = []string{"STARTTLS"}
			_, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{TLS: policy})
			require.ErrorIs(t, err, smtp.ErrHandshake, "%q", behind)
			require.ErrorContains(t, err, "plaintext", "%q", behind)
		}
	}
}

// TestStartTLSRefusedByServer checks who goes on without TLS that was offered.
func TestStartTLSRefusedByServer(t *testing.T) {
	for _, reply := range []string{"454 4.7.0 not now", "501 5.5.4 what", "250 odd", "421 4.3.0 gone", "354 odd"} {
		for _, policy := range []smtp.TLSPolicy{smtp.TLSOpportunistic, smtp.TLSRequired, smtp.TLSVerified} {
			f := &fake{offers: []string{"STARTTLS"}, answer: only("STARTTLS", reply)}
			c, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{TLS: policy, ServerName: "localhost"})
			switch {
			case reply[0] == '2' || reply[0] == '3':
				require.ErrorIs(t, err, smtp.ErrReply)
			case reply[:3] == "421":
				_, is := errors.AsType[smtp.Reply](err)
				require.True(t, is)
			case policy == smtp.TLSOpportunistic:
				require.NoError(t, err)
				require.Equal(t, smtp.TLSNone, c.Security())
				require.NoError(t, c.Close())
			default:
				require.ErrorIs(t, err, smtp.ErrNoTLS)
				r, is := errors.AsType[smtp.Reply](err)
				require.True(t, is)
				require.Equal(t, reply, r.Error())
			}
		}
	}
}

// TestStartTLSMethod checks StartTLS for who wants it now and then.
func TestStartTLSMethod(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	c, err := smtp.NewClient(t.Context(), smtptest.Dial(t, srv.Config), &smtp.Options{TLS: smtp.TLSNone})
	require.NoError(t, err)
	require.Nil(t, c.TLS())
	require.NoError(t, c.StartTLS(t.Context()))
	require.NotNil(t, c.TLS())
	require.Equal(t, smtp.TLSRequired, c.Security())
	require.False(t, c.Reusable())
	require.NoError(t, c.Noop(t.Context()))
	require.NoError(t, c.Quit(t.Context()))

	f := &fake{answer: only("STARTTLS", "454 4.7.0 not now")}
	c = f.client(t, nil)
	require.Equal(t, smtp.R(454, smtp.Enhanced{4, 7, 0}, "not now"), c.StartTLS(t.Context()))
	require.NoError(t, c.Noop(t.Context()))
}

// TestHandshakeStalls checks that a handshake has its own time.
func TestHandshakeStalls(t *testing.T) {
	for _, implicit := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			near, far := memnet.Pipe()
			defer far.Close()
			go func() {
				if !implicit {
					io.WriteString(far, "220 hi\r\n")
					far.Read(make([]byte, 100))
					io.WriteString(far, "250-x\r\n250 STARTTLS\r\n")
					far.Read(make([]byte, 100))
					io.WriteString(far, "220 go\r\n")
				}
				io.Copy(io.Discard, far)
			}()
			began := time.Now()
			_, err := smtp.NewClient(t.Context(), near, &smtp.Options{ImplicitTLS: implicit, TLS: smtp.TLSRequired})
			require.ErrorIs(t, err, smtp.ErrHandshake)
			require.Equal(t, time.Minute, time.Since(began))
		})
	}
}
