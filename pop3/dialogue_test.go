package pop3_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// mailbox is the one that dialogues are about: three messages, 73 octets.
var mailbox = pop3test.Mailbox{
	User: "tim", Password: "secret",
	Messages: []string{
		"Subject: one\r\n\r\nHello\r\n.\r\n..two\r\n",
		"Subject: two\r\n\r\n",
		"Subject: three\r\n\r\nlast\r\n",
	},
}

// variants are servers that differ from the one most dialogues are with, by
// the beginning of the file's name.
var variants = map[string]func(*pop3.Server){
	"secure-":     func(s *pop3.Server) { s.Auth.AllowInsecure = false },
	"require-tls": func(s *pop3.Server) { s.RequireTLS = true },
	"policy-": func(s *pop3.Server) {
		s.Policy = pop3.Policy{LoginDelay: 89*time.Second + 1, Expire: 5*24*time.Hour + time.Hour}
		s.PolicyPerUser, s.Language, s.Implementation = true, "de", "wirepost\r\ntest \x80"
	},
	"bare-server": func(s *pop3.Server) { s.Auth, s.TLSConfig = nil, nil },
}

func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		name := filepath.Base(f)
		t.Run(name, func(t *testing.T) {
			script, err := os.ReadFile(f)
			require.NoError(t, err)
			srv := pop3test.NewUnstartedServer(t, mailbox)
			srv.Config.Hostname = "pop.example"
			srv.Config.Auth.Mechanisms = []string{"PLAIN", "LOGIN"}
			for prefix, change := range variants {
				if strings.HasPrefix(name, prefix) {
					change(srv.Config)
				}
			}
			pop3test.Play(t, srv.Config, string(script))
		})
	}
}
