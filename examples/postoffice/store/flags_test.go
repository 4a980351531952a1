package store_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func TestFlagChangeApply(t *testing.T) {
	f := store.Flags{System: store.Seen | store.Draft, Keywords: []string{"b", "a"}}
	for _, c := range []struct {
		change store.FlagChange
		want   store.Flags
	}{
		{store.FlagChange{}, store.Flags{}},
		{store.FlagChange{Flags: store.Flags{System: store.Deleted, Keywords: []string{"z", "y", "z"}}}, store.Flags{System: store.Deleted, Keywords: []string{"y", "z"}}},
		{store.FlagChange{Mode: store.Add}, store.Flags{System: store.Seen | store.Draft, Keywords: []string{"a", "b"}}},
		{store.FlagChange{Mode: store.Add, Flags: store.Flags{System: store.Flagged, Keywords: []string{"c", "a"}}}, store.Flags{System: store.Seen | store.Draft | store.Flagged, Keywords: []string{"a", "b", "c"}}},
		{store.FlagChange{Mode: store.Remove, Flags: store.Flags{System: store.Seen | store.Flagged, Keywords: []string{"a", "c"}}}, store.Flags{System: store.Draft, Keywords: []string{"b"}}},
		{store.FlagChange{Mode: store.Remove, Flags: store.Flags{Keywords: []string{"a", "b"}}}, store.Flags{System: store.Seen | store.Draft}},
	} {
		got := c.change.Apply(f)
		require.Equal(t, c.want, got)
		require.Equal(t, []string{"b", "a"}, f.Keywords, "what it was given stays as it is")
		require.True(t, got.Equal(c.want))
	}
	require.True(t, f.Equal(store.Flags{System: f.System, Keywords: []string{"a", "b", "a"}}))
	require.False(t, f.Equal(store.Flags{System: f.System, Keywords: []string{"a"}}))
	require.False(t, f.Equal(store.Flags{Keywords: f.Keywords}))
}

// TestUIDSet compares a set with a plain map.
func TestUIDSet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		in := make(map[store.UID]bool)
		var uids []store.UID
		for range r.IntN(40) {
			u := store.UID(1 + r.IntN(60))
			in[u], uids = true, append(uids, u)
		}
		before := slices.Clone(uids)
		set := store.NewUIDSet(uids...)
		require.Equal(t, before, uids)
		require.NoError(t, set.Check())
		for i := 1; i < len(set); i++ {
			require.Greater(t, set[i].From, set[i-1].To+1, "ranges that meet are one")
		}
		for u := range store.UID(65) {
			require.Equal(t, in[u], set.Contains(u), "%d in %v", u, set)
		}
	}
	require.Equal(t, store.UIDSet{{From: 1, To: 1}, {From: store.MaxUID - 1, To: store.MaxUID}}, store.NewUIDSet(store.MaxUID, store.MaxUID-1, 1, store.MaxUID))
	for _, bad := range []store.UIDSet{{{From: 0, To: 1}}, {{From: 2, To: 1}}, {{From: 1, To: 2}, {From: 2, To: 3}}, {{From: 5, To: 6}, {From: 1, To: 2}}} {
		require.ErrorIs(t, bad.Check(), store.ErrInvalid)
	}
}
