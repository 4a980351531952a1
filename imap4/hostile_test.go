package imap4

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
)

// say sends all of in after a login and a SELECT, and returns all that comes back.
func say(t *testing.T, srv *Server, in string) string {
	t.Helper()
	conn := &octetConn{in: strings.NewReader("i LOGIN tim secret\r\ni SELECT INBOX\r\n" + in)}
	_ = srv.ServeConn(t.Context(), conn)
	out := conn.out.String()
	_, rest, _ := strings.Cut(out, "i OK [READ-WRITE] mailbox selected\r\n")
	return rest
}

// What nests is bounded, and what repeats too.
func TestDeep(t *testing.T) {
	for name, in := range map[string]string{
		"not":       "SEARCH " + strings.Repeat("NOT ", 15_000) + "ALL",
		"or":        "SEARCH " + strings.Repeat("OR ALL ", 8000) + "ALL",
		"parens":    "SEARCH " + strings.Repeat("(", 60_000),
		"keys":      "SEARCH" + strings.Repeat(" ALL", 10_000),
		"texts":     "SEARCH" + strings.Repeat(" NOT TEXT x", maxTexts+1),
		"ranges":    "FETCH " + strings.Repeat("1,", 30_000) + "1 (" + strings.Repeat("FLAGS ", 99) + "UID)",
		"headers":   "FETCH 1 BODY[HEADER.FIELDS (" + strings.Repeat("a ", 5000) + "a)]",
		"items":     "FETCH 1 (" + strings.Repeat("BODY[] ", 5000) + "UID)",
		"sections":  "FETCH 1 BODY[" + strings.Repeat("1.", 5000) + "1]",
		"patterns":  `LIST "" (` + strings.Repeat("* ", 5000) + "*)",
		"keywords":  "STORE 1 FLAGS (" + strings.Repeat("a ", 5000) + "a)",
		"id":        "ID (" + strings.Repeat(`"a" "b" `, 40) + `"a" "b")`,
		"selection": "LIST (" + strings.Repeat("SUBSCRIBED ", 5000) + `SUBSCRIBED) "" *`,
	} {
		t.Run(name, func(t *testing.T) {
			out := say(t, newServer(mailstore()), "a "+in+"\r\nb NOOP\r\n")
			require.Regexp(t, `(?m)^a (OK|NO|BAD) `, out)
			if name == "texts" {
				require.Contains(t, out, "a NO [TOOBIG]")
			}
			require.Contains(t, out, "b OK nothing done\r\n")
			require.Less(t, len(out), 2000)
		})
	}
}

// A pattern of many stars takes no longer than another one.
func TestManyStars(t *testing.T) {
	s := mailstore()
	for i := range 200 {
		s.add(strings.Repeat("a", 200) + fmt.Sprint(i))
	}
	out := say(t, newServer(s), "a LIST \"\" "+strings.Repeat("*a", 900)+"*b\r\n")
	require.Equal(t, "a OK mailboxes listed\r\n", out)
}

// A message of many levels, and one of many parts, are described in time.
func TestMIMEBombs(t *testing.T) {
	s := newStore()
	var deep strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	s.put(s.boxes[0], deep.String(), Flags{})
	s.put(s.boxes[0], "Content-Type: multipart/mixed; boundary=b\r\n\r\n"+strings.Repeat("--b\r\n\r\n\r\n", 50_000), Flags{})
	s.put(s.boxes[0], "To: "+strings.Repeat("a@b, ", 100_000)+"\r\n\r\n", Flags{})
	out := say(t, newServer(s), "a FETCH 1:3 (ENVELOPE BODYSTRUCTURE)\r\n")
	require.Contains(t, out, "a OK fetched\r\n")
	require.Empty(t, wellFormed(out))
	require.Equal(t, strings.Count(out, "("), strings.Count(out, ")"))
}

