package imap4

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
)

// letterTime is when messages of tests arrive.
var letterTime = time.Date(2026, 7, 17, 2, 44, 25, 0, time.UTC)

// letters are what the inbox of dialogues holds.
var letters = []string{
	"From: Ann <ann@a.example>\r\nTo: tim@b.example\r\nSubject: one\r\nDate: Wed, 1 Jul 2026 10:00:00 +0000\r\nMessage-ID: <1@a>\r\n\r\nHello Tim\r\n",
	"From: Bob <bob@a.example>\r\nTo: tim@b.example\r\nSubject: Re: one\r\nDate: Thu, 2 Jul 2026 10:00:00 +0000\r\nMessage-ID: <2@a>\r\nIn-Reply-To: <1@a>\r\n\r\nan answer\r\n",
	"From: Cid <cid@a.example>\r\nSubject: two\r\nDate: Fri, 3 Jul 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\n\r\nfirst part\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--b--\r\n",
}

// mailstore is the store of dialogues.
func mailstore() *store {
	s := newStore([]string{"Sent"}, []string{"a"}, []string{"a", "b"}, []string{"Entwürfe"})
	s.boxes[1].SpecialUse = []string{`\Sent`}
	for i, text := range letters {
		f := Flags{}
		if i == 1 {
			f = Flags{System: Seen | Answered, Keywords: []string{"blue"}}
		}
		s.deliver(s.boxes[0], []byte(text), f, time.Date(2026, 7, 4+i, 12, 0, 0, 0, time.UTC))
	}
	return s
}

func newServer(s *store) *Server {
	quiet := slog.New(slog.DiscardHandler)
	return &Server{
		Hostname: "imap.example",
		Auth:     &auth.Authenticator{Accounts: tim{}, AllowInsecure: true, Logger: quiet},
		Backend:  BackendFunc(func(context.Context, *Conn) (Account, error) { return s, nil }),
		Logger:   quiet,
	}
}

// dial opens a conversation with srv, in a bubble.
func dial(t *testing.T, srv *Server) net.Conn {
	t.Helper()
	client, server := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.ServeConn(context.Background(), server)
		server.Close()
	}()
	t.Cleanup(func() { client.Close(); <-done })
	return client
}

// readReply reads up to a tagged response or a request to go on, or else to where
// the server has nothing more to say. A literal is part of its line, with "|" for
// each line end.
func readReply(nc net.Conn) func(*bufio.Reader) ([]string, error) {
	return func(r *bufio.Reader) (lines []string, _ error) {
		defer nc.SetReadDeadline(time.Time{})
		for {
			line, err := readLine(r)
			switch {
			case len(lines) > 0 && (err == io.EOF || errors.Is(err, os.ErrDeadlineExceeded)):
				return lines, nil
			case err != nil:
				return lines, err
			}
			if lines = append(lines, line); !strings.HasPrefix(line, "* ") {
				return lines, nil
			}
			if err := nc.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
				return lines, err
			}
		}
	}
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		return "", errors.New("a line without CRLF")
	}
	lit, more := announced(line)
	if !more {
		return line, nil
	}
	b := make([]byte, lit.size)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", err
	}
	rest, err := readLine(r)
	return line + strings.ReplaceAll(string(b), "\r\n", "|") + rest, err
}

// play plays a script in a bubble.
func play(t *testing.T, srv *Server, scripts ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		nc := dial(t, srv)
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		for _, script := range scripts {
			require.NoError(t, p.Play(script))
		}
	})
}

const (
	loggedInScript = "S: * OK\nC: i LOGIN tim secret\nS: i OK\n"
	selectedScript = loggedInScript + "C: i SELECT INBOX\nS: i OK\n"
)

// variants are what differs from an ordinary server, by a word in a file's name.
var variants = map[string]func(*Server){
	"secure": func(s *Server) { s.Auth.AllowInsecure = false; s.TLSConfig = certificate() },
	"small": func(s *Server) {
		s.Limits = Limits{Literal: 50, LiteralBefore: 20, Refused: 200, AppendSize: 100, Messages: 2}
	},
	"noauth":  func(s *Server) { s.Auth = nil },
	"patient": func(s *Server) { s.Limits.BadBefore, s.Limits.Bad, s.Limits.Logins = -1, -1, -1 },
}

func certificate() *tls.Config {
	cert, err := testcert.New("imap.example")
	if err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}}
}

// Each file is a conversation. Those whose names begin with "in" come after a
// login, those with "box" after INBOX was selected.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		t.Run(name, func(t *testing.T) {
			script, err := os.ReadFile(f)
			require.NoError(t, err)
			srv := newServer(mailstore())
			words := strings.Split(name, "-")
			for _, w := range words {
				if change := variants[w]; change != nil {
					change(srv)
				}
			}
			before := map[string]string{"in": loggedInScript, "box": selectedScript}[words[0]]
			play(t, srv, before, string(script))
		})
	}
}
