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

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// An echo is a connection that says something once, and notes the answer.
type echo struct {
	net.Conn
	in  io.Reader
	out strings.Builder
}

func (e *echo) Read(p []byte) (int, error)     { return e.in.Read(p) }
func (e *echo) Write(p []byte) (int, error)    { return e.out.Write(p) }
func (*echo) SetDeadline(time.Time) error      { return nil }
func (*echo) SetReadDeadline(time.Time) error  { return nil }
func (*echo) SetWriteDeadline(time.Time) error { return nil }
func (*echo) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*echo) LocalAddr() net.Addr              { return &net.TCPAddr{} }

// What the store keeps about a message serves its copies too: none of them is read,
// and nor is a message of which all octets are asked for looked up before.
func TestCopiesShareSummaries(t *testing.T) {
	var opened, looked int
	store := &memory.Store{Fail: func(_ context.Context, method string, _ imap4.MailboxID) error {
		switch method {
		case "Body":
			opened++
		case "Metas":
			looked++
		}
		return nil
	}}
	talk := func(commands string) string {
		srv := &imap4.Server{
			Auth:    &auth.Authenticator{Accounts: everybody{}, AllowInsecure: true},
			Backend: imap4.BackendFunc(func(context.Context, *imap4.Conn) (imap4.Account, error) { return store.Account("tim"), nil }),
			Logger:  slog.New(slog.DiscardHandler),
		}
		e := &echo{in: strings.NewReader("a LOGIN tim x\r\nb SELECT INBOX\r\n" + commands)}
		err := srv.ServeConn(t.Context(), e)
		require.True(t, errors.Is(err, io.ErrUnexpectedEOF), "%v", err)
		return e.out.String()
	}
	talk("c APPEND INBOX {14+}\r\nSubject: x\r\n\r\n\r\nd NOOP\r\ne COPY 1 INBOX\r\nf COPY 1 INBOX\r\ng FETCH 1 ENVELOPE\r\n")
	require.Equal(t, 1, opened)
	out := talk("c FETCH 1:* ENVELOPE\r\n")
	require.Equal(t, 3, strings.Count(out, `ENVELOPE (NIL "x" `))
	require.Equal(t, 1, opened, "each copy has its summary")
	looked = 0
	out = talk("c FETCH 1:* (UID FLAGS BODY.PEEK[])\r\n")
	require.Equal(t, 3, strings.Count(out, "BODY[] {14}\r\nSubject: x\r\n"))
	require.Equal(t, 4, opened)
	require.Zero(t, looked)
}
