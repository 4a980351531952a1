package relay_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// trust makes the Relay trust certificates.
func (w *world) trust(certs ...*x509.Certificate) {
	roots := x509.NewCertPool()
	for _, c := range certs {
		roots.AddCert(c)
	}
	w.Options.TLSConfig = &tls.Config{RootCAs: roots}
}

// TestOpportunistic: TLS is used if it works, whoever is there, and done without if it does not (RFC 7435).
func TestOpportunistic(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		srv := w.host("203.0.113.1:25", func(s *smtptest.Server) { certified(t, s, "somebody.else") })
		_, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		require.True(t, srv.Messages()[0].TLS)
	})
	for name, reply := range map[string]string{
		"refused": "454 4.7.0 not now\r\n", "refused for good": "502 5.5.1 no\r\n", "handshake": "220 go\r\nno TLS at all\r\n",
		"hangs up": "421 bye\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			in(t, twoHosts, func(t *testing.T, w *world) {
				srv := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"STARTTLS"}, Say: map[string]string{"STARTTLS": reply}})
				got, err := w.deliver(delivery("x"))
				if name == "hangs up" { // which is a refusal of everything
					require.Equal(t, []string{"421 by a.example.org"}, got)
					return
				}
				require.NoError(t, err)
				require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
				require.Contains(t, srv.Heard(), smtptest.EndOfMessage)
				_, err = w.deliver(delivery("x"))
				require.NoError(t, err)
				n := 1
				if name == "handshake" {
					n = 2
				}
				require.Len(t, w.asked(), n, "the connection in clear is kept")
			})
		})
	}
}

// TestRequired: with more than opportunistic TLS there is no way without, and the mail waits.
func TestRequired(t *testing.T) {
	for _, policy := range []smtp.TLSPolicy{smtp.TLSRequired, smtp.TLSVerified, smtp.TLSDANE} {
		in(t, twoHosts, func(t *testing.T, w *world) {
			d := delivery("x")
			d.Route.Options.TLS = policy
			plain := w.host("203.0.113.1:25", nil)
			refuses := w.fault("203.0.113.3:25", smtptest.Fault{Extensions: []string{"STARTTLS"}, Say: map[string]string{"STARTTLS": "554-5.7.0 no\r\n554 5.7.0 never\r\n"}})
			got, err := w.deliver(d)
			require.ErrorIs(t, err, smtp.ErrNoTLS)
			require.Equal(t, []string{"451 4.7.4 by b.example.org down"}, got)
			require.Empty(t, plain.Messages())
			require.NotContains(t, refuses.Heard(), smtptest.EndOfMessage)

			w.host("203.0.113.1:25", func(s *smtptest.Server) { w.trust(certified(t, s, "wrong.example.org")) })
			got, err = w.deliver(d)
			if policy == smtp.TLSRequired {
				require.NoError(t, err)
				require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
				return
			}
			require.Error(t, err)
			require.Equal(t, []string{"451 4.7.4 by b.example.org down"}, got)
		})
	}
	in(t, twoHosts, func(t *testing.T, w *world) { // the Relay's own floor holds for all
		w.Options.TLS = smtp.TLSVerified
		d := delivery("x")
		d.Route.Options.TLS = smtp.TLSNone
		w.host("203.0.113.1:25", nil)
		got, err := w.deliver(d)
		require.Error(t, err)
		require.Equal(t, []string{"451 4.4.1 down"}, got)
		srv := w.host("203.0.113.3:25", func(s *smtptest.Server) { w.trust(certified(t, s, "b.example.org")) })
		got, err = w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by b.example.org relayed"}, got)
		require.True(t, srv.Messages()[0].TLS)
	})
}

// TestNoTLS: only the route can say that there is to be none.
func TestNoTLS(t *testing.T) {
	for _, tt := range []struct {
		route, own smtp.TLSPolicy
		tls        bool
	}{{smtp.TLSNone, smtp.TLSDefault, false}, {smtp.TLSDefault, smtp.TLSNone, true}} {
		in(t, twoHosts, func(t *testing.T, w *world) {
			srv := w.host("203.0.113.1:25", func(s *smtptest.Server) { certified(t, s, "a.example.org") })
			d := delivery("x")
			d.Route.Options.TLS, w.Options.TLS = tt.route, tt.own
			_, err := w.deliver(d)
			require.NoError(t, err)
			require.Equal(t, tt.tls, srv.Messages()[0].TLS)
		})
	}
}

