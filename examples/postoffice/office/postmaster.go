package office

import (
	"context"
	"errors"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

func isPostmaster(local string) bool { return store.FoldName(local) == store.Postmaster }

// noAdministrator is what a message to postmaster waits in the queue for: it must be taken (RFC 5321, 4.5.1), and is
// nobody's who was not named.
var noAdministrator = smtp.R(451, smtp.Enhanced{4, 3, 5},
	"nobody gets postmaster's mail; name somebody by 'postoffice user set NAME -administrator'")

// postmaster stands for postmaster where neither an account nor a list has the address: for the administrators who are not
// disabled, and for nobody if there are none.
func (x *expander) postmaster(ctx context.Context, p smtp.Path) (l store.List, found bool, err error) {
	address := directory.NewAddress(p.Local, p.Domain)
	_, err = x.people.Mailbox(ctx, address)
	if !errors.Is(err, store.ErrNotFound) {
		return l, false, err
	}
	all, err := x.store.Administrators(ctx)
	if err != nil {
		return l, false, err
	}
	l = store.List{Address: address, Alias: true}
	for _, a := range all {
		if !a.Disabled && len(a.Addresses) > 0 {
			l.Members = append(l.Members, a.Addresses[0])
		}
	}
	return l, true, nil
}
