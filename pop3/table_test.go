package pop3

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
)

// goodArguments makes each command one that its handler is called for.
var goodArguments = map[string]string{
	"USER": " tim", "PASS": " secret", "AUTH": " PLAIN AHRpbQBzZWNyZXQ=",
	"APOP": " tim 0123456789abcdef0123456789abcdef", "RETR": " 1", "TOP": " 1 0", "DELE": " 1",
}

// tim is the accounts of tests: tim, whose password is secret.
type tim struct{}

func (tim) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	if name != "tim" || password != "secret" {
		return "", auth.ErrCredentials
	}
	return name, nil
}

// oneMessage is a Maildrop with a single message.
type oneMessage struct{ committed []string }

func (*oneMessage) Messages(context.Context) ([]Message, error) {
	return []Message{{ID: "1", UIDL: "u1", Size: 2}}, nil
}

func (*oneMessage) Body(context.Context, string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("\r\n")), nil
}

func (m *oneMessage) Commit(_ context.Context, deleted []string) error {
	m.committed = append(m.committed, deleted...)
	return nil
}

func (*oneMessage) Close() error { return nil }

// inState returns a conversation that stands in a state, and its Maildrop.
func inState(t *testing.T, state State) (*Conn, *oneMessage) {
	t.Helper()
	_, nc := memnet.Pipe()
	t.Cleanup(func() { nc.Close() })
	drop := new(oneMessage)
	srv := &Server{
		Auth:    &auth.Authenticator{Accounts: tim{}, AllowInsecure: true, Logger: slog.New(slog.DiscardHandler)},
		Backend: BackendFunc(func(context.Context, *Conn) (Maildrop, error) { return drop, nil }),
		Logger:  slog.New(slog.DiscardHandler),
	}
	c := newConn(srv, nc)
	switch state {
	case Named:
		c.name = "tim"
	case Transaction:
		require.True(t, c.open(t.Context(), auth.Identity{User: "tim"}).OK)
	}
	c.state = state
	return c, drop
}

// Each command, in each state that does not allow it, is refused and changes
// nothing; in each state that does, its handler answers. The table is the test.
func TestTable(t *testing.T) {
	for _, cmd := range commands {
		for state := Authorization; state <= Transaction; state <<= 1 {
			c, drop := inState(t, state)
			before := struct {
				state    State
				drop     snapshot
				identity auth.Identity
			}{c.state, c.drop, c.identity}
			line := strings.ToLower(cmd.verb) + goodArguments[cmd.verb]
			verb, r := c.obey(t.Context(), []byte(line))
			require.Equal(t, cmd.verb, verb)
			switch {
			case cmd.verb == "STLS", cmd.verb == "APOP": // the server has no certificate, and no timestamp
				require.Equal(t, notOffered, r)
			case cmd.in&state == 0:
				require.Equal(t, outOfOrder(state), r, "%s in state %d", cmd.verb, state)
				require.Equal(t, before.state, c.state)
				require.Equal(t, before.drop, c.drop)
				require.Equal(t, before.identity, c.identity)
			default:
				require.True(t, r.OK, "%s in state %d: %v", cmd.verb, state, r)
			}
			require.Empty(t, drop.committed)
		}
	}
}

// No state allows a command in UPDATE: nothing is read there.
func TestUpdateIsTheEnd(t *testing.T) {
	for _, v := range Verbs() {
		require.Zero(t, v.In&Update, v.Name)
	}
	c, drop := inState(t, Transaction)
	require.True(t, c.dele(t.Context(), 1).OK)
	require.Equal(t, byeReply, c.quit(t.Context(), struct{}{}))
	require.Equal(t, Update, c.state)
	require.Equal(t, []string{"1"}, drop.committed)
}

// Verbs are compared in ASCII, without case, and whole.
func TestFind(t *testing.T) {
	for _, cmd := range commands {
		for _, line := range []string{cmd.verb, strings.ToLower(cmd.verb), cmd.verb[:1] + strings.ToLower(cmd.verb[1:]) + " x"} {
			got, _ := find(line)
			require.NotNil(t, got, line)
			require.Equal(t, cmd.verb, got.verb)
		}
		for _, line := range []string{
			cmd.verb + "X", cmd.verb[1:], " " + cmd.verb, cmd.verb + "\t", "",
			strings.NewReplacer("S", "\u017f", "K", "\u212a", "T", "\xd4").Replace(cmd.verb) + "\u0130",
		} {
			got, _ := find(line)
			require.Nil(t, got, line)
		}
	}
	_, args := find("PASS  two  spaces ")
	require.Equal(t, " two  spaces ", args)
}

// Whatever says why a command is refused here counts as the client's fault.
func TestFaults(t *testing.T) {
	for _, r := range []Reply{unknownCommand, badSyntax, lineTooLong, badOctets, notOffered, outOfOrder(Named), outOfOrder(Transaction)} {
		require.True(t, isFault(r), r.Error())
	}
	for _, r := range []Reply{noSuchMessage, isDeleted, badCredentials, localError, ErrInUse, Err("", "refused by a Backend")} {
		require.False(t, isFault(r), r.Error())
	}
}

// A Conn hands its facts on.
func TestConnFacts(t *testing.T) {
	c, _ := inState(t, Transaction)
	require.Equal(t, "tim", c.Identity().Name())
	require.Equal(t, Transaction, c.State())
	require.Nil(t, c.TLS())
	require.IsType(t, (*net.TCPAddr)(nil), c.RemoteAddr())
	require.IsType(t, (*net.TCPAddr)(nil), c.LocalAddr())
	require.Same(t, c.srv, c.Server())
}

// What CAPA says follows from the table of extensions.
func TestCapaNamesAreTags(t *testing.T) {
	c, _ := inState(t, Authorization)
	var b bytes.Buffer
	_, err := c.capa(t.Context(), struct{}{}).body.WriteTo(&b)
	require.NoError(t, err)
	for line := range strings.Lines(b.String()) {
		require.Regexp(t, `^[A-Z][A-Z0-9-]*( [!-~]+)*\r\n$`, line)
		require.LessOrEqual(t, len(line), 512) // RFC 2449, 3
	}
}
