package smtptest_test

import (
	"context"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// The harness can fail: each bad server fails the cases that are about its
// fault, and no other of those that were tried; the good one fails none of
// them.
func TestFaults(t *testing.T) {
	left := make(map[string]bool)
	for name := range silence(t) {
		left[name] = !beyond.MatchString(name)
	}
	for _, f := range slices.Concat(faults, verbFaults()) {
		t.Run(f.name, func(t *testing.T) {
			failed := check(t, &f)
			matched := make(map[string]bool)
			for name := range failed {
				matched[f.expects(name)] = true
				left[name] = false
				assert.NotEmpty(t, f.expects(name), "%s fails: %s", name, failed[name])
			}
			for _, want := range f.fails {
				assert.True(t, matched[want], "passed by a server with this fault: %s", want)
			}
			require.Empty(t, check(t, &fault{only: f.only, tls: f.tls, lmtp: f.lmtp, set: f.base, base: f.base}), "without the fault")
		})
	}
	for name, untried := range left {
		assert.False(t, untried, "no fault here makes this case fail: %s", name)
	}
}

// No case passes at a server that says nothing, nor at one that hangs up at
// once.
func TestSilence(t *testing.T) {
	for name, verdict := range silence(t) {
		require.NotEqual(t, smtptest.Pass, verdict, name)
	}
	smtptest.Check(t.Context(), smtptest.Target{Dial: func(context.Context) (net.Conn, error) {
		client, server := memnet.Pipe()
		server.Close()
		return client, nil
	}, User: "alice"}, func(r smtptest.Result) {
		require.Equal(t, smtptest.Fail, r.Verdict, r.Name)
	})
}

// silence returns the verdicts of all cases at a server that says nothing.
func silence(t *testing.T) map[string]smtptest.Verdict {
	verdicts := make(map[string]smtptest.Verdict)
	synctest.Test(t, func(t *testing.T) {
		smtptest.Check(t.Context(), smtptest.Target{Dial: memnet.Listen().Dial, User: "alice"}, func(r smtptest.Result) {
			verdicts[r.Name] = r.Verdict
		})
	})
	return verdicts
}

// expects returns the one of f.fails that a case is meant by.
func (f *fault) expects(name string) string {
	for _, want := range f.fails {
		prefix, any := strings.CutSuffix(want, "*")
		if name == want || any && strings.HasPrefix(name, prefix) {
			return want
		}
	}
	return ""
}

// check runs cases against a server with a fault, and returns those that fail.
func check(t *testing.T, f *fault) map[string]string {
	failed := make(map[string]string)
	synctest.Test(t, func(t *testing.T) {
		s := smtptest.NewUnstartedServer(t)
		s.Mailboxes = []string{"alice@here.example"}
		srv := s.Config
		srv.Domains = []string{"here.example"}
		srv.Auth.Accounts = alice{}
		srv.Logger = slog.New(slog.DiscardHandler)
		srv.Auth.Logger = srv.Logger
		srv.Limits.ConnsPerAddr = -1
		cfg := srv.TLSConfig
		if !f.tls {
			srv.TLSConfig, srv.Auth.AllowInsecure = nil, true
		}
		srv.LMTP = f.lmtp
		srv.Backend = ableBackend(srv.Backend)
		if f.base != nil {
			f.base(srv)
		}
		if f.set != nil {
			f.set(srv)
		}
		l := memnet.Listen()
		done := make(chan error, 1)
		go func() { done <- srv.Serve(&faulty{Listener: l, fault: f, cfg: cfg}) }()
		smtptest.Check(t.Context(), smtptest.Target{
			Dial: l.Dial, To: "alice@here.example", User: "alice", Password: "secret", Only: regexp.MustCompile(f.only), LMTP: f.lmtp,
		}, func(r smtptest.Result) {
			if r.Verdict == smtptest.Fail {
				failed[r.Name] = r.Detail
			}
		})
		srv.Close()
		require.Equal(t, smtp.ErrServerClosed, <-done)
		require.NoError(t, srv.Shutdown(context.Background()))
	})
	return failed
}