// TestDANE: with usable TLSA records there is TLS with whom they vouch for, or nothing; with others TLS with anybody
// (RFC 7672, 2.2). No route can do without.
func TestDANE(t *testing.T) {
	for name, want := range map[string]string{
		"good": "250 2.0.0 by a.example.org relayed", "bad": "451 4.7.5 by a.example.org down", "fails": "451 4.4.3 down",
		"unusable": "250 2.0.0 by a.example.org relayed", "unusable without TLS": "451 4.7.4 by a.example.org down",
		"good without TLS": "451 4.7.4 by a.example.org down",
	} {
		t.Run(name, func(t *testing.T) {
			in(t, "", func(t *testing.T, w *world) {
				var cert *x509.Certificate
				srv := w.host("203.0.113.1:25", func(s *smtptest.Server) {
					cert = certified(t, s, "irrelevant.example")
					if strings.HasSuffix(name, "without TLS") {
						s.Config.TLSConfig = nil
					}
				})
				sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
				tlsa := "3 1 1 " + hex.EncodeToString(sum[:])
				switch {
				case name == "bad":
					tlsa = "3 1 1 " + strings.Repeat("ab", 32)
				case strings.HasPrefix(name, "unusable"):
					tlsa = "1 1 1 " + hex.EncodeToString(sum[:])
				case name == "fails":
					w.dns.Fail("_25._tcp.a.example.org", failing)
				}
				w.dns.SetZone("example.org MX 10 a.example.org\na.example.org A 203.0.113.1\n_25._tcp.a.example.org TLSA " + tlsa)
				w.dns.Secure(".")
				d := delivery("x")
				d.Route.Options.TLS = smtp.TLSNone
				got, err := w.deliver(d)
				require.Equal(t, []string{want}, got)
				require.Equal(t, want[0] == '4', err != nil)
				if want[0] == '2' {
					require.True(t, srv.Messages()[0].TLS)
				} else {
					require.Empty(t, srv.Messages())
				}
			})
		})
	}
}

// A policyServer has one MTA-STS policy.
type policyServer string

func (p policyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader(string(p))),
		Header: http.Header{"Content-Type": {"text/plain"}},
	}, nil
}

// enforce makes the domain have an MTA-STS policy.
func (w *world) enforce(policy string) {
	w.Planner = &dnsresolve.Planner{Resolver: w.dns.Client(), STS: &dnsresolve.STS{
		Resolver: w.dns.Client(), Transport: policyServer(strings.ReplaceAll(policy, "\n", "\r\n")),
	}}
}

const policed = twoHosts + `_mta-sts.example.org TXT "v=STSv1; id=1;"` + "\n"

// TestMTASTS: a policy in force wants the certificate of the host's name (RFC 8461, 4).
func TestMTASTS(t *testing.T) {
	const policy = "version: STSv1\nmode: enforce\nmx: a.example.org\nmax_age: 86400\n"
	for name, want := range map[string]string{
		"a.example.org": "250 2.0.0 by a.example.org relayed", "x.example.org": "451 4.7.5 by a.example.org down", "": "451 4.7.4 by a.example.org down",
	} {
		t.Run("certificate of "+name, func(t *testing.T) {
			in(t, policed, func(t *testing.T, w *world) {
				w.enforce(policy)
				srv := w.host("203.0.113.1:25", func(s *smtptest.Server) {
					if name != "" {
						w.trust(certified(t, s, name))
					}
				})
				other := w.host("203.0.113.3:25", nil) // is not in the policy
				got, err := w.deliver(delivery("x"))
				require.Equal(t, []string{want}, got)
				require.Equal(t, want[0] == '4', err != nil)
				require.Empty(t, other.Messages())
				require.Len(t, srv.Messages(), strings.Count(want, "250"))
			})
		})
	}
	in(t, policed, func(t *testing.T, w *world) {
		w.enforce(strings.ReplaceAll(policy, "a.example.org", "elsewhere.example"))
		got, err := w.deliver(delivery("x"))
		require.Error(t, err)
		require.Equal(t, []string{"451 4.7.5 down"}, got)
	})
}

