package imap4

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestClientSmall plays commands with small answers.
func TestClientSmall(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, clientGreeting+`
		C: w1 NOOP
		S: w1 OK done
		C: w2 ID ("name" "x\"y")
		S: * ID ("name" "Server" "version" NIL)
		S: w2 OK done
		C: w3 NAMESPACE
		S: * NAMESPACE (("" "/")) NIL (("Public/" "/" "X-PARAM" ("a" "b")))
		S: w3 OK done
		C: w4 CREATE "Entw&APw-rfe" (USE (\Drafts))
		S: w4 OK done
		C: w5 RENAME "a" "b"
		S: w5 NO [ALREADYEXISTS] there is one
		C: w6 STATUS "INBOX" (MESSAGES UIDNEXT SIZE)
		S: * STATUS inbox (MESSAGES 3 UIDNEXT 7 SIZE 4294967296 X-NEW (1 "a"))
		S: w6 OK done
		C: w7 LOGOUT
		S: * BYE see you
		S: w7 OK done
		`, nil)
	require.True(t, c.Has("idle"))
	require.NoError(t, c.Noop(ctx))
	id, err := c.ID(ctx, map[string]string{"name": `x"y`})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"name": "Server", "version": ""}, id)
	ns, err := c.Namespace(ctx)
	require.NoError(t, err)
	require.Equal(t, &Namespaces{
		Personal: []NamespacePrefix{{"", "/"}},
		Shared:   []NamespacePrefix{{"Public/", "/"}},
	}, ns)
	require.NoError(t, c.Create(ctx, "Entwürfe", `\Drafts`))
	err = c.Rename(ctx, "a", "b")
	r, is := errors.AsType[Reply](err)
	require.True(t, is)
	require.Equal(t, No("ALREADYEXISTS", "there is one"), r)
	s, err := c.Status(ctx, "INBOX", ItemMessages|ItemUIDNext|ItemSize)
	require.NoError(t, err)
	require.Equal(t, &MailboxStatus{Name: "INBOX", Messages: 3, UIDNext: 7, Size: 1 << 32}, s)
	require.NoError(t, c.Logout(ctx))
	require.ErrorIs(t, c.Noop(ctx), net.ErrClosed)
}

// TestClientSelect checks what a mailbox is told to be, and how it is kept.
func TestClientSelect(t *testing.T) {
	ctx := t.Context()
	u := new(clientUpdates)
	c := clientOn(t, clientGreeting+`
		C: w1 SELECT "INBOX" (CONDSTORE)
		S: * 172 EXISTS
		S: * 1 RECENT
		S: * OK [UNSEEN 12] Message 12 is first unseen
		S: * OK [UIDVALIDITY 3857529045] UIDs valid
		S: * OK [UIDNEXT 4392] Predicted next UID
		S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Junk)
		S: * OK [PERMANENTFLAGS (\Deleted \Seen \*)] Limited
		S: * OK [HIGHESTMODSEQ 715194045007]
		S: * OK [MAILBOXID (F6352ae03-b7f5-463c-896f-d8b48ee3)] Ok
		S: w1 OK [READ-WRITE] SELECT completed
		C: w2 NOOP
		S: * 173 EXISTS
		S: * 5 EXPUNGE
		S: * VANISHED 300:301
		S: * 7 FETCH (UID 9 FLAGS (\Seen $Junk) MODSEQ (715194045008))
		S: * OK [HIGHESTMODSEQ 715194045009] more
		S: * OK [PERMANENTFLAGS (\Seen)] less
		S: * NO [ALERT] the disk is full
		S: * OK Still here
		S: * XFOO something {3} that nobody knows
		S! "* XBAR (literal {3}\r\nabc) {0}\r\n\r\n"
		S: w2 OK done
		C: w3 UNSELECT
		S: w3 OK done
		C: w4 CLOSE
		S: w4 BAD no mailbox
		`, u.options())
	s, err := c.Select(ctx, "INBOX", &SelectOptions{CondStore: true})
	require.NoError(t, err)
	require.Same(t, s, c.Selected())
	require.EqualValues(t, 172, s.Messages)
	require.Equal(t, uint32(3857529045), s.UIDValidity)
	require.EqualValues(t, 4392, s.UIDNext)
	require.Equal(t, ModSeq(715194045007), s.ModSeq)
	require.EqualValues(t, 12, s.FirstUnseen)
	require.Equal(t, "F6352ae03-b7f5-463c-896f-d8b48ee3", s.MailboxID)
	require.Equal(t, Flags{Seen | Answered | Flagged | Deleted | Draft, []string{"$Junk"}}, s.Flags)
	require.Equal(t, Flags{System: Seen | Deleted}, s.Permanent)
	require.True(t, s.NewKeywords)
	require.False(t, s.ReadOnly)

	require.NoError(t, c.Noop(ctx))
	require.EqualValues(t, 170, s.Messages)
	require.Equal(t, ModSeq(715194045009), s.ModSeq)
	require.Equal(t, Flags{System: Seen}, s.Permanent)
	require.False(t, s.NewKeywords)
	var kinds []UpdateKind
	for _, one := range u.all {
		kinds = append(kinds, one.Kind)
	}
	require.Equal(t, []UpdateKind{
		UpdateExists, UpdateExpunged, UpdateVanished, UpdateMessage, UpdateModSeq, UpdatePermanentFlags, UpdateAlert, UpdateText,
	}, kinds)
	require.Equal(t, UIDSet{{300, 301}}, u.all[2].UIDs)
	require.Equal(t, UID(9), u.all[3].Message.UID)
	require.NoError(t, c.Unselect(ctx))
	require.Nil(t, c.Selected())
	require.Error(t, c.CloseMailbox(ctx))
}

