package imap4

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wrapped hides what is in it from all but as.
type wrapped struct{ Account }

func (w wrapped) Unwrap() any { return w.Account }

// able is a store with abilities, each of which notes that it was used.
type able struct {
	*store
	used  map[string]int
	kept  map[string][]byte
	rest  bool // Search leaves all to the engine
	claim UID
}

func (a *able) Metas(_ context.Context, box MailboxID, uids UIDSet) iter.Seq2[Meta, error] {
	a.used["metas"]++
	return func(yield func(Meta, error) bool) {
		b, err := a.box(box)
		if err != nil {
			yield(Meta{}, err)
			return
		}
		for _, m := range b.msgs {
			if uids.Contains(m.UID) && !yield(m.Meta, nil) {
				return
			}
		}
	}
}

func (a *able) Search(_ context.Context, _ MailboxID, q *Query, uids UIDSet) (UIDSet, *Query, error) {
	a.used["search"]++
	if a.rest {
		return uids, q, nil
	}
	return NewUIDSet(2), nil, nil
}

func (a *able) LoadSummaries(_ context.Context, _ MailboxID, ids []string) iter.Seq2[Summary, error] {
	return func(yield func(Summary, error) bool) {
		for _, id := range ids {
			if data, ok := a.kept[id]; ok {
				a.used["load"]++
				if !yield(Summary{id, data}, nil) {
					return
				}
			}
		}
	}
}

func (a *able) SaveSummaries(_ context.Context, _ MailboxID, all []Summary) error {
	for _, s := range all {
		a.used["save"]++
		a.kept[s.EmailID] = s.Data
	}
	return nil
}

func (a *able) ClaimRecent(context.Context, MailboxID) (UID, error) { return a.claim, nil }

func (a *able) Namespaces() (personal, other, shared []Namespace) {
	return []Namespace{{}}, []Namespace{{[]string{"user"}}}, []Namespace{{[]string{"gemeinsam für"}}}
}

func newAble() (*able, *Server) {
	a := &able{store: mailstore(), used: map[string]int{}, kept: map[string][]byte{}, claim: 2}
	srv := newServer(a.store)
	srv.Backend = BackendFunc(func(context.Context, *Conn) (Account, error) { return wrapped{wrapped{a}}, nil })
	return a, srv
}

// What a store can do better is found through whatever is around it.
func TestUpgrades(t *testing.T) {
	a, srv := newAble()
	out := say(t, srv, "a SEARCH BODY anything\r\n")
	require.Contains(t, out, "* SEARCH 2\r\n")
	require.Equal(t, 1, a.used["search"])

	a.rest = true
	out = say(t, srv, "a SEARCH BODY answer\r\nb FETCH 1 (RFC822.SIZE)\r\nc SEARCH SEEN\r\n")
	require.Contains(t, out, "* SEARCH 2\r\n")
	require.Equal(t, 2, a.used["search"], "flags are the engine's own")
	require.NotZero(t, a.used["metas"])

	require.Contains(t, say(t, srv, "a NAMESPACE\r\n"), `* NAMESPACE (("" "/")) (("user/" "/")) (("gemeinsam f&APw-r/" "/"))`)
}

// Summaries are made once, kept by the store, and used by other servers.
func TestSummaryCache(t *testing.T) {
	a, srv := newAble()
	const in = "a FETCH 1:3 (ENVELOPE BODYSTRUCTURE PREVIEW)\r\n"
	first := say(t, srv, in)
	require.Equal(t, 3, a.used["save"])
	require.Equal(t, first, say(t, srv, in))
	require.Zero(t, a.used["load"], "the server remembers")
	another := newServer(a.store)
	another.Backend = srv.Backend
	require.Equal(t, first, say(t, another, in))
	require.Equal(t, 3, a.used["load"])
	require.Equal(t, 3, a.used["save"])
	for id := range a.kept {
		a.kept[id] = []byte("an older version's")
	}
	third := newServer(a.store)
	third.Backend = srv.Backend
	require.Equal(t, first, say(t, third, in))
	require.Equal(t, 6, a.used["save"])
}

