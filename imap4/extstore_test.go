package imap4

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/dialogue"
)

// serving returns a server whose account is a.
func serving(a Account) *Server {
	srv := newServer(nil)
	srv.Backend = BackendFunc(func(context.Context, *Conn) (Account, error) { return a, nil })
	return srv
}

// fuzzyStore finds by FUZZY whatever has an even UID, or a 3, and knows how well.
type fuzzyStore struct{ *store }

func (f fuzzyStore) Search(_ context.Context, _ MailboxID, q *Query, uids UIDSet) (UIDSet, *Query, error) {
	return uids, q, nil
}

func (f fuzzyStore) Fuzzy(_ context.Context, _ MailboxID, q *Query, uids UIDSet) (map[UID]uint8, error) {
	if f.fail != nil {
		return nil, f.fail
	}
	hits := map[UID]uint8{99: 50} // which is not there
	for u := range uids.All() {
		if u%2 == 0 || u == 3 {
			hits[u] = uint8(u) * 40
		}
	}
	return hits, nil
}

func TestFuzzy(t *testing.T) {
	play(t, serving(fuzzyStore{mailstore()}), selectedScript, `C: a CAPABILITY
S: a OK
S~ SEARCH=FUZZY
C: b SEARCH RETURN (RELEVANCY ALL) FUZZY SUBJECT wun
S: b OK
S~ * ESEARCH (TAG "b") ALL 2:3 RELEVANCY (80 100)
C: c UID SORT (RELEVANCY) UTF-8 FUZZY TEXT x
S: c OK
S~ * SORT 3 2
C: d SORT RETURN (RELEVANCY ALL) (REVERSE RELEVANCY DATE) UTF-8 FUZZY TEXT x
S: d OK
S~ * ESEARCH (TAG "d") ALL 2:3 RELEVANCY (80 100)
C: e SORT RETURN (PARTIAL 1:1 RELEVANCY) (RELEVANCY) UTF-8 FUZZY TEXT x
S: e OK
S~ PARTIAL (1:1 3) RELEVANCY (100)
C: f SEARCH RETURN (PARTIAL 2:9 RELEVANCY) (FUZZY TEXT x)
S: f OK
S~ RELEVANCY (100)
C: g SEARCH RETURN (RELEVANCY) ALL
S: g BAD
C: g SORT (RELEVANCY) UTF-8 ALL
S: g BAD
C: h SEARCH RETURN (UPDATE COUNT) FUZZY TEXT x
S: h OK
S~ COUNT 2
S~ * NO [NOUPDATE "h"]
C: i SEARCH FUZZY (SUBJECT x
S: i BAD
C: j ESEARCH IN (PERSONAL) RETURN (COUNT RELEVANCY) FUZZY TEXT x
S: j OK
S~ COUNT 2 RELEVANCY (80 100)
`)
	play(t, newServer(mailstore()), selectedScript, `C: a CAPABILITY
S: a OK
S! FUZZY
C: b SEARCH FUZZY SUBJECT one
S: b BAD
`)
}

// stubborn does not expunge.
type stubborn struct {
	*store
	err     error
	expunge int
}

func (s *stubborn) Expunge(ctx context.Context, box MailboxID, uids UIDSet) ([]Meta, error) {
	if s.expunge++; s.expunge == 1 {
		return nil, s.err
	}
	return s.store.Expunge(ctx, box, uids)
}

// Without a Replacer REPLACE appends and expunges, and leaves nothing behind if it
// cannot.
func TestReplaceInTwoSteps(t *testing.T) {
	play(t, newServer(mailstore()), selectedScript, `C! "a REPLACE 1 Sent {3+}\r\nA:b\r\n"
S: a OK message replaced
S~ * OK [APPENDUID 7 1]
S~ * 1 EXPUNGE
C! "b UID REPLACE 2 INBOX {3+}\r\nA:b {3+}\r\nA:b\r\n"
S: b BAD
C! "c UID REPLACE 2 INBOX (\\Seen) {3+}\r\nA:b\r\n"
S: c OK
S~ * 3 EXISTS
S~ * 1 EXPUNGE
C: d FETCH 1:* (UID FLAGS)
S: d OK
S~ * 2 FETCH (UID 4 FLAGS (\Seen))
`)
	for _, err := range []error{nil, errors.New("no")} {
		s := &stubborn{store: mailstore(), err: err}
		play(t, serving(s), selectedScript, `C! "a REPLACE 1 Sent {3+}\r\nA:b\r\n"
S: a NO
S! APPENDUID
S! 1 EXPUNGE
C: b STATUS Sent (MESSAGES UIDNEXT)
S: b OK
S~ (MESSAGES 0 UIDNEXT 2)
`)
	}
}

