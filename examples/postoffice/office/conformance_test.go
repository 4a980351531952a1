package office

import (
	"regexp"
	"testing"

	"github.com/wirepost/wirepost/imap4/imap4test"
	"github.com/wirepost/wirepost/nntp/nntptest"
	"github.com/wirepost/wirepost/pop3/pop3test"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// The servers keep to the standards with the real store behind them: that for
// everybody, and that for users.
func TestSMTPConformance(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Unguarded: true})
	alice := o.DemoUsers()[0]
	for _, service := range either([]string{"smtp", "submissions"}) {
		t.Run(service, func(t *testing.T) {
			smtptest.TestServer(t, smtptest.Target{
				Addr:        o.Addresses()[service],
				ImplicitTLS: isTLS(service),
				To:          alice.Address,
				User:        alice.Name,
				Password:    alice.Password,
			})
		})
	}
}

func TestPOP3Conformance(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Unguarded: true})
	alice := o.DemoUsers()[0]
	for range 5 {
		for _, m := range []string{"Subject: a\r\n\r\nHello\r\n", "Subject: dots\r\n\r\n.\r\n..\r\n", "Subject: no body\r\n", "\r\n"} {
			o.submit(t, "bob@postoffice.test", m, alice.Address)
		}
	}
	for _, service := range either([]string{"pop3", "pop3s"}) {
		t.Run(service, func(t *testing.T) {
			pop3test.TestServer(t, pop3test.Target{
				Addr:        o.Addresses()[service],
				ImplicitTLS: isTLS(service),
				User:        alice.Name,
				Password:    alice.Password,
				MayDelete:   true,
			})
		})
	}
}

func TestIMAP4Conformance(t *testing.T) {
	var only *regexp.Regexp
	if testing.Short() { // each case logs in, which takes long under the race detector
		only = regexp.MustCompile("^(ACL|APPEND|MOVE|QUOTA|sessions)/")
	}
	o := start(t, Config{Dir: t.TempDir(), Unguarded: true})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	for _, service := range either([]string{"imap", "imaps"}) {
		t.Run(service, func(t *testing.T) {
			imap4test.TestServer(t, imap4test.Target{
				Addr:          o.Addresses()[service],
				ImplicitTLS:   isTLS(service),
				User:          alice.Name,
				Password:      alice.Password,
				Other:         bob.Name,
				OtherPassword: bob.Password,
				Scratch:       "wirepost-test",
				Only:          only,
			})
		})
	}
}

func TestNNTPConformance(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Unguarded: true})
	alice := o.DemoUsers()[0]
	for _, service := range either([]string{"nntp", "nntps"}) {
		t.Run(service, func(t *testing.T) {
			nntptest.TestServer(t, nntptest.Target{
				Addr:        o.Addresses()[service],
				ImplicitTLS: isTLS(service),
				User:        alice.Name,
				Password:    alice.Password,
				Group:       "local.test",
				MayPost:     true,
			})
		})
	}
}

// either is the services to check: with -short, as under the race detector, one of
// them will do, because the same server answers both.
func either(services []string) []string {
	if testing.Short() {
		return services[:1]
	}
	return services
}