// Two accounts that name different messages alike do not see each other's.
func TestSummariesOfOthers(t *testing.T) {
	c := inState(t, Selected)
	key := c.summaryKey(&Meta{EmailID: "E1"})
	c.identity.User = "tom"
	require.NotEqual(t, key, c.summaryKey(&Meta{EmailID: "E1"}))
	require.NotEqual(t, c.summaryKey(&Meta{UID: 11}), c.summaryKey(&Meta{UID: 1}))
}

// \Recent is told to those who use RFC 3501, where the store knows of it.
func TestRecent(t *testing.T) {
	_, srv := newAble()
	play(t, srv, loggedInScript, `C: a SELECT INBOX
S: a OK
S~ * 2 RECENT
C: b FETCH 1:2 FLAGS
S: b OK
S~ * 1 FETCH (FLAGS ())
S~ * 2 FETCH (FLAGS (\Seen \Answered \Recent blue))
C: c SEARCH NEW
S: c OK
S~ * SEARCH 3
C: d SEARCH OLD
S: d OK
S~ * SEARCH 1
`)
}

// Without expunge history all that are missing are told as gone.
func TestHistoryGone(t *testing.T) {
	s := mailstore()
	forgetful := &forgetful{store: s}
	srv := newServer(s)
	srv.Backend = BackendFunc(func(context.Context, *Conn) (Account, error) { return forgetful, nil })
	together(t, srv, `
C: a STORE 2 +FLAGS.SILENT (\Deleted)
S: a OK
C: b EXPUNGE
S: b OK
S~ * 2 EXPUNGE
---
C: c NOOP
S: c OK
S~ * 2 EXPUNGE
C: d ENABLE QRESYNC
S: d OK
C: e SELECT INBOX (QRESYNC (7 2 1:2))
S: e OK
S~ * VANISHED (EARLIER) 2
`)
}

// A forgetful store remembers no expunges.
type forgetful struct{ *store }

func (f *forgetful) Scan(ctx context.Context, box MailboxID, since ModSeq) (State, iter.Seq2[Meta, error], error) {
	if since > 0 && len(f.boxes[0].gone) > 0 && since < f.boxes[0].modSeq {
		return State{}, nil, ErrHistoryGone
	}
	return f.store.Scan(ctx, box, since)
}

// Rights are checked by the engine.
func TestRights(t *testing.T) {
	s := mailstore()
	s.boxes[0].Rights = "lrs"
	s.boxes[1].Rights = "lr"
	s.boxes[2].Rights = ""
	s.boxes[3].Rights = "i" // nobody is to know that it is there
	play(t, newServer(s), selectedScript, `C: a STORE 1 +FLAGS (\Seen \Deleted)
S: a OK
S~ * 1 FETCH (UID 1 FLAGS (\Seen))
C: b STORE 1 +FLAGS (\Deleted)
S: b NO [NOPERM]
C: b STORE 1 FLAGS (\Seen)
S: b OK
C: c EXPUNGE
S: c NO [NOPERM]
C: d MOVE 1 a
S: d NO [NOPERM]
C: e COPY 1 Sent
S: e NO [NOPERM]
C: f COPY 1 a
S: f OK
C: g LIST "" *
S: g OK
S! a/b
C: h SELECT a/b
S: h NO [NONEXISTENT]
C: i CREATE Sent/x
S: i NO [NOPERM]
C: j DELETE Sent
S: j NO [NOPERM]
C: k SELECT Sent
S: k OK [READ-ONLY]
`)
}

// The view keeps a mailbox in few octets, whatever is in it.
func TestView(t *testing.T) {
	v := new(view)
	f := func(keywords ...string) Flags { return Flags{System: Seen, Keywords: keywords} }
	require.Equal(t, v.pack(f("a", "B")), v.pack(f("b", "A")), "case and order make no difference")
	require.NotEqual(t, v.pack(f("a")), v.pack(f("b")))
	require.Equal(t, []string{"a", "B"}, v.keywords)
	for u := range UID(10) {
		v.add(Meta{UID: 10 * (u + 1), ModSeq: ModSeq(u)})
	}
	v.add(Meta{UID: 55})
	require.Equal(t, 10, v.len())
	require.Equal(t, []int{1, 5, 10}, v.expunge([]UID{5, 10, 50, 55, 100, 200}))
	require.Equal(t, []UID{20, 30, 40, 60, 70, 80, 90}, v.uids)
	require.Equal(t, UIDSet{{1, 9}, {31, 39}, {41, 45}}, (&view{uids: []UID{10, 20, 30, 40, 60}, uidNext: 61}).missing(UIDSet{{1, 10}, {30, 45}}))
}