// unsure expunges, and does not know that it has.
type unsure struct{ *store }

func (s *unsure) Expunge(ctx context.Context, box MailboxID, uids UIDSet) ([]Meta, error) {
	_, err := s.store.Expunge(ctx, box, uids)
	return nil, errors.Join(err, errors.New("no answer"))
}

// A REPLACE of which nobody knows whether the old message is gone leaves the new
// one.
func TestReplaceInDoubt(t *testing.T) {
	play(t, serving(&unsure{mailstore()}), selectedScript, `C! "a REPLACE 1 Sent {3+}\r\nA:b\r\n"
S: a NO
C: b STATUS INBOX (MESSAGES)
S: b OK
S~ (MESSAGES 2)
C: c STATUS Sent (MESSAGES)
S: c OK
S~ (MESSAGES 1)
`)
}

// REPLACE needs the rights of all that it does, and gives no flags that APPEND
// would not give.
func TestReplaceRights(t *testing.T) {
	s := mailstore()
	s.boxes[0].Rights = "lrte"
	s.boxes[1].Rights = "li"
	s.boxes[2].Rights = "lr"
	play(t, newServer(s), selectedScript, `C! "a REPLACE 1 Sent (\\Seen \\Draft) {3+}\r\nA:b\r\n"
S: a OK
C! "b REPLACE 1 a {3+}\r\nA:b\r\n"
S: b NO [NOPERM]
`)
	require.Equal(t, Flags{}, s.boxes[1].msgs[0].Flags)
	s = mailstore()
	s.boxes[0].Rights = "lrtsw"
	play(t, newServer(s), selectedScript, `C! "a REPLACE 1 Sent {3+}\r\nA:b\r\n"
S: a NO [NOPERM]
`)
}

// STORE leaves alone what the user may not change, also where flags are replaced
// and some messages have changed.
func TestStoreSomeFlags(t *testing.T) {
	s := mailstore()
	s.boxes[0].Rights = "lrw"
	play(t, newServer(s), selectedScript, `C: a STORE 2 (UNCHANGEDSINCE 999) FLAGS (\Flagged \Deleted red)
S: a OK
S~ * 2 FETCH (UID 2 FLAGS (\Seen \Flagged red)
C: b STORE 1:2 (UNCHANGEDSINCE 2) FLAGS (\Draft)
S: b OK [MODIFIED 2]
S~ * 1 FETCH (UID 1 FLAGS (\Draft)
S! * 2 FETCH
C: c STORE 1 FLAGS ()
S: c OK
S~ * 1 FETCH (UID 1 FLAGS ()
C: d STORE 1 FLAGS (\Deleted)
S: d NO [NOPERM]
`)
	require.Equal(t, Flags{System: Seen | Flagged, Keywords: []string{"red"}}, s.boxes[0].msgs[1].Flags)
}

// notes is a MetadataStore that refuses.
type notes struct {
	*store
	err error
	all []MetadataEntry
}

