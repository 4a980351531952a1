//go:build interop

package interop

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/testcert"
	"github.com/wirepost/wirepost/smtp"
)

// A received is a message that our server was sent.
type received struct {
	smtp.Envelope
	data     string
	protocol string // ESMTPS, for one
	user     string // who has logged in
	commands string // of the conversation so far, a line each; those of AUTH bare
}

// A recorder is our server. It can do all that a Session can say it can.
type recorder struct {
	addr  string
	inbox chan received

	log      *slog.Logger
	mu       sync.Mutex
	commands map[*smtp.Conn]*strings.Builder
}

// A certificate is one for localhost, and where it is as files.
type certificate struct {
	tls.Certificate
	file  string // PEM, with its key
	roots *x509.CertPool
}

func newCertificate(t *testing.T) *certificate {
	t.Helper()
	cert, err := testcert.New("localhost", "127.0.0.1")
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})...)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	return &certificate{cert, write(t, filepath.Join(openDir(t), "cert.pem"), string(text)), roots}
}

// record starts our server, configured by srv, with TLS from the beginning if
// that is implicit. Under TLS, user may log in with the password secret.
func record(t *testing.T, srv *smtp.Server, implicit bool) *recorder {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &recorder{
		addr:     l.Addr().String(),
		inbox:    make(chan received, 1000),
		log:      slog.New(slog.NewTextHandler(t.Output(), nil)),
		commands: make(map[*smtp.Conn]*strings.Builder),
	}
	srv.Backend = smtp.BackendFunc(func(_ context.Context, c *smtp.Conn) (smtp.Session, error) {
		return &recording{r, c}, nil
	})
	srv.Hostname = "localhost"
	srv.Domains = []string{"*"}
	users := &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8}} // the secrets of a test need no work
	require.NoError(t, users.Set("user", "secret"))
	srv.Auth = &auth.Authenticator{Accounts: users, Logger: r.log}
	srv.Middleware = []smtp.Middleware{r.note}
	srv.Logger = r.log
	serve := srv.Serve
	if implicit {
		serve = srv.ServeTLS
	}
	done := make(chan error, 1)
	go func() { done <- serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		if err := <-done; !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
	return r
}

// note notes the commands.
func (r *recorder) note(next smtp.CommandFunc) smtp.CommandFunc {
	return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
		line := cmd.Verb
		if cmd.Verb != "AUTH" {
			line += " " + cmd.Args
		}
		r.mu.Lock()
		if r.commands[c] == nil {
			r.commands[c] = new(strings.Builder)
		}
		r.commands[c].WriteString(strings.TrimSpace(line) + "\n")
		r.mu.Unlock()
		reply := next(ctx, c, cmd)
		if reply.Code >= 400 {
			r.log.InfoContext(ctx, "refused", "command", line, "reply", reply)
		}
		return reply
	}
}

// next returns the next message.
func (r *recorder) next(t *testing.T) received {
	t.Helper()
	select {
	case m := <-r.inbox:
		return m
	case <-within(t).Done():
		require.FailNow(t, "no message has come")
	}
	panic("unreachable")
}

// verdict refuses recipients by their names: at once, or only after the
// message, with end, if the name says so.
func verdict(to smtp.Path, end bool) smtp.Reply {
	kind, when, _ := strings.Cut(to.Local, ".")
	switch {
	case end != (when == "late"):
	case kind == "refused":
		return smtp.R(550, smtp.Enhanced{5, 7, 1}, "not wanted here")
	case kind == "deferred":
		return smtp.R(452, smtp.Enhanced{4, 2, 2}, "no room now")
	}
	return smtp.Reply{}
}

// A recording is a Session of the recorder.
type recording struct {
	*recorder
	conn *smtp.Conn
}

func (*recording) Mail(context.Context, smtp.MailParams) error { return nil }
func (*recording) Reset()                                      {}
func (*recording) Close() error                                { return nil }

func (*recording) Capabilities() smtp.Capabilities {
	return smtp.Capabilities{DSN: true, Binary: true}
}

func (s *recording) Rcpt(_ context.Context, to smtp.RcptParams) error {
	if r := verdict(to.Path, false); r.Code != 0 {
		return r
	}
	return nil
}

func (s *recording) Data(ctx context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	_, err := s.DataEach(ctx, env, body)
	return smtp.Reply{}, err
}

func (s *recording) DataEach(_ context.Context, env *smtp.Envelope, body io.Reader) ([]smtp.Reply, error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	replies := make([]smtp.Reply, len(env.To))
	for i, to := range env.To {
		replies[i] = verdict(to.Path, true)
	}
	s.mu.Lock()
	commands := s.commands[s.conn].String()
	s.mu.Unlock()
	s.inbox <- received{*env, string(data), s.conn.Protocol(env), s.conn.Identity().Name(), commands}
	return replies, nil
}
