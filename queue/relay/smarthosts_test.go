package relay_test

import (
	"context"
	"crypto/tls"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

const smartZone = `
	smart.example     A 10.0.0.1
	second.example    A 10.0.0.2
	xn--bcher-kva.example A 10.0.0.1
	example.org       MX 10 mx.example.org
	mx.example.org    A 203.0.113.1
`

func through(d *queue.Delivery, next ...string) *queue.Delivery {
	d.Route.Next = next
	return d
}

// TestSmartHosts: they are asked in their order, at the ports that the route has, for recipients of all domains at once.
func TestSmartHosts(t *testing.T) {
	for next, want := range map[string][2]string{
		"smart.example":               {"10.0.0.1:25", "smart.example"},
		"smart.example:587":           {"10.0.0.1:587", "smart.example"},
		"SMART.example.":              {"10.0.0.1:25", "smart.example"},
		"bücher.example":              {"10.0.0.1:25", "xn--bcher-kva.example"},
		"127.0.0.1:2525":              {"127.0.0.1:2525", "[127.0.0.1]"},
		"[IPv6:::1]":                  {"[::1]:25", "[IPv6:::1]"},
		"gone.example second.example": {"10.0.0.2:25", "second.example"},
		"a/b second.example":          {"10.0.0.2:25", "second.example"},
		"127.0.0.9 second.example":    {"10.0.0.2:25", "second.example"},
	} {
		t.Run(next, func(t *testing.T) {
			in(t, smartZone, func(t *testing.T, w *world) {
				srv := w.host(want[0], nil)
				got, err := w.deliver(through(delivery("x", "y@elsewhere.example"), strings.Fields(next)...))
				require.NoError(t, err)
				require.Equal(t, []string{"250 2.0.0 by " + want[1] + " relayed", "250 2.0.0 by " + want[1] + " relayed"}, got)
				require.Len(t, srv.Messages(), 1)
			})
		})
	}
	for _, next := range []string{"gone.example", "smart.example:0", "smart.example"} {
		in(t, smartZone, func(t *testing.T, w *world) {
			got, err := w.deliver(through(delivery("x"), next))
			require.ErrorContains(t, err, next)
			require.Contains(t, []string{"451 4.4.4 down", "451 4.3.5 down", "451 4.4.1 down"}, got[0])
		})
	}
}

// logins makes the server want a login of relay with the password open sesame, under TLS.
func logins(t testing.TB, w *world) func(*smtptest.Server) {
	return func(s *smtptest.Server) {
		w.trust(certified(t, s, "smart.example"))
		require.NoError(t, s.Users.Set("relay", "open sesame"))
		s.Config.RequireAuth = true
	}
}

func loggingIn(login string) *queue.Delivery {
	d := through(delivery("x"), "smart.example:587")
	d.Route.Options.Login = login
	return d
}

// TestLogin: the route's login is used at the hosts that the route names, and a wrong one makes the mail wait.
func TestLogin(t *testing.T) {
	in(t, smartZone, func(t *testing.T, w *world) {
		srv := w.host("10.0.0.1:587", logins(t, w))
		w.Logins = map[string]smtp.Login{"good": smtp.Password("relay", "open sesame"), "bad": smtp.Password("relay", "guess")}
		got, err := w.deliver(loggingIn("good"))
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by smart.example relayed"}, got)
		require.Equal(t, "relay", srv.Messages()[0].User)

		for _, login := range []string{"bad", "unknown"} {
			results, err := w.Deliver(t.Context(), loggingIn(login))
			require.ErrorContains(t, err, "login")
			require.Equal(t, 451, results[0].Reply.Code)
			require.True(t, results[0].Down)
			for _, s := range []string{results[0].Reply.Text, err.Error()} {
				require.NotContains(t, s, "guess")
				require.NotContains(t, s, "AHJlbGF5AGd1ZXNz")
			}
		}
	})
}

// TestEcho: a host that repeats the password does not get it into reports or logs.
func TestEcho(t *testing.T) {
	in(t, smartZone+"smart.example A 10.0.0.1\nsmart.example AAAA fd00::1\n", func(t *testing.T, w *world) {
		w.at["[fd00::1]:587"] = func(ctx context.Context) (net.Conn, error) { return w.at["10.0.0.1:587"](ctx) }
		srv := w.fault("10.0.0.1:587", smtptest.Fault{
			Extensions: []string{"AUTH PLAIN"},
			Say:        map[string]string{"AUTH": "535 5.7.8 sesame is wrong\r\n"},
		})
		w.Options.PlaintextAuth = true
		w.Logins = map[string]smtp.Login{"l": smtp.Password("relay", "sesame")}
		d := loggingIn("l")
		d.Route.Options.TLS = smtp.TLSNone
		results, err := w.Deliver(t.Context(), d)
		require.ErrorContains(t, err, "535")
		require.NotContains(t, err.Error(), "sesame")
		require.NotContains(t, results[0].Reply.Text, "sesame")
		require.Equal(t, "451 4.7.8 by smart.example down", told(results[0]))
		require.Len(t, w.asked(), 1, "a login that fails is not tried at each address")
		require.Contains(t, srv.Heard(), "AUTH PLAIN")
	})
}

// TestNoLoginElsewhere: no host that the DNS names is shown a password.
func TestNoLoginElsewhere(t *testing.T) {
	in(t, smartZone, func(t *testing.T, w *world) {
		srv := w.host("203.0.113.1:25", func(s *smtptest.Server) { require.NoError(t, s.Users.Set("relay", "open sesame")) })
		w.Logins = map[string]smtp.Login{"l": smtp.Password("relay", "open sesame")}
		w.Options.Auth, w.Options.PlaintextAuth = w.Logins["l"], true
		d := delivery("x")
		d.Route.Options.Login = "l"
		_, err := w.deliver(d)
		require.NoError(t, err)
		for _, r := range srv.Records() {
			require.NotEqual(t, "AUTH", r.Verb)
		}
	})
}

// TestLoginNeedsTLS: passwords are for hosts that show who they are, unless the route says otherwise.
func TestLoginNeedsTLS(t *testing.T) {
	for _, tt := range []struct {
		policy smtp.TLSPolicy
		want   string
	}{
		{smtp.TLSDefault, "451 4.7.5 by smart.example down"},
		{smtp.TLSOpportunistic, "250 2.0.0 by smart.example relayed"},
		{smtp.TLSNone, "451 4.7.8 by smart.example down"}, // the password would be seen
	} {
		in(t, smartZone, func(t *testing.T, w *world) {
			w.host("10.0.0.1:587", func(s *smtptest.Server) {
				logins(t, w)(s)
				certified(t, s, "other.example") // whom we do not trust
			})
			w.Logins = map[string]smtp.Login{"l": &auth.Credentials{Name: "relay", Password: "open sesame", AllowInsecure: true, Mechanisms: []string{"PLAIN"}}}
			d := loggingIn("l")
			d.Route.Options.TLS = tt.policy
			got, _ := w.deliver(d)
			require.Equal(t, []string{tt.want}, got)
		})
	}
}

// TestImplicitTLS: TLS from the start, with a certificate that is verified.
func TestImplicitTLS(t *testing.T) {
	for name, want := range map[string]string{"smart.example": "250 2.0.0 by smart.example relayed", "other.example": "451 4.7.5 by smart.example down"} {
		in(t, smartZone, func(t *testing.T, w *world) {
			srv := w.host("10.0.0.1:465", func(s *smtptest.Server) { w.trust(certified(t, s, name)) })
			config := srv.Config.TLSConfig
			w.at["10.0.0.1:465"] = func(ctx context.Context) (net.Conn, error) {
				front, back := newPipe(t)
				inner, err := srv.Dial(ctx)
				require.NoError(t, err)
				go splice(tls.Server(back, config), inner)
				return front, nil
			}
			got, _ := w.deliver(through(delivery("x"), "smtps://smart.example"))
			require.Equal(t, []string{want}, got)
		})
	}
}

// TestLMTP: the server answers for each recipient, and what it takes is in their mailboxes.
func TestLMTP(t *testing.T) {
	in(t, smartZone, func(t *testing.T, w *world) {
		srv := w.host("10.0.0.1:24", func(s *smtptest.Server) { s.Config.LMTP = true })
		srv.On("RCPT", smtptest.Answer{Times: 1})
		srv.On("RCPT", smtptest.Answer{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "nobody"), Times: 1})
		got, err := w.deliver(through(delivery("x", "y", "z"), "lmtp://smart.example"))
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by smart.example final", "550 5.1.1 by smart.example", "250 2.0.0 by smart.example final"}, got)
	})
}

