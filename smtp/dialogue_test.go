package smtp_test

import (
	"context"
	"crypto/tls"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// settings are what the dialogues of a topic, or one of them, need of their
// server beyond newServer.
var settings = map[string]func(*testing.T, *smtp.Server){
	"auth": func(t *testing.T, s *smtp.Server) {
		s.Auth = insecure(authenticator(t))
		s.RequireAuth = true
	},
	"auth-wrong": func(_ *testing.T, s *smtp.Server) { s.Limits.Logins = 2 },
	"auth-tls": func(t *testing.T, s *smtp.Server) {
		s.Auth = authenticator(t)
		s.TLSConfig = new(tls.Config)
	},
	"auth-session": func(_ *testing.T, s *smtp.Server) {
		s.Limits.Logins = 1
		s.Backend = wrapping(s.Backend, func(c *smtp.Conn, inner smtp.Session) smtp.Session {
			return middleware{authorizer{inner, c}}
		})
	},
	"starttls": func(t *testing.T, s *smtp.Server) {
		s.Auth = insecure(authenticator(t))
		s.TLSConfig = new(tls.Config)
	},
	"require-tls": func(t *testing.T, s *smtp.Server) {
		s.Auth = insecure(authenticator(t))
		s.TLSConfig = new(tls.Config)
		s.RequireTLS = true
	},
	"size":            func(_ *testing.T, s *smtp.Server) { s.Limits.Message = 100 },
	"size-none":       func(_ *testing.T, s *smtp.Server) { s.Limits.Message = -1 },
	"errors-budget":   func(_ *testing.T, s *smtp.Server) { s.Limits.Errors = 4 },
	"refusals-budget": func(_ *testing.T, s *smtp.Server) { s.Limits.Refusals = 3 },
	"recipients":      func(_ *testing.T, s *smtp.Server) { s.Limits.Recipients = 3 },
	"long-line":       func(_ *testing.T, s *smtp.Server) { s.Limits.Line = 30 },
	"text-line":       func(_ *testing.T, s *smtp.Server) { s.Limits.TextLine, s.Limits.Line = 20, 80 },
	"vrfy-verifier": func(_ *testing.T, s *smtp.Server) {
		s.Backend = wrapping(s.Backend, func(_ *smtp.Conn, inner smtp.Session) smtp.Session {
			return middleware{middleware{verifier{inner}}}
		})
	},
	"bdat":       func(_ *testing.T, s *smtp.Server) { s.Limits.Message = 100 },
	"bdat-lmtp":  func(_ *testing.T, s *smtp.Server) { s.LMTP = true },
	"able":       func(t *testing.T, s *smtp.Server) { makeAble(s, s.Backend.(*inbox)) },
	"able-login": func(t *testing.T, s *smtp.Server) { s.Auth = insecure(authenticator(t)) },
	"able-lmtp":  func(_ *testing.T, s *smtp.Server) { s.LMTP = true },
	"able-mails": func(_ *testing.T, s *smtp.Server) { s.Limits.Mails = 3 },
	"able-burl": func(t *testing.T, s *smtp.Server) {
		s.Auth = insecure(authenticator(t))
		s.Limits.Message = 200
	},
	"able-burllmtp": func(t *testing.T, s *smtp.Server) {
		s.Auth = insecure(authenticator(t))
		s.LMTP = true
	},
	"able-priority": func(t *testing.T, s *smtp.Server) { s.Auth = insecure(authenticator(t)) },
	"junk-budget":   func(_ *testing.T, s *smtp.Server) { s.Limits.Junk, s.Limits.Errors = 2, 1 },
	"refused-session": func(_ *testing.T, s *smtp.Server) {
		s.Backend = smtp.BackendFunc(func(context.Context, *smtp.Conn) (smtp.Session, error) {
			return nil, smtp.R(554, smtp.Enhanced{5, 7, 1}, "go away")
		})
	},
	"broken-session": func(_ *testing.T, s *smtp.Server) {
		s.Backend = smtp.BackendFunc(func(context.Context, *smtp.Conn) (smtp.Session, error) {
			return nil, errSecret
		})
	},
}

var deliveries = regexp.MustCompile(`(?m)^# delivered: (\d+)$`)

// TestDialogues plays each of testdata's. A comment "# delivered: 2" says how
// many messages are to come through; without it there must be none.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	used := make(map[string]bool)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			script := string(text)
			srv, inbox := newServer(t)
			topic, _, _ := strings.Cut(name, "-")
			for _, key := range slices.Compact([]string{topic, name}) {
				if set := settings[key]; set != nil {
					used[key] = true
					set(t, srv)
				}
			}
			want := 0
			if m := deliveries.FindStringSubmatch(script); m != nil {
				want, err = strconv.Atoi(m[1])
				require.NoError(t, err)
			}
			smtptest.Play(t, srv, script)
			require.Len(t, inbox.delivered(), want)
		})
	}
	for key := range settings {
		require.True(t, used[key], "settings of %q, which no dialogue has", key)
	}
}
