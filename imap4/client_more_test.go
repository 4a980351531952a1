package imap4

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
)

// TestClientTrace follows a conversation, whose secrets the trace does not see.
func TestClientTrace(t *testing.T) {
	var events []Event
	c := clientOn(t, clientGreeting+`
		C: w1 CAPABILITY
		S: * CAPABILITY IMAP4rev1 Idle X-Bad
		S: w1 OK done
		C: w2 CHECK
		S: w2 OK
		C: w3 EXAMINE "a"
		S: * OK [NOMODSEQ] x
		S: * OK [UIDNOTSTICKY] x
		S: * FLAGS (\Seen)
		S: w3 OK [READ-ONLY] done
		C: w4 UNSUBSCRIBE "a"
		S: w4 OK done
		C: w5 NOOP
		S: * FLAGS (\Answered)
		S: w5 OK [unclosed
		C: w6 STATUS "a" (MESSAGES)
		S: w6 OK but nothing was said
		`, &Options{Ignore: []string{"x-bad"}, Trace: func(_ *Client, e Event) { events = append(events, e) }})
	ctx := t.Context()
	all, err := c.Capability(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"IMAP4REV1", "IDLE"}, all)
	require.NoError(t, c.Check(ctx))
	box, err := c.Examine(ctx, "a", nil)
	require.NoError(t, err)
	require.True(t, box.ReadOnly)
	require.True(t, box.UIDNotSticky)
	require.Equal(t, Flags{System: Seen}, box.Permanent, "all of them, if the server does not say")
	require.NoError(t, c.Unsubscribe(ctx, "a"))
	require.NoError(t, c.Noop(ctx))
	require.Equal(t, Flags{System: Answered}, box.Flags)
	_, err = c.Status(ctx, "a", ItemMessages)
	require.ErrorIs(t, err, ErrProtocol)
	require.False(t, clientIsReply(err))
	c.Close()
	var verbs []string
	for _, e := range events {
		verbs = append(verbs, e.Verb)
	}
	require.Equal(t, []string{"", "CAPABILITY", "CHECK", "EXAMINE", "UNSUBSCRIBE", "NOOP", "STATUS", ""}, verbs)
	require.Equal(t, Reply{Status: StatusOK, Text: "[unclosed"}, events[5].Reply)
	require.Equal(t, ConnClosed, events[7].Kind)
	require.NotZero(t, events[7].Read)
	require.NotZero(t, events[7].Written)
}

// TestClientClose closes a Client while a method runs.
func TestClientClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := 0
		c := clientOn(t, clientGreeting+"C: w1 NOOP\nlisten", &Options{Trace: func(_ *Client, e Event) {
			if e.Kind == ConnClosed {
				closed++
			}
		}})
		go func() {
			time.Sleep(time.Second)
			c.Close()
			c.Close()
		}()
		require.ErrorIs(t, c.Noop(t.Context()), net.ErrClosed)
		require.ErrorIs(t, c.Noop(t.Context()), net.ErrClosed)
		require.Equal(t, 1, closed)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c = clientOn(t, clientGreeting+"C: w1 NOOP\nS: w1 OK\n", nil)
		require.ErrorIs(t, c.Noop(ctx), context.Canceled)
		require.NoError(t, c.Noop(t.Context()), "nothing had begun")
	})
}