// An endless line is cut off.
func TestEndlessLine(t *testing.T) {
	for _, in := range []string{"a LOGIN \"", "a ", "a LOGIN "} {
		conn := &octetConn{in: io.MultiReader(strings.NewReader(in), io.LimitReader(endless{}, 1<<24), strings.NewReader("\r\nb NOOP\r\n"))}
		require.Error(t, newServer(mailstore()).ServeConn(t.Context(), conn))
		require.Contains(t, conn.out.String(), "* BYE [TOOBIG]")
		require.NotContains(t, conn.out.String(), "b OK")
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// Nothing that came in the clear behind STARTTLS is obeyed.
func TestPipelinedSTARTTLS(t *testing.T) {
	srv := newServer(mailstore())
	srv.TLSConfig = certificate()
	play(t, srv, "S: * OK\nC! \"a STARTTLS\\r\\nb LOGIN tim secret\\r\\n\"\nS: * BYE\nS: EOF\n")
}

// One packet may hold many commands, whatever they change.
func TestPipelined(t *testing.T) {
	conn := &octetConn{in: strings.NewReader("a LOGIN tim secret\r\nb SELECT INBOX\r\nc IDLE\r\nDONE\r\nd NOOP\r\ne LOGOUT\r\nf NOOP\r\n")}
	require.NoError(t, newServer(mailstore()).ServeConn(t.Context(), conn))
	for _, tag := range []string{"a", "b", "c", "d", "e"} {
		require.Contains(t, conn.out.String(), "\r\n"+tag+" OK ")
	}
	require.NotContains(t, conn.out.String(), "\r\nf ")
}

// A client that reads nothing holds up nobody else.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mailstore()
		for range 2000 {
			s.put(s.boxes[0], strings.Repeat("x", 1000), Flags{})
		}
		srv := newServer(s)
		slow := dial(t, srv)
		_, err := io.WriteString(slow, "a LOGIN tim secret\r\nb SELECT INBOX\r\nc FETCH 1:* BODY[]\r\n")
		require.NoError(t, err)
		synctest.Wait()
		began := time.Now()
		nc := dial(t, srv)
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(selectedScript+"C: a STORE 1 +FLAGS (\\Flagged)\nS: a OK\nC: b FETCH 1 BODY[]\nS: b OK\n"))
		require.Less(t, time.Since(began), time.Second)
		// And it is cut off in the end.
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		require.Equal(t, 1, srv.Stats().Active)
	})
}

// Time runs out for those who do not log in, and those who are silent.
func TestTimeouts(t *testing.T) {
	play(t, newServer(mailstore()), "S: * OK\nwait 2m59s\nC: a NOOP\nS: a OK\nwait 2s\nS: * BYE no login for too long\nS: EOF\n")
	play(t, newServer(mailstore()), selectedScript, "wait 29m59s\nC: a NOOP\nS: a OK\nwait 30m\nS: * BYE idle for too long\nS: EOF\n")
	play(t, newServer(mailstore()), selectedScript, "C: a IDLE\nS: +\nwait 30m\nS: * BYE idle for too long\nS: EOF\n")
	play(t, newServer(mailstore()), loggedInScript, "C: a APPEND INBOX {10}\nS: +\nC! \"x\"\nwait 6m\nS: * BYE\nS: EOF\n")
}

// Shutdown sends idle clients away, those in IDLE too.
func TestShutdown(t *testing.T) {
	for _, script := range []string{"", "C: a IDLE\nS: +\n"} {
		synctest.Test(t, func(t *testing.T) {
			s := mailstore()
			srv := newServer(s)
			nc := dial(t, srv)
			p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
			require.NoError(t, p.Play(selectedScript+script))
			require.Equal(t, 1, srv.Stats().Active)
			require.NoError(t, srv.Shutdown(t.Context()))
			require.NoError(t, p.Play("S: * BYE [UNAVAILABLE] shutting down\nS: EOF\n"))
			require.Equal(t, 1, s.closed)
			require.True(t, srv.Stats().ShuttingDown)
			late := dial(t, srv)
			rest, err := io.ReadAll(late)
			require.NoError(t, err)
			require.Equal(t, "* BYE [UNAVAILABLE] shutting down, come back later\r\n", string(rest))
		})
	}
}

// The end of the context cuts a conversation, even one that waits.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mailstore()
		client, server := memnet.Pipe()
		defer client.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() { done <- newServer(s).ServeConn(ctx, server) }()
		_, err := io.WriteString(client, "a LOGIN tim secret\r\nb SELECT INBOX\r\nc IDLE\r\n")
		require.NoError(t, err)
		synctest.Wait()
		cancel(errors.New("enough"))
		require.EqualError(t, <-done, "imap4: conversation cut: enough")
		require.Equal(t, 1, s.closed)
		require.Empty(t, s.watchers)
	})
}

