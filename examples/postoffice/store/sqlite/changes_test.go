package sqlite

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func metas(expunged bool, from, to, step store.UID) (list []store.Meta) {
	for u := from; u <= to; u += step {
		list = append(list, store.Meta{UID: u, Expunged: expunged})
	}
	return list
}

// TestMerge checks that nothing is yielded before what could still come, and no UID twice.
func TestMerge(t *testing.T) {
	for _, c := range []struct {
		name       string
		live, gone []store.Meta
		n          int
		last       store.UID
		more       bool
	}{
		{"nothing", nil, nil, 0, 0, false},
		{"both short", metas(false, 1, 9, 2), metas(true, 2, 8, 2), 9, 9, false},
		{"live full", metas(false, 1, scanPage, 1), metas(true, scanPage+1, scanPage+9, 1), scanPage, scanPage, true},
		{"gone full", metas(false, 2, 3000, 2), metas(true, 1, scanPage*2-1, 2)[:scanPage], 1999, 1999, true},
		{"both full", metas(false, 1, scanPage, 1), metas(true, 2001, 3000, 1), scanPage, scanPage, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			page, more := merge(c.live, c.gone)
			require.Equal(t, c.more, more)
			require.Len(t, page, c.n)
			for i, m := range page {
				require.True(t, i == 0 || m.UID > page[i-1].UID)
			}
			if c.n > 0 {
				require.Equal(t, c.last, page[c.n-1].UID)
			}
		})
	}
	page, _ := merge(metas(false, 5, 5, 1), metas(true, 5, 5, 1))
	require.Equal(t, metas(true, 5, 5, 1), page, "expunged between the two reads")
}