// TestClientContext has a context end while the server does not answer: the
// connection is closed, and says so.
func TestClientContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clientOn(t, clientGreeting+"listen", nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, c.Noop(ctx), context.DeadlineExceeded)
		err := c.Noop(t.Context())
		require.ErrorContains(t, err, "the conversation is over")
	})
}

// TestClientTimeout has a server fall silent: before, in, and after a response.
func TestClientTimeout(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		after  time.Duration
	}{
		"no response":     {"C: w1 NOOP\nlisten", 10 * time.Minute},
		"half a line":     {"C: w1 NOOP\nS! \"* OK\"\nlisten", time.Minute},
		"half a literal":  {"C: w1 NOOP\nS! \"* STATUS {10}\\r\\nabc\"\nlisten", time.Minute},
		"slow and steady": {"C: w1 NOOP\nwait 9m\nS: * OK on it\nwait 9m\nS: * OK on it\nlisten", 28 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := clientOn(t, clientGreeting+test.script, nil)
				start := time.Now()
				require.ErrorContains(t, c.Noop(t.Context()), "no response in time")
				require.Equal(t, test.after, time.Since(start))
			})
		})
	}
}

// TestClientHangUp has the server go: with and without a word.
func TestClientHangUp(t *testing.T) {
	c := clientOn(t, clientGreeting+"C: w1 NOOP\nS: * BYE [UNAVAILABLE] shutting down\n", nil)
	err := c.Noop(t.Context())
	r, is := errors.AsType[Reply](err)
	require.True(t, is, "%v", err)
	require.True(t, r.Close)
	require.Equal(t, "UNAVAILABLE", r.Code)

	// It goes before it is asked anything, which cannot be sent then.
	synctest.Test(t, func(t *testing.T) {
		c := clientOn(t, clientGreeting+"S: * BYE idle for too long\n", nil)
		synctest.Wait()
		r, is := errors.AsType[Reply](c.Noop(t.Context()))
		require.True(t, is)
		require.Equal(t, "idle for too long", r.Text)
	})

	c = clientOn(t, clientGreeting+"C: w1 NOOP\n", nil)
	require.ErrorIs(t, c.Noop(t.Context()), io.ErrUnexpectedEOF)

	c = clientOn(t, clientGreeting+"C: w1 LOGOUT\nS: * BYE bye\n", nil)
	require.NoError(t, c.Logout(t.Context()))
}

// TestClientMalformed has the server send what is no response. Each ends the
// conversation with ErrProtocol.
func TestClientMalformed(t *testing.T) {
	for _, line := range []string{
		`S: w2 OK of a tag that nobody has`,
		`S: w1 WHAT`,
		`S: w1`,
		`S: + nobody has asked`,
		`S: OK`,
		`S: `,
		`S! "* OK a\nw1 OK b\r\n"`,
		`S! "* OK a\rb\r\n"`,
		`S! "* OK a\x00b\r\n"`,
		`S: * STATUS a (MESSAGES 4294967296)`,
		`S: * STATUS a (MESSAGES`,
		`S: * STATUS "a (MESSAGES 1)`,
		`S: * LIST () "/" {9223372036854775807}`,
		`S: * LIST () "/" {99999999999999999999}`,
		`S: * LIST () "/" {5} x`,
		`S: * 0x EXISTS`,
		`S: * 99999999999 EXISTS`,
		`S: * PREAUTH again`,
		`S: * VANISHED 0`,
		`S: * VANISHED 1:`,
		`S: * 1 FETCH (BODY[X "a")`,
		`S: * 1 FETCH (UID (0)`,
		`S: * 1 FETCH UID 1`,
		`S! "* OK ` + strings.Repeat("x", 70_000) + `"`,
	} {
		c := clientOn(t, clientGreeting+"C: w1 NOOP\n"+line+"\nlisten", &Options{Limits: ClientLimits{Line: 65536}})
		err := c.Noop(t.Context())
		require.ErrorIs(t, err, ErrProtocol, line)
		require.ErrorContains(t, c.Noop(t.Context()), "over", line)
	}
}

