package imap4

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
)

// goodArguments makes each command one that its handler is called for.
var goodArguments = map[string]string{
	"ID": " NIL", "AUTHENTICATE": " PLAIN AHRpbQBzZWNyZXQ=", "LOGIN": " tim secret", "ENABLE": " CONDSTORE",
	"SELECT": " INBOX", "EXAMINE": " INBOX", "CREATE": " new", "DELETE": " a", "RENAME": " a b", "SUBSCRIBE": " a",
	"UNSUBSCRIBE": " a", "LIST": ` "" *`, "LSUB": ` "" *`, "STATUS": " INBOX (MESSAGES)",
	"APPEND": ` INBOX CATENATE (URL "/INBOX/;UID=1")`,
	"SEARCH": " ALL", "UID SEARCH": " ALL", "FETCH": " 1 FLAGS", "UID FETCH": " 1 FLAGS", "STORE": " 1 FLAGS ()",
	"UID STORE": " 1 FLAGS ()", "COPY": " 1 Sent", "UID COPY": " 1 Sent", "MOVE": " 1 Sent", "UID MOVE": " 1 Sent",
	"UID EXPUNGE": " 1", "SORT": " (DATE) UTF-8 ALL", "UID SORT": " (DATE) UTF-8 ALL",
	"COMPRESS": " DEFLATE", "THREAD": " REFS UTF-8 ALL", "UID THREAD": " REFS UTF-8 ALL",
	"ESEARCH": " IN (PERSONAL) ALL", "CANCELUPDATE": ` "x"`,
	"NOTIFY":  " SET (SELECTED (MessageNew MessageExpunge))",
	"REPLACE": ` 1 INBOX CATENATE (URL "/INBOX/;UID=1")`, "UID REPLACE": ` 1 INBOX CATENATE (URL "/INBOX/;UID=1")`,
}

// inState returns a conversation that stands in a state.
func inState(t *testing.T, state ConnState) *Conn {
	t.Helper()
	client, nc := memnet.Pipe()
	require.NoError(t, client.(*memnet.Conn).CloseWrite())
	t.Cleanup(func() { nc.Close() })
	c := newConn(newServer(mailstore()), nc)
	if state != NotAuthenticated {
		require.Equal(t, StatusOK, c.open(t.Context(), auth.Identity{User: "tim"}).Status)
	}
	if state == Selected {
		require.Equal(t, StatusOK, c.selectBox(t.Context(), selectRequest{name: []string{"INBOX"}}).Status)
	}
	return c
}

// Each command, in each state that does not allow it, is refused; in each state
// that does, its handler answers. The table is the test.
func TestTable(t *testing.T) {
	for _, cmd := range commands {
		for state := NotAuthenticated; state <= Selected; state <<= 1 {
			c := inState(t, state)
			in := c.begin("a " + strings.ToLower(cmd.verb) + goodArguments[cmd.verb])
			require.NotNil(t, in.cmd, cmd.verb)
			require.Equal(t, cmd.verb, in.cmd.verb)
			r := c.answer(t.Context(), &in)
			switch {
			case cmd.offered != nil && !cmd.offered(c):
				require.Equal(t, notOffered, r, cmd.verb)
			case cmd.in&state == 0:
				require.Equal(t, outOfOrder(state), r, "%s in state %d", cmd.verb, state)
				require.Equal(t, state, c.state)
			case cmd.verb == "COMPRESS":
				require.True(t, r.isNone() && c.has(compressed))
			case cmd.verb == "IDLE": // the client hangs up
				require.True(t, r.isNone())
				require.Error(t, c.lost)
			default:
				require.Equal(t, StatusOK, r.Status, "%s in state %d: %v", cmd.verb, state, r)
			}
		}
	}
}

// Under UIDONLY what takes sequence numbers is refused.
func TestUIDOnlyRefuses(t *testing.T) {
	for _, cmd := range commands {
		c := inState(t, Selected)
		c.enabled |= uidOnly
		if cmd.in&Selected == 0 || cmd.verb == "IDLE" {
			continue
		}
		in := c.begin("a " + cmd.verb + goodArguments[cmd.verb])
		r := c.answer(t.Context(), &in)
		require.Equal(t, cmd.traits&quiet != 0, r == uidRequired, "%s: %v", cmd.verb, r)
	}
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
			cmd.verb + "X", "X" + cmd.verb, " " + cmd.verb, cmd.verb + "\t", "",
			strings.NewReplacer("S", "\u017f", "K", "\u212a").Replace(cmd.verb) + "\u0130",
		} {
			got, _ := find(line)
			require.Nil(t, got, line)
		}
	}
	require.Len(t, Verbs(), len(commands))
	for _, v := range Verbs() {
		require.Zero(t, v.In&Logout, v.Name)
	}
}

// What is advertised is well formed, and each word once.
func TestCapabilities(t *testing.T) {
	for state := NotAuthenticated; state <= Selected; state <<= 1 {
		c := inState(t, state)
		seen := map[string]bool{}
		for _, w := range c.words() {
			require.Regexp(t, `^[A-Za-z0-9+=-]+$`, w)
			require.False(t, seen[w], w)
			seen[w] = true
		}
		require.True(t, seen["IMAP4rev2"])
	}
}

// A Conn hands its facts on.
func TestConnFacts(t *testing.T) {
	c := inState(t, Selected)
	require.Equal(t, "tim", c.Identity().Name())
	require.Equal(t, Selected, c.State())
	require.Nil(t, c.TLS())
	require.NotNil(t, c.RemoteAddr())
	require.NotNil(t, c.LocalAddr())
	require.NotNil(t, c.Server())
}