// TestClientStatusItems reads all items, and asks for those that are offered.
func TestClientStatusItems(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 STATUS "a" (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE HIGHESTMODSEQ MAILBOXID)
		S: * STATUS a (messages 1 RECENT 2 UIDNEXT 3 UIDVALIDITY 4 UNSEEN 5 DELETED 6 SIZE 7 HIGHESTMODSEQ 8 MAILBOXID (F1) APPENDLIMIT NIL)
		S: w1 OK done
		C: w2 STATUS "a" (UNSEEN)
		S: * STATUS a (UNSEEN 5 APPENDLIMIT 100)
		S: w2 OK done
		`, nil)
	s, err := c.Status(t.Context(), "a", 0)
	require.NoError(t, err)
	require.Equal(t, &MailboxStatus{"a", 1, 2, 5, 6, 3, 4, 7, 8, "F1", -1}, s)
	s, err = c.Status(t.Context(), "a", ItemUnseen|ItemAppendLimit)
	require.NoError(t, err)
	require.EqualValues(t, 100, s.AppendLimit)
}

// TestClientPartial asks for a part of what is found.
func TestClientPartial(t *testing.T) {
	c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 ESEARCH PARTIAL] hi"+`
		C: w1 UID SEARCH RETURN (MAX PARTIAL -1:-100) ALL
		S: * ESEARCH (TAG "w1") UID PARTIAL (-1:-100 5:9) MAX 9
		S: w1 OK done
		C: w2 UID SEARCH RETURN (PARTIAL 1:100) ALL
		S: * ESEARCH UID PARTIAL (1:100 NIL)
		S: w2 OK done
		`, nil)
	found, err := c.Search(t.Context(), nil, &SearchOptions{Max: true, First: -1, Last: -100})
	require.NoError(t, err)
	require.Equal(t, &Found{UIDs: UIDSet{{5, 9}}, Max: 9}, found)
	found, err = c.Search(t.Context(), nil, &SearchOptions{First: 1, Last: 100})
	require.NoError(t, err)
	require.Zero(t, found.Count)
}

// TestClientLogins has logins go wrong in further ways.
func TestClientLogins(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		client sasl.Client
		want   error
	}{
		"challenge that is no base64":   {"C: w1 AUTHENTICATE LOGIN dGlt\nS: + ???\nC: *\nS: w1 BAD given up\n", auth.LoginClient("tim", "x"), ErrProtocol},
		"OK to what was given up":       {"C: w1 AUTHENTICATE LOGIN dGlt\nS: + ???\nC: *\nS: w1 OK in\n", auth.LoginClient("tim", "x"), ErrProtocol},
		"gone":                          {"C: w1 AUTHENTICATE LOGIN dGlt\nS: + ???\nC: *\nS: * BYE gone\n", auth.LoginClient("tim", "x"), Reply{Status: StatusNO, Text: "gone", Close: true}},
		"mechanism that cannot be sent": {"listen", clientBadMechanism{}, ErrUnsafe},
	} {
		c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 AUTH=LOGIN AUTH=A(B SASL-IR] hi\n"+test.script, nil)
		require.ErrorIs(t, c.Authenticate(t.Context(), test.client), test.want, name)
	}
	c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\nlisten", nil)
	require.ErrorIs(t, c.LoginWith(t.Context(), &auth.Credentials{Name: "tim", Token: "x"}), ErrNoMechanism)
	require.ErrorIs(t, c.LoginWith(t.Context(), &auth.Credentials{Name: "tim\x00", Password: "x"}), auth.ErrMalformed)
}

// clientBadMechanism has a name that is no atom.
type clientBadMechanism struct{ sasl.Client }

func (clientBadMechanism) Start() (string, []byte, error) { return "A(B", nil, nil }

// TestClientQuirks reads what servers send and should not.
func TestClientQuirks(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 UID FETCH 1:9 (UID INTERNALDATE ENVELOPE)
		S: * 1 FETCH (UID  1 INTERNALDATE "7-Feb-1994 21:52:25 +0000" ENVELOPE NIL )
		S: * 2 FETCH (UID 2 ENVELOPE ("a\b" 17 "" NIL NIL (NIL (NIL NIL NIL "b")(n NIL "" "")) NIL NIL NIL NIL))
		S: * 3 FETCH (UID 3 ENVELOPE (nil Nil NIL NIL NIL NIL NIL NIL NIL NIL)) 
		S: w1 OK
		C: w2 LIST "" "%" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE)
		S: * LIST () "/" `+"Entw\u00fcrfe"+`
		S: * LIST () "/" "&" 
		S: w2 OK
		`, nil)
	var all []*Fetched
	for m, err := range c.Fetch(t.Context(), UIDSet{{1, 9}}, &FetchItems{Received: true, Envelope: true}) {
		require.NoError(t, err)
		all = append(all, m)
	}
	require.Len(t, all, 3)
	require.Equal(t, 7, all[0].Received.Day())
	require.Equal(t, `a\b`, *all[1].Envelope.Date)
	require.Equal(t, "17", *all[1].Envelope.Subject)
	require.Len(t, all[1].Envelope.To, 2)
	boxes, err := c.List(t.Context(), "%", nil)
	require.NoError(t, err)
	require.Equal(t, "Entw\u00fcrfe", boxes[0].Name)
	require.Equal(t, "&", boxes[1].Name)
}

