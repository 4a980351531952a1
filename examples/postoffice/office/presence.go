package office

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/rvp"
)

// people are those who are logged on to instant messages, each as often as he
// is: by the states that his programs have set.
func (m *messenger) people(ctx context.Context) ([]manage.Person, error) {
	list := []manage.Person{}
	for _, d := range m.servers().domains {
		for account, err := range d.users.accounts.ListAccounts(ctx) {
			if err != nil {
				return nil, err
			}
			for _, name := range d.users.names(account) {
				some, err := m.views(ctx, d, account, name)
				if err != nil {
					return nil, fmt.Errorf("instant messages: %w", err)
				}
				list = append(list, some...)
			}
		}
	}
	return list, nil
}

// views are what the programs of one user show.
func (m *messenger) views(ctx context.Context, d *imDomain, a store.Account, name string) (list []manage.Person, err error) {
	n, err := rvp.ParseNode(rvp.Node{Host: d.name, Name: name}.URL())
	if err != nil {
		return nil, nil // a name that nobody can be called by
	}
	record, now, err := m.store.Record(ctx, n)
	if err != nil {
		return nil, err
	}
	for v := range record.Live(now) {
		list = append(list, manage.Person{
			User: a.Name, Protocol: "im", Server: d.name, Remote: remoteOf(v.Logon), Since: v.Set.In(time.Local), State: string(v.State),
		})
	}
	return list, nil
}

// remoteOf is the address of a program, by the URL at which it is called back.
func remoteOf(callBack string) string {
	u, err := url.Parse(callBack)
	if err != nil {
		return ""
	}
	return u.Host
}
