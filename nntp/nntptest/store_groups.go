package nntptest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

func checkGroups(t *storeTest) {
	_, err := t.store.Group(t.Context(), "a.b")
	require.ErrorIs(t, err, nntp.ErrNoGroup)
	t.addGroup("b", "a.b", "a", "A.b")
	var names []string
	for g, err := range t.store.Groups(t.Context()) {
		require.NoError(t, err)
		names = append(names, g.Name)
	}
	require.Equal(t, []string{"A.b", "a", "a.b", "b"}, names, "in the order of their names")
	for range t.store.Groups(t.Context()) {
		break
	}
	g := t.group("a.b")
	require.WithinDuration(t, time.Now(), g.Created, time.Minute)
	require.Equal(t, nntp.Group{Name: "a.b", Low: g.High + 1, High: g.High, Status: nntp.Posting, Created: g.Created}, g)
}

func checkGroupChanges(t *storeTest) {
	status, description, creator := nntp.Moderated, "über alles", "ann@example.org"
	require.NoError(t, t.store.ChangeGroup(t.Context(), nntp.GroupChange{Name: "a", Status: &status, Description: &description, Creator: &creator}))
	before := t.group("a")
	require.Equal(t, []any{status, description, creator}, []any{before.Status, before.Description, before.Creator})
	status = nntp.NoPosting
	require.NoError(t, t.store.ChangeGroup(t.Context(), nntp.GroupChange{Name: "a", Status: &status}))
	after := t.group("a")
	require.Equal(t, []any{status, description, creator}, []any{after.Status, after.Description, after.Creator}, "a field that is nil leaves what was")
	require.True(t, before.Created.Equal(after.Created))
	require.NoError(t, t.store.ChangeGroup(t.Context(), nntp.GroupChange{Name: "a", Remove: true}))
	_, err := t.store.Group(t.Context(), "a")
	require.ErrorIs(t, err, nntp.ErrNoGroup)
	require.ErrorIs(t, t.store.ChangeGroup(t.Context(), nntp.GroupChange{Name: "a", Remove: true}), nntp.ErrNoGroup)
}

func checkNumbers(t *storeTest) {
	t.addGroup("a")
	t.add("<1@x>", "a")
	last := t.add("<2@x>", "a")[0].Number
	require.NoError(t, t.store.Remove(t.Context(), "<2@x>"))
	require.NoError(t, t.store.Remove(t.Context(), "<1@x>"))
	g := t.group("a")
	require.Equal(t, last, g.High, "the marks never go down")
	require.Equal(t, last+1, g.Low)
	last = t.add("<3@x>", "a")[0].Number
	require.Greater(t, last, g.High)

	require.NoError(t, t.store.ChangeGroup(t.Context(), nntp.GroupChange{Name: "a", Remove: true}))
	t.addGroup("a")
	g = t.group("a")
	require.GreaterOrEqual(t, g.High, last, "not by a group that is made again either")
	require.Equal(t, g.High+1, g.Low)
	require.Greater(t, t.add("<4@x>", "a")[0].Number, last)
}