// TestClientHostile sends much of everything: it ends, in time.
func TestClientHostile(t *testing.T) {
	for name, line := range map[string]string{
		"flags":      "* FLAGS (" + strings.Repeat("a ", 1<<16) + ")",
		"params":     `* 1 FETCH (UID 1 BODYSTRUCTURE ("a" "b" (` + strings.Repeat(`"x" "y" `, 1<<14) + `) NIL NIL "7bit" 1))`,
		"addresses":  `* 1 FETCH (UID 1 ENVELOPE (NIL NIL (` + strings.Repeat(`(NIL NIL "a" "b")`, 1<<14) + `) NIL NIL NIL NIL NIL NIL NIL))`,
		"ranges":     "* VANISHED " + strings.Repeat("9,1,", 1<<16) + "5",
		"escapes":    `* LIST () "/" "` + strings.Repeat(`\\`, 1<<16) + `"`,
		"threads":    "* THREAD " + strings.Repeat("(1 2)", 1<<14),
		"code":       "* OK [" + strings.Repeat(`"`, 1<<16) + "]",
		"capability": "* CAPABILITY " + strings.Repeat("A ", 1<<16),
	} {
		c := clientOn(t, clientGreeting+"C: w1 NOOP\nS: "+line+"\nS: w1 OK done\n", nil)
		require.NoError(t, c.Noop(t.Context()), name)
	}
	hello := strings.ReplaceAll(strings.TrimPrefix(clientGreeting, "S: "), "\n", "\r\n")
	long := &clientOctets{in: strings.NewReader(hello + `* LIST () "/" "` + strings.Repeat("x", 9<<20))}
	c, err := NewClient(t.Context(), long, &Options{TLS: TLSNone})
	require.NoError(t, err)
	require.ErrorContains(t, c.Noop(t.Context()), "a line of more than")
}

// TestClientMoveOpenEnd moves what there is where there is no MOVE: a message that
// comes behind the COPY is not removed with the others.
func TestClientMoveOpenEnd(t *testing.T) {
	c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 UIDPLUS] hi"+`
		C: w1 SELECT "a"
		S: * 2 EXISTS
		S: * OK [UIDNEXT 9] x
		S: w1 OK done
		C: w2 UID SEARCH UID 5:4294967294
		S: * SEARCH 5 8
		S: w2 OK done
		C: w3 UID COPY 5,8 "b"
		S: * 3 EXISTS
		S: w3 OK done
		C: w4 UID STORE 5,8 +FLAGS.SILENT (\Deleted)
		S: w4 OK done
		C: w5 UID EXPUNGE 5,8
		S: w5 OK done
		C: w6 UID SEARCH UID 10:4294967294
		S: * SEARCH
		S: w6 OK done
		`, nil)
	_, err := c.Select(t.Context(), "a", nil)
	require.NoError(t, err)
	_, err = c.Move(t.Context(), UIDSet{{5, 1<<32 - 1}}, "b")
	require.NoError(t, err)
	moved, err := c.Move(t.Context(), UIDSet{{10, 1<<32 - 1}}, "b")
	require.NoError(t, err)
	require.Equal(t, new(CopiedTo), moved, "there is nothing to move")
	_, err = c.Move(t.Context(), nil, "b")
	require.ErrorIs(t, err, ErrUnsafe)
}

// TestClientEnabledUnasked takes no ENABLED that nobody asked for (RFC 5161, 3.2),
// above all none from before TLS, and keeps none of it in memory.
func TestClientEnabledUnasked(t *testing.T) {
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "S: * ENABLED X%d UTF8=ACCEPT\n", i)
	}
	c := clientOn(t, clientGreeting+"C: w1 NOOP\n"+many.String()+`
		S: w1 OK done
		C: w2 ENABLE QRESYNC
		S: * ENABLED QRESYNC CONDSTORE IMAP4rev2 X
		S: w2 OK done
		C: w3 DELETE "&AOQ-"
		S: w3 OK done
		C: w4 NOOP
		S: w4 PREAUTH done
		`, nil)
	require.NoError(t, c.Noop(t.Context()))
	require.Empty(t, c.conn.enabled)
	_, err := c.Enable(t.Context(), "QRESYNC")
	require.NoError(t, err)
	require.Equal(t, []string{"QRESYNC", "CONDSTORE"}, c.conn.enabled)
	require.NoError(t, c.Delete(t.Context(), "ä"))
	require.ErrorIs(t, c.Noop(t.Context()), ErrProtocol, "PREAUTH is a greeting")
}