// TestClientUnsafe gives arguments that must not reach the server, and sees that
// nothing of them does.
func TestClientUnsafe(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, clientGreeting+`
		C: w1 NOOP
		S: w1 OK done
		C: w2 CREATE "a\"\\b"
		S: w2 OK done
		C: w3 UID SEARCH RETURN (ALL) CHARSET UTF-8 HEADER "Subject" {6+}
		C: a
		C: bä
		S: w3 OK done
		`, nil)
	for name, f := range map[string]func() error{
		"NUL in a name":  func() error { return c.Create(ctx, "a\x00b") },
		"CRLF in a name": func() error { return c.Create(ctx, "a\r\nw9 DELETE b") },
		"name not UTF-8": func() error { return c.Create(ctx, "a\xff") },
		"use":            func() error { return c.Create(ctx, "a", `\A) (`) },
		"keyword": func() error {
			_, err := c.Store(ctx, UIDSet{{1, 1}}, AddFlags, Flags{Keywords: []string{"a b"}}, nil)
			return err
		},
		"keyword CRLF": func() error {
			_, err := c.Store(ctx, UIDSet{{1, 1}}, AddFlags, Flags{Keywords: []string{"a\r\n"}}, nil)
			return err
		},
		"empty set":      func() error { return c.Expunge(ctx, UIDSet{}) },
		"range":          func() error { return c.Expunge(ctx, UIDSet{{5, 2}}) },
		"zero":           func() error { return c.Expunge(ctx, UIDSet{{0, 2}}) },
		"sort key":       func() error { _, err := c.Sort(ctx, []string{"DATE) ("}, nil); return err },
		"search NUL":     func() error { _, err := c.Search(ctx, &Query{Key: AnyText, Text: "\x00"}, nil); return err },
		"rights":         func() error { return c.SetACL(ctx, "a", ACLEntry{"b", "lr\r\n"}) },
		"entry":          func() error { return c.SetMetadata(ctx, "a", []MetadataEntry{{Name: "x"}}) },
		"quota":          func() error { _, err := c.SetQuota(ctx, "", []QuotaLimit{{"A B", 1}}); return err },
		"ID NUL":         func() error { _, err := c.ID(ctx, map[string]string{"a": "\x00"}); return err },
		"notify":         func() error { return c.Notify(ctx, false, NotifyGroup{Filter: "a)", Events: []string{"b"}}) },
		"append no body": func() error { _, err := c.Append(ctx, "a", Outgoing{Size: 5}); return err },
		"append nothing": func() error { _, err := c.Append(ctx, "a"); return err },
		"header name": func() error {
			return clientFirst(c.Fetch(ctx, UIDSet{{1, 1}}, &FetchItems{Sections: clientFieldSection("A)\r\n")}))
		},
		"header list": func() error {
			return clientFirst(c.Fetch(ctx, UIDSet{{1, 1}}, &FetchItems{Sections: clientFieldSection("")}))
		},
		"status items":   func() error { _, err := c.Status(ctx, "a", 1<<15); return err },
		"search not":     func() error { _, err := c.Search(ctx, &Query{Key: Not}, nil); return err },
		"search key":     func() error { _, err := c.Search(ctx, &Query{Key: 200}, nil); return err },
		"search keyword": func() error { _, err := c.Search(ctx, &Query{Key: HasFlag, Flag: `\Bad`}, nil); return err },
		"metadata depth": func() error { _, err := c.GetMetadata(ctx, "", nil, &MetadataOptions{Depth: 7}); return err },
		"store mode":     func() error { _, err := c.Store(ctx, UIDSet{{1, 1}}, 9, Flags{}, nil); return err },
		"since":          func() error { _, err := c.Select(ctx, "a", &SelectOptions{Since: new(SyncState)}); return err },
		"year": func() error {
			_, err := c.Append(ctx, "a", Outgoing{Body: strings.NewReader(""), Received: time.Unix(1<<40, 0)})
			return err
		},
	} {
		require.ErrorIs(t, f(), ErrUnsafe, name)
	}
	require.NoError(t, c.Noop(ctx))
	require.NoError(t, c.Create(ctx, `a"\b`))
	_, err := c.Search(ctx, &Query{Key: HeaderText, Field: "Subject", Text: "a\r\nb\u00e4"}, nil)
	require.NoError(t, err)
}
