package imap4_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
)

// people are accounts whose passwords are their names.
type people struct{}

func (people) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	if name != password {
		return "", auth.ErrCredentials
	}
	return name, nil
}

func serverOf(s *memory.Store) *imap4.Server {
	quiet := slog.New(slog.DiscardHandler)
	return &imap4.Server{
		Auth: &auth.Authenticator{Accounts: people{}, AllowInsecure: true, Logger: quiet},
		Backend: imap4.BackendFunc(func(_ context.Context, c *imap4.Conn) (imap4.Account, error) {
			return s.Account(c.Identity().Name()), nil
		}),
		Logger: quiet,
	}
}

// session opens a conversation with srv, in a bubble.
func session(t *testing.T, srv *imap4.Server) *dialogue.Player {
	t.Helper()
	client, server := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.ServeConn(context.Background(), server)
		server.Close()
	}()
	t.Cleanup(func() { client.Close(); <-done })
	return &dialogue.Player{Conn: client, ReadReply: untilTagged(client)}
}

// untilTagged reads up to a tagged response or a request to go on, or else to
// where the server has nothing more to say.
func untilTagged(nc net.Conn) func(*bufio.Reader) ([]string, error) {
	return func(r *bufio.Reader) (lines []string, _ error) {
		defer nc.SetReadDeadline(time.Time{})
		for {
			if err := nc.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
				return lines, err
			}
			line, err := lineOf(r)
			switch {
			case err == io.EOF && len(lines) == 0:
				return nil, err
			case err == io.EOF || errors.Is(err, os.ErrDeadlineExceeded):
				if len(lines) == 0 {
					lines = []string{"(nothing)"}
				}
				return lines, nil
			case err != nil:
				return lines, err
			}
			if lines = append(lines, line); !strings.HasPrefix(line, "* ") {
				return lines, nil
			}
		}
	}
}

// lineOf reads a line with the literals in it, "|" for each line end of theirs.
func lineOf(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		return "", errors.New("a line without CRLF")
	}
	i := strings.LastIndexByte(line, '{')
	if i < 0 || !strings.HasSuffix(line, "}") {
		return line, nil
	}
	n, err := strconv.Atoi(line[i+1 : len(line)-1])
	if err != nil {
		return line, nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", err
	}
	rest, err := lineOf(r)
	return line + strings.ReplaceAll(string(b), "\r\n", "|") + rest, err
}

// playSessions plays a script of several sessions: a line of "--- ann" goes over
// to ann's, who logs in when she first comes; "--- ann/2" is another one of hers.
func playSessions(t *testing.T, srv *imap4.Server, script string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sessions := map[string]*dialogue.Player{}
		for part := range strings.SplitSeq("\n"+script, "\n--- ") {
			name, lines, _ := strings.Cut(part, "\n")
			if name == "" && strings.Trim(lines, "\n") == "" {
				continue
			}
			p := sessions[name]
			if p == nil {
				p = session(t, srv)
				sessions[name] = p
				user, _, _ := strings.Cut(name, "/")
				require.NoError(t, p.Play("S: * OK\nC: login LOGIN "+user+" "+user+"\nS: login OK\n"))
			}
			require.NoError(t, p.Play(lines), "%s:\n%s", name, lines)
			synctest.Wait()
		}
	})
}

// Each file is a conversation of several users with a store that does all there
// is.
func TestExtensionDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/ext/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		t.Run(name, func(t *testing.T) {
			script, err := os.ReadFile(f)
			require.NoError(t, err)
			store := &memory.Store{
				NoRecent: true,
				Quota:    []imap4.QuotaLimit{{Name: "STORAGE", Limit: 10}, {Name: "MESSAGE", Limit: 20}},
			}
			playSessions(t, serverOf(store), string(script))
		})
	}
}
