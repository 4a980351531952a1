package imap4

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestClientMessageLimit has a server that works on few messages at once: what it
// did not come to is asked for again (RFC 9738, 3.1), so that Sync misses nothing
// and takes nothing for gone.
func TestClientMessageLimit(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 CONDSTORE ESEARCH UIDPLUS MOVE MESSAGELIMIT=2] hi"+`
		C: w1 SELECT "a" (CONDSTORE)
		S: * 5 EXISTS
		S: * OK [UIDVALIDITY 7] x
		S: * OK [UIDNEXT 9] x
		S: * OK [HIGHESTMODSEQ 12] x
		S: w1 OK done
		C: w2 UID SEARCH RETURN (ALL) UID 1:4
		C: w3 UID FETCH 1:4 (UID FLAGS MODSEQ) (CHANGEDSINCE 10)
		S: * ESEARCH (TAG "w2") UID ALL 3:4
		S: w2 OK [MESSAGELIMIT 2 3] more
		S: * 4 FETCH (UID 4 FLAGS () MODSEQ (11))
		S: w3 OK [MESSAGELIMIT 2 3] more
		C: w4 UID FETCH 1:2 (UID FLAGS MODSEQ) (CHANGEDSINCE 10)
		S: w4 OK done
		C: w5 UID SEARCH RETURN (ALL) (UID 1:2 UID 1:4)
		S: * ESEARCH (TAG "w5") UID ALL 2
		S: w5 OK done
		C: w6 UID FETCH 5:4294967294 (UID FLAGS MODSEQ)
		S: * 5 FETCH (UID 8 FLAGS () MODSEQ (12))
		S: w6 OK [MESSAGELIMIT 1 8] more
		C: w7 UID FETCH 5:7 (UID FLAGS MODSEQ)
		S: * 4 FETCH (UID 6 FLAGS () MODSEQ (11))
		S: w7 OK [MESSAGELIMIT 1 5] that was all
		C: w8 UID SEARCH RETURN (MIN MAX COUNT) ALL
		S: * ESEARCH (TAG "w8") UID MIN 6 MAX 8 COUNT 2
		S: w8 OK [MESSAGELIMIT 2 6] more
		C: w9 UID SEARCH RETURN (MIN MAX COUNT) (UID 1:5 ALL)
		S: * ESEARCH (TAG "w9") UID MIN 2 MAX 4 COUNT 3
		S: w9 OK done
		C: w10 UID STORE 2:4 (UNCHANGEDSINCE 10) +FLAGS.SILENT (\Seen)
		S: * NO [MESSAGELIMIT 1 4] more
		S: w10 OK [MODIFIED 4] done
		C: w11 UID STORE 2:3 (UNCHANGEDSINCE 10) +FLAGS.SILENT (\Seen)
		S: w11 OK [MODIFIED 2] done
		C: w12 UID MOVE 2:3 "b"
		S: * OK [COPYUID 1 3 1] x
		S: w12 OK [MESSAGELIMIT 1 3] more
		C: w13 UID MOVE 2 "b"
		S: * OK [COPYUID 1 2 2] x
		S: w13 OK done
		C: w14 UID EXPUNGE 2:3
		S: w14 OK [MESSAGELIMIT 1 3] more
		C: w15 UID EXPUNGE 2
		S: w15 OK [MESSAGELIMIT 1 7] less
		C: w16 UID FETCH 2:3 (UID)
		S: * 1 FETCH (UID 3 RFC822.SIZE 1)
		S: w16 OK [MESSAGELIMIT 1 3] more
		C: w17 NOOP
		S: w17 OK done
		`, nil)
	state := SyncState{7, 10, NewUIDSet(2, 3, 4)}
	require.Equal(t, []any{"changed", UID(4), "new", UID(8), "new", UID(6)}, clientSynced(t, c, &state))
	require.Equal(t, SyncState{7, 12, NewUIDSet(2, 3, 4, 6, 8)}, state)
	found, err := c.Search(ctx, nil, &SearchOptions{Min: true, Max: true, Count: true})
	require.NoError(t, err)
	require.Equal(t, &Found{Min: 2, Max: 8, Count: 5}, found)
	since := ModSeq(10)
	stored, err := c.Store(ctx, NewUIDSet(2, 3, 4), AddFlags, Flags{System: Seen}, &StoreOptions{Silent: true, UnchangedSince: &since})
	require.NoError(t, err)
	require.Equal(t, NewUIDSet(2, 4), stored.Conflict)
	moved, err := c.Move(ctx, NewUIDSet(2, 3), "b")
	require.NoError(t, err)
	require.Equal(t, &CopiedTo{1, []UID{3, 2}, []UID{1, 2}}, moved)
	require.ErrorIs(t, c.Expunge(ctx, NewUIDSet(2, 3)), ErrProtocol, "it goes on for ever")
	for range c.Fetch(ctx, NewUIDSet(2, 3), &FetchItems{}) {
		break // and asks for no more
	}
	require.NoError(t, c.Noop(ctx))
}
