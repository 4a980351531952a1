package imap4

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// clientSynced runs a Sync and writes down what it yields.
func clientSynced(t *testing.T, c *Client, state *SyncState) (told []any) {
	t.Helper()
	for ch, err := range c.Sync(t.Context(), "a", state) {
		require.NoError(t, err)
		require.ErrorIs(t, c.Noop(t.Context()), ErrBusy)
		switch {
		case ch.Reset:
			told = append(told, "reset")
		case ch.Message == nil:
			told = append(told, ch.Vanished)
		case ch.New:
			told = append(told, "new", ch.Message.UID)
		default:
			told = append(told, "changed", ch.Message.UID)
		}
	}
	return told
}

// TestClientSyncFlaws keeps a message whose flags cannot be read, and takes none
// for gone whose UID cannot.
func TestClientSyncFlaws(t *testing.T) {
	c := clientOn(t, `
		S: * PREAUTH [CAPABILITY IMAP4rev1] hello
		C: w1 SELECT "a"
		S: * 2 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: w1 OK done
		C: w2 UID FETCH 1:3 (UID FLAGS)
		S: * 1 FETCH (UID 3 FLAGS (\Seen "x"))
		S: w2 OK done
		C: w3 UID FETCH 4:4294967294 (UID FLAGS)
		S: w3 OK done
		C: w4 SELECT "a"
		S: * 2 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: w4 OK done
		C: w5 UID FETCH 1:3 (UID FLAGS)
		S: * 1 FETCH (UID 0 FLAGS (\Seen))
		S: w5 OK done
		C: w6 UID FETCH 4:4294967294 (UID FLAGS)
		S: w6 OK done
		C: w7 NOOP
		S: w7 OK done
		`, nil)
	state := SyncState{UIDValidity: 7, UIDs: UIDSet{{3, 3}}}
	for ch, err := range c.Sync(t.Context(), "a", &state) {
		require.NoError(t, err)
		require.EqualValues(t, 3, ch.Message.UID)
		require.ErrorContains(t, ch.Message.Err(), "FLAGS of message 1, UID 3")
	}
	require.Equal(t, UIDSet{{3, 3}}, state.UIDs)
	var last error
	for ch, err := range c.Sync(t.Context(), "a", &state) {
		require.Empty(t, ch.Vanished)
		last = err
	}
	require.ErrorContains(t, last, "UID of message 1")
	require.Equal(t, UIDSet{{3, 3}}, state.UIDs)
	require.NoError(t, c.Noop(t.Context()))
}

