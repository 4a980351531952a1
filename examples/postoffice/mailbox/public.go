package mailbox

import (
	"context"
	"errors"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// nobody is the ID of somebody without an account. No account has it, and it owns nothing.
const nobody store.AccountID = -1

// PublicRights returns the user's rights (RFC 4314, 2.1) to public folders: usual are those to a
// folder that says nothing, and special those to the others. The zero User is somebody who has not
// logged in: what everybody may is what he may.
func (a *Account) PublicRights(ctx context.Context) (usual string, special map[store.FolderID]string, err error) {
	who := &Account{Store: a.Store, User: a.User, Administrator: a.Administrator}
	if a.User.ID == 0 {
		who.User, who.Administrator = store.Account{ID: nobody}, false
	}
	lists := make(map[store.FolderID][]imap4.ACLEntry)
	for n, err := range a.Store.FolderNotes(ctx, store.Public, store.Public, aclNote) {
		if err != nil {
			return "", nil, err
		}
		lists[n.Folder] = append(lists[n.Folder], imap4.ACLEntry{Identifier: strings.TrimPrefix(n.Name, aclNote), Rights: string(n.Value)})
	}
	special = make(map[store.FolderID]string, len(lists))
	for id, list := range lists {
		f, err := a.Store.Folder(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // deleted since
		}
		if err != nil {
			return "", nil, err
		}
		special[id] = who.rights(f, list)
	}
	return who.rights(store.Folder{Owner: store.Public}, nil), special, nil
}
