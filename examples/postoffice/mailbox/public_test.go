package mailbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Rights to public folders are what their lists say; whoever has no account is anyone.
func TestPublicRights(t *testing.T) {
	s, accounts := open(t, "bob")
	user := accounts[0].User
	var ids []store.FolderID
	for _, name := range []string{"said", "unsaid", "his"} {
		f, err := s.CreateFolder(t.Context(), store.NewFolder{Name: name, Kind: store.News})
		require.NoError(t, err)
		ids = append(ids, f.ID)
	}
	require.NoError(t, s.SetNotes(t.Context(), []store.Note{
		{Folder: ids[0], Name: "acl/anyone", Value: []byte("l")},
		{Folder: ids[2], Name: "acl/" + store.FoldName(user.Name), Value: []byte("te")},
	}))
	for _, tt := range []struct {
		account *mailbox.Account
		usual   string
		special map[store.FolderID]string
	}{
		{&mailbox.Account{Store: s, User: user}, "lrip", map[store.FolderID]string{ids[0]: "l", ids[2]: "lripte"}},
		{&mailbox.Account{Store: s}, "lrip", map[store.FolderID]string{ids[0]: "l", ids[2]: "lrip"}},
		{&mailbox.Account{Store: s, Administrator: true}, "lrip", map[store.FolderID]string{ids[0]: "l", ids[2]: "lrip"}},
		{&mailbox.Account{Store: s, User: user, Administrator: true}, "lrswipkxtea", map[store.FolderID]string{ids[0]: "lrswipkxtea", ids[2]: "lrswipkxtea"}},
	} {
		usual, special, err := tt.account.PublicRights(t.Context())
		require.NoError(t, err)
		require.Equal(t, tt.usual, usual)
		require.Equal(t, tt.special, special)
	}
}