// TestRequireTLS: such a message goes to hosts only whose name is certain, whose certificate has it, and that pass the
// demand on; it comes back if there is none (RFC 8689, 4.2.1).
func TestRequireTLS(t *testing.T) {
	const trial = "version: STSv1\nmode: testing\nmx: *.example.org\nmax_age: 86400\n"
	picky := func() *queue.Delivery {
		d := delivery("x")
		d.Message.From.RequireTLS = true
		return d
	}
	in(t, policed, func(t *testing.T, w *world) { // nothing vouches for the name
		srv := w.host("203.0.113.1:25", func(s *smtptest.Server) { w.trust(certified(t, s, "a.example.org")) })
		got, _ := w.deliver(picky())
		require.Equal(t, []string{"554 5.7.10"}, got)
		require.Empty(t, srv.Records())
		got, err := w.deliver(delivery("x")) // others go by the same host
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
		got, _ = w.deliver(picky())
		require.Equal(t, []string{"554 5.7.10"}, got)
	})
	for name, tt := range map[string]struct {
		tls, offers bool
		want        string
	}{"no TLS": {false, true, "554 5.7.10 by a.example.org"}, "no REQUIRETLS": {true, false, "554 5.7.30"}} {
		t.Run(name, func(t *testing.T) {
			in(t, policed, func(t *testing.T, w *world) {
				w.enforce(trial)
				srv := w.host("203.0.113.1:25", func(s *smtptest.Server) {
					if tt.tls {
						w.trust(certified(t, s, "a.example.org"))
					}
				})
				got, _ := w.deliver(picky())
				require.Equal(t, []string{tt.want}, got)
				require.Empty(t, srv.Messages())
			})
		})
	}
	in(t, policed, func(t *testing.T, w *world) {
		w.dns.SetZone("example.org MX 10 fault.example\nfault.example A 203.0.113.1\n_mta-sts.example.org TXT \"v=STSv1; id=1;\"")
		w.enforce(strings.ReplaceAll(trial, "*.example.org", "fault.example"))
		srv := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"STARTTLS", "REQUIRETLS"}})
		w.Options.TLSConfig = &tls.Config{RootCAs: srv.ClientTLS.RootCAs}
		got, err := w.deliver(delivery("x")) // leaves a connection that is worth less
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by fault.example relayed"}, got)
		got, err = w.deliver(picky())
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by fault.example relayed"}, got)
		require.Contains(t, srv.Heard(), "MAIL FROM:<s@sender.example> REQUIRETLS")
		require.Len(t, w.asked(), 2)
	})
}

// TestReportOfRequireTLS: a report that has REQUIRETLS goes by hosts that have it if there is one, or else by any (RFC 8689,
// 5).
func TestReportOfRequireTLS(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		plain := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"DSN"}})
		d := delivery("x")
		d.Message.From = smtp.MailParams{RequireTLS: true}
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by a.example.org"}, got)
		require.Contains(t, plain.Heard(), "MAIL FROM:<>")
	})
	in(t, twoHosts, func(t *testing.T, w *world) { // what fails then may work later
		d := delivery("x")
		d.Message.From = smtp.MailParams{RequireTLS: true}
		w.fault("203.0.113.1:25", smtptest.Fault{Say: map[string]string{"": "421 busy\r\n"}})
		got, _ := w.deliver(d)
		require.Equal(t, []string{"421 by a.example.org"}, got)
	})
}

// TestRequireTLSBySmartHost checks what a smart host makes of REQUIRETLS: nothing has to vouch for its name, which the
// administrator wrote.
func TestRequireTLSBySmartHost(t *testing.T) {
	in(t, smartZone, func(t *testing.T, w *world) {
		w.dns.SetZone("fault.example A 10.0.0.1")
		srv := w.fault("10.0.0.1:25", smtptest.Fault{Extensions: []string{"STARTTLS", "REQUIRETLS"}})
		w.Options.TLSConfig = &tls.Config{RootCAs: srv.ClientTLS.RootCAs}
		d := through(delivery("x"), "fault.example")
		d.Message.From.RequireTLS = true
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by fault.example relayed"}, got)
		require.Contains(t, srv.Heard(), "MAIL FROM:<s@sender.example> REQUIRETLS")
	})
}

