package pop3test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/pop3"
)

// samples are the messages that TestBackend works with.
var samples = []string{
	"Subject: one\r\n\r\nHello\r\n",
	"Subject: two\r\n\r\n.\r\n..dots\r\n",
	"Subject: three\r\n\r\n",
}

// rules are the promises of a Backend, each with dialogues that try it, one
// after the other. They begin after the login. $S1 stands for the size of
// message 1, $U1 for its UIDL as an earlier session saw it, $SUM for all sizes.
var rules = []struct {
	name, why string
	sessions  []string
}{
	{
		"sizes", "LIST and STAT tell the sizes that the bodies have (RFC 1939, 11)",
		[]string{"C: STAT\nS: +OK 3 $SUM\nC: LIST 1\nS: +OK 1 $S1\nC: LIST 2\nS: +OK 2 $S2\nC: LIST 3\nS: +OK 3 $S3\n"},
	},
	{
		"bodies", "a message is sent as it was stored, and can be sent again",
		[]string{strings.Repeat("C: RETR 2\nS: +OK\nS: Subject: two\nS: \nS: ..\nS: ...dots\nS: .\n", 2) +
			"C: TOP 1 0\nS: +OK\nS: Subject: one\nS: \nS: .\nC: RETR 3\nS: +OK\nS: Subject: three\nS: \nS: .\n"},
	},
	{
		"UIDL", "a UIDL is the same in every session (RFC 1939, 7)",
		[]string{"C: UIDL 1\nS: +OK 1 $U1\nC: QUIT\nS: +OK\n", "C: UIDL 1\nS: +OK 1 $U1\nC: UIDL 3\nS: +OK 3 $U3\n"},
	},
	{
		"QUIT", "what was deleted is gone after QUIT, and only that (RFC 1939, 6)",
		[]string{
			"C: DELE 2\nS: +OK\nC: QUIT\nS: +OK\nS: EOF\n",
			"C: LIST\nS: +OK\nS: 1 $S1\nS: 2 $S3\nS: .\nC: UIDL\nS: +OK\nS: 1 $U1\nS: 2 $U3\nS: .\n",
		},
	},
	{
		"hang-up", "without QUIT nothing is removed (RFC 1939, 6)",
		[]string{"C: DELE 1\nS: +OK\nC: RETR 2\nS: +OK\nhangup\n", "C: STAT\nS: +OK 3 $SUM\n"},
	},
	{
		"time-out", "a session that timed out has released its lock and removed nothing",
		[]string{"C: DELE 1\nS: +OK\nwait 11m\nS: EOF\n", "C: STAT\nS: +OK 3 $SUM\n"},
	},
	{
		"empty", "a maildrop may be emptied",
		[]string{"C: DELE 1\nS: +OK\nC: DELE 2\nS: +OK\nC: DELE 3\nS: +OK\nC: QUIT\nS: +OK\n", "C: STAT\nS: +OK 0 0\nC: QUIT\nS: +OK\n"},
	},
}

// TestBackend holds a Backend to the rules that its interface states. For each
// rule it calls open for a fresh Backend whose maildrop of the user has these
// messages, in this order.
func TestBackend(t *testing.T, open func(t *testing.T, user string, messages []string) pop3.Backend) {
	const user = "tim"
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			srv := engine(open(t, user, samples))
			facts := learn(t, srv, user)
			for _, script := range rule.sessions {
				synctest.Test(t, func(t *testing.T) {
					p := player(t, srv)
					if err := p.Play("S: +OK\nC: USER " + user + "\nS: +OK\nC: PASS x\nS: +OK\n" + facts.Replace(script)); err != nil {
						t.Errorf("%v: %s", err, rule.why)
					}
				})
			}
		})
	}
	t.Run("lock", func(t *testing.T) {
		srv := engine(open(t, user, samples))
		const login = "S: +OK\nC: USER " + user + "\nS: +OK\nC: PASS x\n"
		synctest.Test(t, func(t *testing.T) {
			first := player(t, srv)
			require.NoError(t, first.Play(login+"S: +OK\n"))
			err := player(t, srv).Play(login + "S: -ERR [IN-USE]\n")
			require.NoError(t, err, "a maildrop is open in one session at a time (RFC 1939, 4)")
			require.NoError(t, first.Play("C: QUIT\nS: +OK\n"))
			err = player(t, srv).Play(login + "S: +OK\n")
			require.NoError(t, err, "QUIT releases the lock before its answer")
		})
	})
}

// learn opens the maildrop once, and returns what stands for what in rules.
func learn(t *testing.T, srv *pop3.Server, user string) *strings.Replacer {
	var pairs []string
	sum := 0
	for i, text := range samples {
		pairs = append(pairs, fmt.Sprintf("$S%d", i+1), strconv.Itoa(len(text)))
		sum += len(text)
	}
	pairs = append(pairs, "$SUM", strconv.Itoa(sum))
	synctest.Test(t, func(t *testing.T) {
		nc := Dial(t, srv)
		fmt.Fprintf(nc, "USER %s\r\nPASS x\r\nUIDL 1\r\nUIDL 2\r\nUIDL 3\r\nQUIT\r\n", user)
		answers, err := io.ReadAll(nc)
		require.NoError(t, err)
		for i := range samples {
			prefix := fmt.Sprintf("+OK %d ", i+1)
			_, rest, ok := strings.Cut(string(answers), prefix)
			require.True(t, ok, "no UIDL of message %d in %q", i+1, answers)
			uidl, _, _ := strings.Cut(rest, "\r\n")
			pairs = append(pairs, fmt.Sprintf("$U%d", i+1), uidl)
		}
	})
	return strings.NewReplacer(pairs...)
}

func player(t *testing.T, srv *pop3.Server) *dialogue.Player {
	return &dialogue.Player{Conn: Dial(t, srv), ReadReply: dialogue.OneLine}
}

// engine lets everybody in.
func engine(b pop3.Backend) *pop3.Server {
	return &pop3.Server{
		Backend: b,
		Auth:    &auth.Authenticator{Accounts: everybody{}, AllowInsecure: true},
		Logger:  slog.New(slog.DiscardHandler),
	}
}

type everybody struct{}

func (everybody) VerifyPassword(_ context.Context, _ *auth.Conn, name, _ string) (string, error) {
	return name, nil
}