// A client that makes up ever new keywords gains nothing.
func TestManyKeywords(t *testing.T) {
	v := new(view)
	v.add(Meta{UID: 1, Flags: Flags{Keywords: []string{"stays"}}})
	v.add(Meta{UID: 2})
	for i := range 10_000 {
		require.True(t, v.set(1, Meta{UID: 2, ModSeq: ModSeq(i + 1), Flags: Flags{System: Draft, Keywords: []string{fmt.Sprint("k", i)}}}))
		require.Equal(t, []string{fmt.Sprint("k", i)}, v.flagsOf(1).Keywords)
		require.LessOrEqual(t, len(v.words), manyWords+2)
		require.LessOrEqual(t, len(v.keywords), manyWords+2)
	}
	require.Equal(t, Flags{Keywords: []string{"stays"}}, v.flagsOf(0))
	require.Equal(t, Draft, v.flagsOf(1).System)
	require.Contains(t, v.keywords, "stays")
}

// Spans are cut where they should be.
func TestSpans(t *testing.T) {
	s := spans{{0, 3}, {5, 6}, {8, 10}}
	for n := range 8 {
		head, tail := s.cut(n)
		rows := append(slices.Collect(head.all), slices.Collect(tail.all)...)
		require.Equal(t, []int{0, 1, 2, 5, 8, 9}, rows)
		require.Equal(t, min(n, 6), head.len())
	}
	require.Equal(t, spans{{0, 3}, {5, 6}, {8, 10}}, s)
	require.Equal(t, spans{{0, 6}, {8, 9}}, merged(spans{{8, 9}, {0, 2}, {1, 4}, {4, 6}}))
}

// What is quoted, and what is not.
func TestAppendString(t *testing.T) {
	for in, want := range map[string]string{
		"": `""`, `a"\`: `"a\"\\"`, "a\r\nb": "{4}\r\na\r\nb", "ü": "{2}\r\nü",
	} {
		require.Equal(t, want, string(appendString(nil, in, false)))
	}
	require.Equal(t, `"ü"`, string(appendString(nil, "ü", true)))
	require.Equal(t, "1:3,7", string(appendSet(nil, NewUIDSet(1, 2, 3, 7))))
	require.Equal(t, "3,1:2", string(appendList(nil, []UID{3, 1, 2})))
	require.Equal(t, `(\Seen \Draft \Recent x)`, string(appendFlags(nil, Flags{Seen | Draft, []string{"x"}}, true)))
}

// A message of UTF-8 headers is told to those who take UTF-8.
func TestUTF8(t *testing.T) {
	s := mailstore()
	s.put(s.boxes[0], "Subject: Grüße\r\n\r\nx\r\n", Flags{})
	srv := newServer(s)
	play(t, srv, selectedScript, `C: a FETCH 4 ENVELOPE
S: a OK
S~ =?utf-8?b?
C: b SELECT "Entwürfe"
S: b BAD
C: c ENABLE UTF8=ACCEPT
S: c OK
S~ * ENABLED UTF8=ACCEPT
C: d FETCH 4 ENVELOPE
S: d OK
S~ "Grüße"
C: e STATUS "Entwürfe" (MESSAGES)
S: e OK
S~ * STATUS "Entwürfe"
C! "f APPEND \"Entwürfe\" UTF8 (~{3+}\r\nA:b)\r\n"
S: f OK [APPENDUID 7 1]
C! "g APPEND INBOX UTF8 ({3+}\r\nA:b)\r\n"
S: g BAD
C! "h APPEND INBOX ~{3+}\r\nA\x00b\r\n"
S: h OK
C: i SEARCH SUBJECT "grüsse"
S: i OK
C: j SEARCH SUBJECT "GRÜ"
S: j OK
S~ * SEARCH 4
`)
	require.True(t, strings.HasPrefix(string(s.boxes[0].msgs[4].text), "A\x00"))
}
