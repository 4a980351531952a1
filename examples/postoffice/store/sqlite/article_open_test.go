package sqlite_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// An article is opened in one step as FolderArticles and Open have it, whether its bytes are in the
// database or in a file; what is no article is not found.
func TestOpenArticle(t *testing.T) {
	s, to := inboxes(t, 2)
	for uid, size := range []int{100, sqlite.InlineLimit + 100} {
		text := bytes.Repeat([]byte{'x'}, size)
		id := string('a' + rune(uid))
		_, err := s.FileArticle(t.Context(), store.NewArticle{ID: id, Data: []byte("d")}, store.Delivery{To: to, Sender: "me@example.org"}, bytes.NewReader(text))
		require.NoError(t, err)
		for name, known := range map[string]bool{id: true, id + "x": false} {
			got, err := s.HasArticle(t.Context(), name)
			require.NoError(t, err)
			require.Equal(t, known, got, name)
		}
		uid := store.UID(uid + 1)
		a, body, err := s.OpenArticle(t.Context(), to[1], uid)
		require.NoError(t, err)
		got, err := io.ReadAll(io.NewSectionReader(body, 0, body.Size()))
		require.NoError(t, err)
		require.NoError(t, body.Close())
		require.Equal(t, text, got)
		require.Equal(t, "me@example.org", body.Sender())
		for want, err := range s.FolderArticles(t.Context(), to[1], store.UIDRange{From: uid, To: uid}) {
			require.NoError(t, err)
			require.Equal(t, want, a)
		}
	}
	_, err := s.Append(t.Context(), to[1], store.Each(store.Incoming{Body: bytes.NewReader(nil)}))
	require.NoError(t, err)
	for _, uid := range []store.UID{3, 4} {
		_, _, err = s.OpenArticle(t.Context(), to[1], uid)
		require.ErrorIs(t, err, store.ErrNotFound, "a message that nobody has noted, and none at all")
	}
}

// UIDs can be left out, and none is given twice for it.
func TestRaiseUIDNext(t *testing.T) {
	s, to := inboxes(t, 1)
	add := func(want store.UID) {
		t.Helper()
		m, err := s.Append(t.Context(), to[0], store.Each(store.Incoming{Body: bytes.NewReader(nil)}))
		require.NoError(t, err)
		require.Equal(t, want, m[0].UID)
	}
	add(1)
	require.NoError(t, s.RaiseUIDNext(t.Context(), to[0], 1000))
	add(1000)
	require.NoError(t, s.RaiseUIDNext(t.Context(), to[0], 5), "nothing goes down")
	add(1001)
	first, err := s.FirstUID(t.Context(), to[0])
	require.NoError(t, err)
	require.EqualValues(t, 1, first)
	require.ErrorIs(t, s.RaiseUIDNext(t.Context(), 999, 5), store.ErrNotFound)
	_, err = s.FirstUID(t.Context(), 999)
	require.ErrorIs(t, err, store.ErrNotFound)
}