// A store that fails is told of in general terms, and one that panics ends the
// conversation and no more.
func TestStoreFails(t *testing.T) {
	for err, want := range map[error]string{
		errors.New("disk on fire"):                                 "NO [SERVERBUG] local error",
		fmt.Errorf("x: %w", ErrNoPermission):                       "NO [NOPERM]",
		fmt.Errorf("x: %w", No("INUSE", "locked\r\nb OK")):         "NO [INUSE] locked  b OK",
		fmt.Errorf("x: %w", OK("", "done")):                        "NO [SERVERBUG]",
		fmt.Errorf("x: %w", context.DeadlineExceeded):              "NO [UNAVAILABLE]",
		fmt.Errorf("x: %w", No("A]\r\n* BYE", "")):                 "NO [A---* BYE] done",
		fmt.Errorf("x: %w", ErrOverQuota):                          "NO [OVERQUOTA]",
		fmt.Errorf("x: %w", fmt.Errorf("y %w", ErrTooBig)):         "NO [TOOBIG]",
		fmt.Errorf("x: %w", Reply{Status: StatusBAD, Text: "odd"}): "BAD odd",
	} {
		s := mailstore()
		srv := newServer(s)
		var log bytes.Buffer
		srv.Logger = logTo(&log)
		s.fail = err
		conn := &octetConn{in: strings.NewReader("a LOGIN tim secret\r\nb LIST \"\" *\r\nc NOOP\r\n")}
		_ = srv.ServeConn(t.Context(), conn)
		require.Contains(t, conn.out.String(), "\r\nb "+want)
		require.Contains(t, conn.out.String(), "\r\nc OK")
		require.NotContains(t, conn.out.String(), "fire")
	}
	srv := newServer(nil)
	srv.Backend = BackendFunc(func(context.Context, *Conn) (Account, error) { panic("secret") })
	conn := &octetConn{in: strings.NewReader("a LOGIN tim secret\r\n")}
	require.EqualError(t, srv.ServeConn(t.Context(), conn), "imap4: panic: secret")
	require.Contains(t, conn.out.String(), "* BYE [SERVERBUG] internal error\r\n")
}

// One user has so many conversations, and another one his own.
func TestConnsPerUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(mailstore())
		srv.Limits.ConnsPerUser = 1
		var players []*dialogue.Player
		for range 2 {
			nc := dial(t, srv)
			players = append(players, &dialogue.Player{Conn: nc, ReadReply: readReply(nc)})
		}
		require.NoError(t, players[0].Play(loggedInScript))
		require.NoError(t, players[1].Play("S: * OK\nC: a LOGIN tim secret\nS: a NO [LIMIT]\n"))
		require.NoError(t, players[0].Play("C: a LOGOUT\nS: a OK\nS: EOF\n"))
		require.NoError(t, players[1].Play("C: a LOGIN tim secret\nS: a OK\nC: b UNAUTHENTICATE\nS: b OK\nC: c LOGIN tim secret\nS: c OK\n"))
	})
}

// A long search tells that it goes on, and ends if nobody waits for it.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mailstore()
		for range 3 * chunkSize {
			s.deliver(s.boxes[0], []byte("A: b\r\n\r\nx\r\n"), Flags{}, letterTime)
		}
		slow := &slowStore{store: s}
		srv := newServer(s)
		srv.Backend = BackendFunc(func(context.Context, *Conn) (Account, error) { return slow, nil })
		nc := dial(t, srv)
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(selectedScript+"C: a SEARCH BODY nowhere\nS: * OK [INPROGRESS (\"a\" 100 1539)]\nS: * OK [INPROGRESS\n"))
		require.NoError(t, nc.Close())
		synctest.Wait()
		time.Sleep(time.Hour)
		require.Less(t, slow.looked.Load(), int32(3*chunkSize))
	})
}

// A slowStore takes a while to open a message.
type slowStore struct {
	*store
	looked atomic.Int32
}

func (s *slowStore) Body(ctx context.Context, box MailboxID, uid UID) (Body, error) {
	time.Sleep(100 * time.Millisecond)
	s.looked.Add(1)
	return s.store.Body(ctx, box, uid)
}

// The trace tells of everything, and never of an argument.
func TestTrace(t *testing.T) {
	var events []string
	srv := newServer(mailstore())
	srv.Trace = func(c *Conn, e Event) {
		require.Same(t, srv, c.Server())
		events = append(events, fmt.Sprintf("%d %s %v %v", e.Kind, e.Verb, e.Reply.Status, e.Err))
		require.NotContains(t, fmt.Sprintf("%+v", e), "secret")
	}
	play(t, srv, loggedInScript, "C: a XYZZY\nS: a BAD\nC: b UID FETCH 1 FLAGS\nS: b BAD\nC: c LOGOUT\nS: c OK\nS: EOF\n")
	require.Equal(t, []string{
		"0   <nil>", "1 LOGIN OK <nil>", "1  BAD <nil>", "1 UID FETCH BAD <nil>", "1 LOGOUT OK <nil>", "2   <nil>",
	}, events)
}
