package pop3_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// anybody lets everybody in who says the password "secret".
type anybody struct{}

func (anybody) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	if password != "secret" {
		return "", auth.ErrCredentials
	}
	return name, nil
}

// fake is a Backend and a Maildrop of one's own making. What is nil succeeds.
type fake struct {
	messages  []pop3.Message
	open      func() error
	list      func() error
	body      func(id string) (io.ReadCloser, error)
	commit    func() error
	close     func()
	committed []string
	commits   int
	closes    int
}

func (f *fake) Open(context.Context, *pop3.Conn) (pop3.Maildrop, error) {
	if f.open != nil {
		if err := f.open(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *fake) Messages(context.Context) ([]pop3.Message, error) {
	if f.list != nil {
		return nil, f.list()
	}
	return f.messages, nil
}

func (f *fake) Body(_ context.Context, id string) (io.ReadCloser, error) {
	if f.body != nil {
		return f.body(id)
	}
	return io.NopCloser(strings.NewReader("A: b\r\n\r\n" + id + "\r\n")), nil
}

func (f *fake) Commit(_ context.Context, deleted []string) error {
	f.commits++
	if f.commit != nil {
		return f.commit()
	}
	f.committed = append(f.committed, deleted...)
	return nil
}

func (f *fake) Close() error {
	f.closes++
	if f.close != nil {
		f.close()
	}
	return nil
}

// two is a fake with two messages of 11 octets.
func two() *fake {
	return &fake{messages: []pop3.Message{{ID: "a", UIDL: "u1", Size: 11}, {ID: "b", UIDL: "u2", Size: 11}}}
}

// newServer returns a server for f that writes its log to the buffer.
func newServer(f pop3.Backend) (*pop3.Server, *bytes.Buffer) {
	log := new(bytes.Buffer)
	logger := slog.New(slog.NewTextHandler(log, nil))
	return &pop3.Server{
		Backend: f,
		Auth:    &auth.Authenticator{Accounts: anybody{}, AllowInsecure: true, Logger: logger},
		Logger:  logger,
	}, log
}

const login = "S: +OK\nC: USER tim\nS: +OK\nC: PASS secret\nS: +OK\n"

// converse sends all of in, and returns all that comes back.
func converse(t *testing.T, srv *pop3.Server, in string) (out string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		nc := pop3test.Dial(t, srv)
		_, err := io.WriteString(nc, in)
		require.NoError(t, err)
		require.NoError(t, nc.(interface{ CloseWrite() error }).CloseWrite())
		b, err := io.ReadAll(nc)
		require.NoError(t, err)
		out = string(b)
	})
	return out
}
