package imap4

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/deflate"
	"github.com/wirepost/wirepost/internal/dialogue"
)

// "*" is the last UID there was, where it is asked which messages are gone: those
// that were the last ones are among them.
func TestVanishedLast(t *testing.T) {
	for name, gone := range map[string]string{"the last one": "3", "all": "1:3"} {
		t.Run(name, func(t *testing.T) {
			out := say(t, newServer(mailstore()), "a ENABLE QRESYNC\r\nb STORE "+gone+" +FLAGS.SILENT (\\Deleted)\r\nc EXPUNGE\r\n"+
				"d UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4 VANISHED)\r\n")
			require.Contains(t, out, "* VANISHED (EARLIER) "+gone+"\r\n")
		})
	}
}

// What another client has done to a message is told even if STORE was to be
// silent (RFC 9051, 6.4.6).
func TestSilentStoreHidesNothing(t *testing.T) {
	together(t, newServer(mailstore()), `
C: a NOOP
S: a OK
---
C: b STORE 1 +FLAGS.SILENT (\Flagged)
S: b OK
---
C: c STORE 1 +FLAGS.SILENT (\Seen)
S: c OK
S~ * 1 FETCH (UID 1 FLAGS (\Seen \Flagged))
C: d STORE 2 -FLAGS.SILENT (blue)
S: d OK
S! FETCH
C: e STORE 1,3 FLAGS.SILENT (\Draft)
S: e OK
S! FETCH
`)
}

// A busyStore has another client that expunges a message after each COPY.
type busyStore struct{ *store }

func (s busyStore) Copy(ctx context.Context, c CopyRequest) (Copied, error) {
	done, err := s.store.Copy(ctx, c)
	if err == nil {
		_, err = s.store.Expunge(ctx, c.From, UIDSet{{3, 3}})
	}
	return done, err
}

// HIGHESTMODSEQ is never told before what has changed up to it, with MOVE neither,
// in which no EXPUNGE of others need be told (RFC 7162, 3.2.8).
func TestHighestModSeqIsTrue(t *testing.T) {
	srv := newServer(nil)
	srv.Backend = backendOf(busyStore{mailstore()})
	out := say(t, srv, "a ENABLE QRESYNC\r\nb MOVE 1 Sent\r\n")
	require.Contains(t, out, "* VANISHED 1\r\n* VANISHED 3\r\nb OK [HIGHESTMODSEQ ")
}

// A blindStore cannot be looked at once it was changed.
type blindStore struct {
	*store
	blind bool
}

func (s *blindStore) Copy(ctx context.Context, c CopyRequest) (Copied, error) {
	s.blind = true
	return s.store.Copy(ctx, c)
}

func (s *blindStore) Scan(ctx context.Context, box MailboxID, since ModSeq) (State, iter.Seq2[Meta, error], error) {
	if s.blind {
		return State{}, nil, errors.New("disk on fire")
	}
	return s.store.Scan(ctx, box, since)
}

// What was done is not told as refused because the news cannot be told: the client
// would do it again.
func TestDoneIsDone(t *testing.T) {
	srv := newServer(nil)
	srv.Backend = backendOf(&blindStore{store: mailstore()})
	out := say(t, srv, "a COPY 1 Sent\r\nb NOOP\r\nc CHECK\r\n")
	require.Contains(t, out, "a OK [COPYUID 7 1 1]")
	require.Contains(t, out, "\r\nb NO [SERVERBUG]")
	require.Contains(t, out, "\r\nc NO [SERVERBUG]")
}

// The goal of a command is ahead for as long as it goes on (RFC 9585, 4).
func TestProgressIsAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(nil)
		srv.Backend = backendOf(&slowStore{store: mailstore()})
		srv.Limits.Progress = time.Millisecond
		out := say(t, srv, "a SEARCH BODY nowhere\r\n")
		require.Contains(t, out, `* OK [INPROGRESS ("a" 2 3)]`)
		require.NotContains(t, out, `"a" 3 3`)
	})
}

// LIST ends with its command's time, however many mailboxes there are.
func TestListEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := inState(t, Authenticated)
	c.account = mailstore()
	_, err := c.matching(ctx, &listRequest{patterns: []string{"*"}})
	require.ErrorIs(t, err, context.Canceled)
}

