package news

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// What was filed need not be looked at; what came between must be.
func TestLooks(t *testing.T) {
	s := New(nil, "")
	file := func(uids ...store.UID) {
		for _, uid := range uids {
			s.filed([]store.Placed{{Folder: 1, UID: uid}})
		}
	}
	require.EqualValues(t, 1, s.unseen(1))
	file(2, 1, 3)
	require.EqualValues(t, 4, s.unseen(1))
	file(6, 5, 2)
	require.EqualValues(t, 4, s.unseen(1), "4 came otherwise")
	s.seen(1, 4)
	require.EqualValues(t, 7, s.unseen(1))
	require.Empty(t, s.looked[1].above)
	s.seen(1, 3)
	require.EqualValues(t, 7, s.unseen(1))
	for uid := store.UID(10); uid < 10+2*maxAbove; uid++ {
		file(uid)
	}
	require.Len(t, s.looked[1].above, maxAbove)
	s.seen(1, 9)
	require.EqualValues(t, 10+maxAbove, s.unseen(1), "the rest is looked at once more")
	require.EqualValues(t, 1, s.unseen(2))
}
