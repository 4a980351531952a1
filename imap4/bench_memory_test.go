package imap4_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// A loop is a connection that says the same over and over, and to which nobody
// listens.
type loop struct {
	net.Conn
	first, again string
	rest         string
	times        int
}

func (l *loop) Read(p []byte) (int, error) {
	if l.first != "" {
		l.rest, l.first = l.first, ""
	}
	if l.rest == "" {
		if l.times == 0 {
			return 0, io.EOF
		}
		l.times--
		l.rest = l.again
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

func (*loop) Write(p []byte) (int, error)      { return len(p), nil }
func (*loop) SetDeadline(time.Time) error      { return nil }
func (*loop) SetReadDeadline(time.Time) error  { return nil }
func (*loop) SetWriteDeadline(time.Time) error { return nil }
func (*loop) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*loop) LocalAddr() net.Addr              { return &net.TCPAddr{} }

type everybody struct{}

func (everybody) VerifyPassword(_ context.Context, _ *auth.Conn, name, _ string) (string, error) {
	return name, nil
}

// BenchmarkMemoryAppend puts messages of 4 KiB into a store in memory.
func BenchmarkMemoryAppend(b *testing.B) {
	var store memory.Store
	srv := &imap4.Server{
		Auth:    &auth.Authenticator{Accounts: everybody{}, AllowInsecure: true},
		Backend: imap4.BackendFunc(func(_ context.Context, c *imap4.Conn) (imap4.Account, error) { return store.Account("tim"), nil }),
		Logger:  slog.New(slog.DiscardHandler),
	}
	b.SetBytes(4096)
	b.ReportAllocs()
	conn := &loop{
		first: "a LOGIN tim x\r\n", times: b.N,
		again: "a APPEND INBOX {4096+}\r\n" + strings.Repeat(strings.Repeat("x", 62)+"\r\n", 64) + "\r\n",
	}
	if err := srv.ServeConn(b.Context(), conn); !errors.Is(err, io.ErrUnexpectedEOF) {
		b.Fatal(err)
	}
}