// The news of a mailbox end with CLOSED, whatever the client has enabled (RFC 7162,
// 3.2.11), also if no other mailbox is opened then.
func TestClosed(t *testing.T) {
	out := say(t, newServer(mailstore()), "a SELECT Sent\r\nb SELECT nowhere\r\nc SELECT INBOX\r\n")
	require.Contains(t, out, "* OK [CLOSED]")
	require.Contains(t, out, "a OK [READ-WRITE] mailbox selected\r\n* OK [CLOSED] previous mailbox closed\r\nb NO")
	require.Equal(t, 2, strings.Count(out, "CLOSED"))
}

// What is below INBOX stays, and a new mailbox may be there too: it is messages that
// RENAME moves (RFC 9051, 6.3.6).
func TestRenameInboxBelowItself(t *testing.T) {
	s := mailstore()
	s.add("INBOX", "kept")
	out := say(t, newServer(s), "a RENAME INBOX INBOX/old\r\nb STATUS INBOX/old (MESSAGES)\r\nc STATUS INBOX (MESSAGES)\r\nd STATUS INBOX/kept (MESSAGES)\r\ne RENAME a a/x\r\n")
	for _, want := range []string{"\r\na OK", `* STATUS "INBOX/old" (MESSAGES 3)`, `* STATUS "INBOX" (MESSAGES 0)`, "d OK", "e NO [CANNOT]"} {
		require.Contains(t, "\r\n"+out, want)
	}
}

// Nothing is left of a login after UNAUTHENTICATE (RFC 8437, 4.1). To a client that
// compresses it is not offered, for the compression would have to end too.
func TestNothingIsLeft(t *testing.T) {
	play(t, newServer(mailstore()), selectedScript, `
C: a LANGUAGE de
S: a OK
C: b ENABLE CONDSTORE IMAP4rev2
S: b OK
C: c SEARCH RETURN (SAVE) ALL
S: c OK
C: d UNAUTHENTICATE
S: d OK [CAPABILITY
S! abgemeldet
C: e NOOP
S: e OK nothing done
C: f LOGIN tim secret
S: f OK [CAPABILITY
C: g SELECT INBOX
S: g OK [READ-WRITE] mailbox selected
S~ RECENT
C: h FETCH $ FLAGS
S: h OK fetched
S! FETCH
C: i STORE 1 +FLAGS (\Flagged)
S: i OK
S! MODSEQ
`)
	synctest.Test(t, func(t *testing.T) {
		nc := dial(t, newServer(mailstore()))
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(loggedInScript+"C: a COMPRESS DEFLATE\nS: a OK\n"))
		small := deflate.New(nc)
		p = &dialogue.Player{Conn: small, ReadReply: readReply(small)}
		require.NoError(t, p.Play("C: b CAPABILITY\nS: b OK\nS! UNAUTHENTICATE\nC: c UNAUTHENTICATE\nS: c BAD\nC: d NAMESPACE\nS: d OK\n"))
	})
}

// A ghostStore lists a mailbox that is deleted before it can be looked at.
type ghostStore struct{ *store }

func (s ghostStore) Scan(ctx context.Context, box MailboxID, since ModSeq) (State, iter.Seq2[Meta, error], error) {
	if box == s.boxes[1].ID {
		return State{}, nil, ErrNotFound
	}
	return s.store.Scan(ctx, box, since)
}

// LIST goes on if a mailbox goes while it looks.
func TestListStatusOfTheDeleted(t *testing.T) {
	srv := newServer(nil)
	srv.Backend = backendOf(ghostStore{mailstore()})
	out := say(t, srv, "a LIST \"\" * RETURN (STATUS (MESSAGES))\r\nb STATUS Sent (MESSAGES)\r\n")
	require.NotContains(t, out, `* STATUS "Sent"`)
	require.Contains(t, out, `* STATUS "a/b" (MESSAGES 0)`)
	require.Contains(t, out, "\r\na OK")
	require.Contains(t, out, "\r\nb NO [NONEXISTENT]")
}