// TestUnixSocket: LMTP through a socket of this machine, which reports call by our name.
func TestUnixSocket(t *testing.T) {
	w := newWorld(t, "")
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.LMTP = true
	socket := filepath.Join(t.TempDir(), "lmtp")
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- srv.Config.Serve(l) }()
	t.Cleanup(func() {
		srv.Config.Close()
		require.ErrorIs(t, <-done, smtp.ErrServerClosed)
	})
	w.Options.DialContext = nil
	w.Options.TLS = smtp.TLSVerified // not asked of the same machine
	d := through(delivery("x"), "lmtp://"+socket)
	d.Message.From.RequireTLS = true // it stays here (RFC 8689, 4.4)
	got, err := w.deliver(d)
	require.NoError(t, err)
	require.Equal(t, []string{"250 2.0.0 by us.example final"}, got)
	require.Len(t, srv.Messages(), 1)
}

// TestStrangersText: what a host says in several lines stays on one line of a log.
func TestStrangersText(t *testing.T) {
	in(t, smartZone, func(t *testing.T, w *world) {
		w.fault("10.0.0.1:25", smtptest.Fault{
			Extensions: []string{"STARTTLS"}, Say: map[string]string{"STARTTLS": "454-level=ERROR\r\n454 forged\x1b[2J\r\n"},
		})
		d := through(delivery("x"), "smart.example")
		d.Route.Options.TLS = smtp.TLSRequired
		_, err := w.Deliver(t.Context(), d)
		require.ErrorIs(t, err, smtp.ErrNoTLS)
		for _, c := range err.Error() {
			require.GreaterOrEqual(t, c, ' ')
		}
	})
}

// TestSlowSmartHost: the second one is asked if the first hangs, within the delivery.
func TestSlowSmartHost(t *testing.T) {
	in(t, smartZone, func(t *testing.T, w *world) {
		w.Options.Timeouts.Greeting = 10 * time.Second
		w.at["10.0.0.1:25"] = hole
		w.host("10.0.0.2:25", nil)
		began := time.Now()
		got, err := w.deliver(through(delivery("x"), "smart.example", "second.example"))
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by second.example relayed"}, got)
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}