// TestClientSync synchronises by QRESYNC: from nothing, again, and after
// UIDVALIDITY has changed.
func TestClientSync(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 ENABLE QRESYNC
		S: * ENABLED QRESYNC CONDSTORE
		S: w1 OK done
		C: w2 SELECT "a" (CONDSTORE)
		S: * 2 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [UIDNEXT 5] x
		S: * OK [HIGHESTMODSEQ 10] x
		S: w2 OK done
		C: w3 UID FETCH 1:4294967294 (UID FLAGS MODSEQ)
		S: * 1 FETCH (UID 3 FLAGS () MODSEQ (5))
		S: * 2 FETCH (UID 4 FLAGS () MODSEQ (6))
		S: w3 OK done
		C: w4 SELECT "a" (QRESYNC (7 10 1:4))
		S: * OK [CLOSED] x
		S: * 2 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [UIDNEXT 6] x
		S: * OK [HIGHESTMODSEQ 12] x
		S: * VANISHED (EARLIER) 1:3
		S: * 1 FETCH (UID 4 FLAGS (\Seen) MODSEQ (11))
		S: w4 OK done
		C: w5 UID FETCH 5:4294967294 (UID FLAGS MODSEQ)
		S: * 2 FETCH (UID 5 FLAGS () MODSEQ (12))
		S: w5 OK done
		C: w6 SELECT "a" (QRESYNC (7 12 1:5))
		S: * OK [CLOSED] x
		S: * 0 EXISTS
		S: * OK [UIDVALIDITY 8] x
		S: * OK [UIDNEXT 1] x
		S: * OK [HIGHESTMODSEQ 1] x
		S: w6 OK done
		`, nil)
	var state SyncState
	require.Equal(t, []any{"new", UID(3), "new", UID(4)}, clientSynced(t, c, &state))
	require.Equal(t, SyncState{7, 10, UIDSet{{3, 4}}}, state)
	require.Equal(t, []any{UIDSet{{3, 3}}, "changed", UID(4), "new", UID(5)}, clientSynced(t, c, &state))
	require.Equal(t, SyncState{7, 12, UIDSet{{4, 5}}}, state)
	require.EqualValues(t, 2, c.Selected().Messages, "what has vanished earlier is not among them")
	require.Equal(t, []any{"reset"}, clientSynced(t, c, &state))
	require.Equal(t, SyncState{UIDValidity: 8, ModSeq: 1}, state)
}

// TestClientSyncCondStore synchronises where there is no QRESYNC.
func TestClientSyncCondStore(t *testing.T) {
	c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 CONDSTORE ESEARCH] hi"+`
		C: w1 SELECT "a" (CONDSTORE)
		S: * 3 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [HIGHESTMODSEQ 12] x
		S: w1 OK done
		C: w2 UID SEARCH RETURN (ALL) UID 1:4
		C: w3 UID FETCH 1:4 (UID FLAGS MODSEQ) (CHANGEDSINCE 10)
		S: * ESEARCH (TAG "w2") UID ALL 2,4
		S: w2 OK done
		S: * 2 FETCH (UID 4 FLAGS () MODSEQ (11))
		S: w3 OK done
		C: w4 UID FETCH 5:4294967294 (UID FLAGS MODSEQ)
		S: * 3 FETCH (UID 9 FLAGS () MODSEQ (12))
		S: w4 OK done
		`, nil)
	state := SyncState{7, 10, UIDSet{{2, 4}}}
	require.Equal(t, []any{"changed", UID(4), UIDSet{{3, 3}}, "new", UID(9)}, clientSynced(t, c, &state))
	require.Equal(t, SyncState{7, 12, NewUIDSet(2, 4, 9)}, state)
}

// TestClientSyncPlain synchronises where there is nothing to help, and leaves the
// loop, which leaves the state alone.
func TestClientSyncPlain(t *testing.T) {
	c := clientOn(t, clientPoor+`
		C: w1 SELECT "a"
		S: * 2 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [UIDNEXT 10] x
		S: w1 OK done
		C: w2 UID FETCH 1:4 (UID FLAGS)
		S: * 1 FETCH (UID 2 FLAGS ())
		S: w2 OK done
		C: w3 UID FETCH 5:4294967294 (UID FLAGS)
		S: * 2 FETCH (UID 9 FLAGS ())
		S: w3 OK done
		C: w4 SELECT "a"
		S: * 2 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [UIDNEXT 10] x
		S: w4 OK done
		C: w5 UID FETCH 1:9 (UID FLAGS)
		S: * 1 FETCH (UID 2 FLAGS ())
		S: w5 OK done
		C: w6 SELECT "a"
		S: w6 NO [NONEXISTENT] gone
		`, nil)
	state := SyncState{7, 0, UIDSet{{2, 4}}}
	require.Equal(t, []any{"changed", UID(2), UIDSet{{3, 4}}, "new", UID(9)}, clientSynced(t, c, &state))
	want := SyncState{7, 0, NewUIDSet(2, 9)}
	require.Equal(t, want, state)
	for range c.Sync(t.Context(), "a", &state) {
		break
	}
	require.Equal(t, want, state)
	for _, err := range c.Sync(t.Context(), "a", &state) {
		require.True(t, clientIsReply(err))
	}
	require.Equal(t, want, state)
}

// TestClientSets compares what is done to sets with what is done to their
// members.
func TestClientSets(t *testing.T) {
	members := func(s UIDSet) (all []UID) { return slices.AppendSeq(all, s.All()) }
	for a := range 64 {
		for b := range 64 {
			var x, y, both, less, all []UID
			for i := range UID(6) {
				inA, inB := a&(1<<i) != 0, b&(1<<i) != 0
				u := i + 1
				if inA {
					x = append(x, u)
				}
				if inB {
					y = append(y, u)
				}
				if inA && inB {
					both = append(both, u)
				}
				if inA && !inB {
					less = append(less, u)
				}
				if inA || inB {
					all = append(all, u)
				}
			}
			p, q := NewUIDSet(x...), NewUIDSet(y...)
			require.Equal(t, both, members(clientCommon(p, q)))
			require.Equal(t, less, members(p.without(q)))
			require.Equal(t, NewUIDSet(all...), normal(append(slices.Clone(q), p...)))
		}
	}
	end := UIDSet{{1<<32 - 2, 1<<32 - 1}}
	require.Equal(t, UIDSet{{1<<32 - 2, 1<<32 - 2}}, end.without(UIDSet{{1<<32 - 1, 1<<32 - 1}}))
	require.Nil(t, end.without(end))
	require.Equal(t, UIDSet{{5, 1<<32 - 1}}, normal([]UIDRange{{5, 1<<32 - 1}, {7, 9}}))
}

// TestClientSyncSilence takes no silence for messages that are gone.
func TestClientSyncSilence(t *testing.T) {
	c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 CONDSTORE ESEARCH] hi"+`
		C: w1 SELECT "a" (CONDSTORE)
		S: * 3 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [HIGHESTMODSEQ 12] x
		S: w1 OK done
		C: w2 UID SEARCH RETURN (ALL) UID 1:4
		C: w3 UID FETCH 1:4 (UID FLAGS MODSEQ) (CHANGEDSINCE 10)
		S: w2 OK done
		S: w3 OK done
		`, nil)
	state := SyncState{7, 10, NewUIDSet(2, 3, 4)}
	require.Error(t, clientFirst(c.Sync(t.Context(), "a", &state)))
	require.Equal(t, SyncState{7, 10, NewUIDSet(2, 3, 4)}, state)
}

// TestClientSyncNoUIDs has a server without lasting UIDs: everything is new each
// time, and all that was known is worth nothing.
func TestClientSyncNoUIDs(t *testing.T) {
	c := clientOn(t, clientPoor+`
		C: w1 SELECT "a"
		S: * 1 EXISTS
		S: w1 OK done
		C: w2 UID FETCH 1:4294967294 (UID FLAGS)
		S: * 1 FETCH (UID 3 FLAGS ())
		S: w2 OK done
		`, nil)
	state := SyncState{UIDs: NewUIDSet(2, 3, 4)}
	require.Equal(t, []any{"reset", "new", UID(3)}, clientSynced(t, c, &state))
	require.Equal(t, SyncState{UIDs: NewUIDSet(3)}, state)
}

// TestClientSyncNewOnce tells of a new message once, though the answer to SELECT
// has it too.
func TestClientSyncNewOnce(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 ENABLE QRESYNC
		S: * ENABLED QRESYNC
		S: w1 OK done
		C: w2 SELECT "a" (QRESYNC (7 10 1:4))
		S: * 2 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [HIGHESTMODSEQ 12] x
		S: * VANISHED (EARLIER) 3
		S: * 2 FETCH (UID 5 FLAGS () MODSEQ (12))
		S: * VANISHED (EARLIER) 1:2
		S: w2 OK done
		C: w3 UID FETCH 5:4294967294 (UID FLAGS MODSEQ)
		S: * 2 FETCH (UID 5 FLAGS () MODSEQ (12))
		S: w3 OK done
		`, nil)
	state := SyncState{7, 10, NewUIDSet(2, 3, 4)}
	require.Equal(t, []any{NewUIDSet(2, 3), "new", UID(5)}, clientSynced(t, c, &state))
}