func (n *notes) Metadata(context.Context, MailboxID, []string, int) iter.Seq2[MetadataEntry, error] {
	return func(yield func(MetadataEntry, error) bool) {
		for _, e := range n.all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (n *notes) SetMetadata(context.Context, MailboxID, []MetadataEntry) error { return n.err }

func TestMetadataRefusals(t *testing.T) {
	for _, test := range []struct {
		err         error
		entry, want string
	}{
		{ErrLimit, "/shared/a", "NO [METADATA TOOMANY]"},
		{ErrCannot, "/private/a", "NO [METADATA NOPRIVATE]"},
		{ErrCannot, "/shared/a", "NO [CANNOT]"},
		{ErrNoPermission, "/shared/a", "NO [NOPERM]"},
		{ErrOverQuota, "/shared/a", "NO [OVERQUOTA]"},
		{No("METADATA MAXSIZE 9", "too long"), "/shared/a", "NO [METADATA MAXSIZE 9] too long"},
		{errors.New("x"), "/shared/a", "NO [SERVERBUG]"},
		{nil, "/shared/a", "OK"},
	} {
		play(t, serving(&notes{store: mailstore(), err: test.err}), loggedInScript,
			"C: a SETMETADATA INBOX ("+test.entry+" \"x\")\nS: a "+test.want+"\n")
	}
	long := &notes{store: mailstore()}
	for i := range 3 {
		long.all = append(long.all, MetadataEntry{"/shared/" + string(rune('a'+i)), []byte(strings.Repeat("x", pieceSize))})
	}
	play(t, serving(long), loggedInScript, `C: a GETMETADATA INBOX (DEPTH 1) /shared
S: a OK
S~ * METADATA "INBOX" ("/shared/a" {16384}
S~ * METADATA "INBOX" ("/shared/c" {16384}
`)
}

// deaf does not watch for long.
type deaf struct{ *store }

func (d deaf) Watch(ctx context.Context, _ func(MailboxID)) error { return errors.New("deaf") }

// Where the store watches no longer the client is told so, and NOTIFY is over.
func TestNotificationOverflow(t *testing.T) {
	play(t, serving(deaf{mailstore()}), selectedScript, `C: a NOTIFY SET (SELECTED (MessageNew MessageExpunge))
S: a OK
wait 1ms
S: * OK [NOTIFICATIONOVERFLOW]
C! "b APPEND INBOX {3+}\r\nA:b\r\n"
S: b OK
S~ * 4 EXISTS
`)
	s := mailstore() // which has no State at hand
	for i := range maxScanned {
		s.add("x", strings.Repeat("y", i%100+1)+strings.Repeat("z", i/100))
	}
	play(t, newServer(s), loggedInScript, `C: a NOTIFY SET (SUBTREE a (MessageNew MessageExpunge))
S: a OK
C: b NOTIFY SET (PERSONAL (MessageNew MessageExpunge))
S: b NO [NOTIFICATIONOVERFLOW]
C: c NOTIFY SET (PERSONAL (MailboxName))
S: c OK
`)
	s = mailstore()
	for i := range maxAll / maxNotes {
		s.add(strings.Repeat("x", i+1))
	}
	full := &notes{store: s}
	for i := range maxNotes {
		full.all = append(full.all, MetadataEntry{"/shared/x" + string(appendNumber(nil, i)), []byte("y")})
	}
	play(t, serving(full), loggedInScript, `C: a NOTIFY SET (SUBTREE INBOX (MailboxMetadataChange))
S: a OK
C: b NOTIFY SET (PERSONAL (MailboxMetadataChange))
S: b NO [NOTIFICATIONOVERFLOW]
`)
}

// What a hint was lost for is found by the looks that come now and then.
func TestNotifyLooks(t *testing.T) {
	s := mailstore()
	synctest.Test(t, func(t *testing.T) {
		nc := dial(t, newServer(s))
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(selectedScript+"C: a NOTIFY SET (SELECTED (MessageNew MessageExpunge)) (MAILBOXES a (MessageNew MessageExpunge))\nS: a OK\n"))
		lose := func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.deliver(s.boxes[0], []byte("A: b\r\n\r\n"), Flags{}, letterTime)
			s.deliver(s.boxes[2], []byte("A: b\r\n\r\n"), Flags{}, letterTime)
		}
		lose()
		require.NoError(t, p.Play("wait 2s\nS: * STATUS \"a\" (MESSAGES 1\nS~ * 4 EXISTS\n"))
		lose()
		require.NoError(t, p.Play("wait 2m\nS: * 5 EXISTS\nS! STATUS\nC: b LOGOUT\nS: b OK\n"))
	})
}

// After UNAUTHENTICATE nothing is watched for the one who has logged out.
func TestUnauthenticateUnwatches(t *testing.T) {
	s := mailstore()
	synctest.Test(t, func(t *testing.T) {
		nc := dial(t, newServer(s))
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(loggedInScript+"C: a NOTIFY SET (PERSONAL (MailboxName))\nS: a OK\n"))
		synctest.Wait()
		require.Len(t, s.watchers, 1)
		require.NoError(t, p.Play("C: b UNAUTHENTICATE\nS: b OK\n"))
		synctest.Wait()
		require.Empty(t, s.watchers)
	})
}