// TestTrace: the program sees what the Relay does, and the Relay sees it too.
func TestTrace(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.host("203.0.113.1:25", nil)
		var verbs []string
		w.Options.Trace = func(_ *smtp.Client, e smtp.Event) {
			if e.Kind == smtp.CommandDone {
				verbs = append(verbs, e.Verb)
			}
		}
		_, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		require.Equal(t, []string{"", "EHLO", "MAIL", "RCPT"}, verbs[:4])
	})
}

// TestMisconfigured: what is wrong here is said of no host.
func TestMisconfigured(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.Hello = "not a name\r\n"
		w.host("203.0.113.1:25", nil)
		w.host("203.0.113.3:25", nil)
		got, err := w.deliver(delivery("x"))
		require.ErrorIs(t, err, smtp.ErrUnsafe)
		require.Equal(t, []string{"451 4.3.5 down"}, got)
	})
}

// TestNoWayRound: where TLS is asked for, a handshake that fails is not made up for by a connection in clear.
func TestNoWayRound(t *testing.T) {
	for _, policy := range []smtp.TLSPolicy{smtp.TLSRequired, smtp.TLSVerified, smtp.TLSDANE} {
		in(t, twoHosts, func(t *testing.T, w *world) {
			srv := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"STARTTLS"}, Say: map[string]string{"STARTTLS": "220 go\r\nno TLS\r\n"}})
			d := delivery("x")
			d.Route.Options.TLS = policy
			got, err := w.deliver(d)
			require.ErrorContains(t, err, "b.example.org") // which does not answer
			require.Equal(t, []string{"451 4.4.1 down"}, got)
			require.Equal(t, []string{"203.0.113.1:25", "203.0.113.3:25"}, w.asked())
			require.NotContains(t, srv.Heard(), smtptest.EndOfMessage)
		})
	}
	in(t, smartZone, func(t *testing.T, w *world) { // nor is there a second try where TLS comes first
		w.host("10.0.0.1:465", nil)
		d := through(delivery("x"), "smtps://smart.example")
		d.Route.Options.TLS = smtp.TLSOpportunistic
		got, err := w.deliver(d)
		require.ErrorIs(t, err, smtp.ErrHandshake)
		require.Equal(t, []string{"451 4.7.5 by smart.example down"}, got)
		require.Len(t, w.asked(), 1)
	})
}

// TestRequireTLSByDNSSEC: a signed MX record vouches for the host as a policy does, and TLSA records for its certificate.
func TestRequireTLSByDNSSEC(t *testing.T) {
	for _, secure := range []bool{false, true} {
		in(t, "example.org MX 10 fault.example\nfault.example A 203.0.113.1", func(t *testing.T, w *world) {
			if secure {
				w.dns.Secure(".")
			}
			srv := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"STARTTLS", "REQUIRETLS"}})
			w.Options.TLSConfig = &tls.Config{RootCAs: srv.ClientTLS.RootCAs}
			d := delivery("x")
			d.Message.From.RequireTLS = true
			got, _ := w.deliver(d)
			want := "554 5.7.10"
			if secure {
				want = "250 2.0.0 by fault.example relayed"
			}
			require.Equal(t, []string{want}, got)
		})
	}
}

// TestOwnNames: what the Relay's Options say of names is for no host.
func TestOwnNames(t *testing.T) {
	in(t, smartZone, func(t *testing.T, w *world) {
		w.Options.ServerName, w.Options.AltNames = "other.example", []string{"other.example"}
		w.Options.LMTP, w.Options.ImplicitTLS = true, true
		w.Options.TLS = smtp.TLSVerified
		w.host("10.0.0.1:25", func(s *smtptest.Server) { w.trust(certified(t, s, "other.example")) })
		got, err := w.deliver(through(delivery("x"), "smart.example"))
		require.ErrorIs(t, err, smtp.ErrHandshake)
		require.Equal(t, []string{"451 4.7.5 by smart.example down"}, got)
	})
}

// TestRequireTLSWithoutMX: the name of a domain without MX records needs nobody to vouch for it.
func TestRequireTLSWithoutMX(t *testing.T) {
	in(t, "fault.example A 203.0.113.1", func(t *testing.T, w *world) {
		srv := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"STARTTLS", "REQUIRETLS"}})
		w.Options.TLSConfig = &tls.Config{RootCAs: srv.ClientTLS.RootCAs}
		d := delivery("x@fault.example")
		d.Message.From.RequireTLS = true
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by fault.example relayed"}, got)
	})
}
