package smtptest_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// The engine fails no case under any of its settings; a case that does not
// apply says so.
func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name   string
		set    func(*smtp.Server)
		target func(*smtptest.Target)
		pass   []string // some that must apply
	}{
		{"default", nil, nil, []string{"AUTH/PLAIN", "STARTTLS/whole", "transaction/whole", "AUTH/not in the clear"}},
		{"no login is known", nil, func(t *smtptest.Target) { t.User = "" }, []string{"STARTTLS/whole", "transaction/whole"}},
		{"logins in the clear", func(s *smtp.Server) { s.Auth.AllowInsecure = true }, nil, []string{"AUTH/PLAIN", "STARTTLS/whole"}},
		{"no TLS", func(s *smtp.Server) { s.TLSConfig, s.Auth.AllowInsecure = nil, true }, nil, []string{"AUTH/PLAIN", "transaction/whole"}},
		{"no TLS, no logins", func(s *smtp.Server) { s.TLSConfig, s.Auth = nil, nil }, nil, []string{"transaction/whole"}},
		{"implicit TLS", nil, func(t *smtptest.Target) { t.ImplicitTLS = true }, []string{"AUTH/PLAIN", "transaction/whole"}},
		{"RequireTLS", func(s *smtp.Server) { s.RequireTLS = true }, nil, []string{"AUTH/PLAIN", "STARTTLS/whole", "transaction/whole"}},
		{"RequireAuth", func(s *smtp.Server) { s.RequireTLS, s.RequireAuth = true, true }, nil, []string{"AUTH/PLAIN", "transaction/whole"}},
		{"LMTP", func(s *smtp.Server) { s.LMTP = true }, func(t *smtptest.Target) { t.LMTP = true }, []string{
			"LMTP/a reply for each recipient", "LMTP/EHLO is refused", "order/LHLO after EHLO", "BDAT/whole", "transaction/whole", "STARTTLS/whole",
		}},
		{"all extensions", func(s *smtp.Server) {
			s.Backend = ableBackend(s.Backend)
			s.Limits.Recipients, s.Limits.Mails = 200, 30
			s.XClientFrom, s.XForwardFrom = everybody, everybody
		}, nil, []string{
			"BDAT/whole", "BDAT/error stays until LAST", "BINARYMIME/octets", "DSN/MAIL RET=FULL", "DELIVERBY/MAIL BY=0;R", "MT-PRIORITY/MAIL MT-PRIORITY=9",
			"FUTURERELEASE/MAIL HOLDFOR=1", "REQUIRETLS/only under TLS", "REQUIRETLS/MAIL REQUIRETLS", "PRDR/replies", "LIMITS/RCPTMAX", "ETRN/#queue",
			"LIMITS/MAILMAX", "REQUIRETLS/message", "DELIVERBY/message", "PRDR/refused", "BURL/needs a login", "BURL/of another user", "BDAT/many of one octet",
			"ATRN/needs a login", "ATRN/offered before the login", "order/BURL after RCPT", "order/XCLIENT after EHLO", "order/XFORWARD after EHLO", "order/DATA after a refused chunk",
		}},
		{"no size limit", func(s *smtp.Server) { s.Limits.Message = -1 }, nil, []string{"SIZE/syntax", "SIZE/twenty digits"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := smtptest.Target{
					To: "alice@here.example", User: "alice", Password: "secret",
					// The rest is the same for all, and the two are heavy.
					Only: regexp.MustCompile(`^([^lp]|p[^i]|limits/1|pipelining/[^1])`),
				}
				if c.target != nil {
					c.target(&target)
				}
				s := smtptest.NewUnstartedServer(t)
				s.Mailboxes = []string{"alice@here.example"}
				srv := s.Config
				srv.Domains, srv.Auth.Accounts = []string{"here.example"}, alice{}
				srv.Logger, srv.Auth.Logger = slog.New(slog.DiscardHandler), slog.New(slog.DiscardHandler)
				srv.Limits.ConnsPerAddr = -1
				if c.set != nil {
					c.set(srv)
				}
				l := memnet.Listen()
				serve := srv.Serve
				if target.ImplicitTLS {
					serve = srv.ServeTLS
				}
				done := make(chan error, 1)
				go func() { done <- serve(l) }()
				target.Dial = func(ctx context.Context) (net.Conn, error) { return l.Dial(ctx) }
				verdicts := make(map[string]smtptest.Verdict)
				smtptest.Check(t.Context(), target, func(r smtptest.Result) {
					verdicts[r.Name] = r.Verdict
					if r.Verdict == smtptest.Fail {
						t.Errorf("%s: %s\n%q", r.Name, r.Detail, r.Transcript)
					}
				})
				for _, name := range c.pass {
					assert.Equal(t, smtptest.Pass, verdicts[name], name)
				}
				srv.Close()
				require.Equal(t, smtp.ErrServerClosed, <-done)
				require.NoError(t, srv.Shutdown(context.Background()))
			})
		})
	}
}

// everybody are all peers.
var everybody = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}

// A Target's own TLSConfig is used where there is one.
func TestTargetTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := smtptest.NewUnstartedServer(t)
		s.StartInMemory()
		run := func(cfg *tls.Config) (r smtptest.Result) {
			smtptest.Check(t.Context(), smtptest.Target{Dial: s.Dial, TLSConfig: cfg, Only: regexp.MustCompile("^STARTTLS/whole")},
				func(got smtptest.Result) { r = got })
			return r
		}
		require.Equal(t, smtptest.Pass, run(nil).Verdict)
		require.Equal(t, smtptest.Pass, run(s.ClientTLS).Verdict)
		require.Equal(t, smtptest.Fail, run(&tls.Config{ServerName: "localhost"}).Verdict, "a certificate that nobody trusts")
	})
}
