package nntp_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// variants are servers that differ from the one most dialogues are with, by
// the beginning of the file's name.
var variants = map[string]func(*nntp.Server){
	"reader-": func(s *nntp.Server) {
		s.Access = func(context.Context, *nntp.Conn) (nntp.Access, error) {
			return nntp.Access{Read: patterns("*,!secret.*"), NoNewNews: true}, nil
		}
		s.Compress = false
	},
	"login-": func(s *nntp.Server) {
		s.Access = func(_ context.Context, c *nntp.Conn) (nntp.Access, error) {
			if c.Identity().Name() == "" {
				return nntp.Access{}, nil
			}
			return all(context.Background(), c)
		}
	},
	"ihave-only": func(s *nntp.Server) {
		s.Access = func(ctx context.Context, c *nntp.Conn) (nntp.Access, error) {
			a, err := all(ctx, c)
			a.NoStreaming = true
			return a, err
		}
	},
	"secure-": func(s *nntp.Server) { s.Auth.AllowInsecure = false },
	"bare-":   func(s *nntp.Server) { s.Auth, s.TLSConfig, s.Access, s.Compress = nil, nil, nil, false },
	"info-": func(s *nntp.Server) {
		s.Implementation = "wirepost\r\ntest"
		s.Info = func(context.Context) (nntp.Info, error) {
			return nntp.Info{
				MOTD:          "Hello\n.dots\n",
				Subscriptions: []string{"example.test", "example.empty"},
				Distributions: []nntp.Distribution{{"local", "here"}},
				DistribPats:   []nntp.DistribPat{{10, "local.*", "local"}},
				Moderators:    []nntp.ModeratorAddress{{"*", "%s@moderators.example"}},
			}, nil
		}
	},
}

func patterns(s string) nntp.Wildmat {
	w, err := nntp.ParsePatterns(s)
	if err != nil {
		panic(err)
	}
	return w
}

// library is a server with three articles in example.test, the second gone, and
// one that is in example.other as well.
func library(t *testing.T) *nntptest.Server {
	srv := nntptest.NewUnstartedServer(t, "example.empty", "example.test", "example.other", "example.mod:m", "secret.group")
	srv.Config.Cutoff = -1
	description := "A test, no more"
	require.NoError(t, srv.Store.ChangeGroup(t.Context(), nntp.GroupChange{Name: "example.test", Description: &description}))
	for _, article := range []string{
		"Path: not-for-mail\r\nFrom: ann@example.org\r\nNewsgroups: example.test\r\nSubject: one\r\nDate: Sat, 01 Jan 2000 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n.\r\n..two\r\n",
		"Path: not-for-mail\r\nFrom: ann@example.org\r\nNewsgroups: example.test\r\nSubject: two\r\nDate: Sat, 01 Jan 2000 00:00:00 +0000\r\nMessage-ID: <2@example.org>\r\n\r\n",
		"Path: not-for-mail\r\nFrom: bob@example.org\r\nNewsgroups: example.test,example.other\r\nSubject: Re:\r\n\tone\r\nDate: Sat, 01 Jan 2000 00:00:00 +0000\r\nMessage-ID: <3@example.org>\r\nReferences: <1@example.org>\r\nX-Test: a\tb\r\n\r\nlast\r\n",
	} {
		feed := nntp.MatchAll()
		require.NoError(t, srv.Config.Relay(t.Context(), &nntp.Source{Access: nntp.Access{Feed: feed}}, []byte(article)))
	}
	require.NoError(t, srv.Store.Unfile(t.Context(), "example.test", []nntp.Number{2}))
	return srv
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
			var srv *nntptest.Server
			synctest.Test(t, func(t *testing.T) { srv = library(t) }) // at the time when the dialogue begins
			require.NoError(t, srv.Users.Set("tim", "secret"))
			srv.Config.Auth.Mechanisms = []string{"PLAIN", "SCRAM-SHA-256"}
			srv.Config.Logger = nil
			for prefix, change := range variants {
				if strings.HasPrefix(name, prefix) {
					change(srv.Config)
				}
			}
			nntptest.Play(t, srv.Config, string(script))
		})
	}
}
