package office

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Lists manages this Office's lists and aliases.
func (o *Office) Lists() manage.Lists {
	return &localLists{store: o.store, people: o.people, close: func() error { return nil }}
}

// OpenLists manages the lists and aliases of a data folder: through the server that runs on it, or directly if none does.
// It does not make a data folder.
func OpenLists(ctx context.Context, dir string) (manage.Lists, error) {
	a, err := OpenAccounts(ctx, dir)
	if err != nil {
		return nil, err
	}
	if l, ok := a.(*localAccounts); ok {
		return &localLists{store: l.store, people: &directory.Stored{Accounts: l.store}, close: l.close}, nil
	}
	return &remoteLists{a.(*remoteAccounts).remote}, nil
}

// localLists are those of a store that this process has open.
type localLists struct {
	store  store.Store
	people directory.Directory
	close  func() error
}

func (l *localLists) Close() error { return l.close() }

func (l *localLists) List(ctx context.Context) ([]manage.MailList, error) {
	all := []manage.MailList{}
	for list, err := range l.store.ListLists(ctx) {
		if err != nil {
			return nil, err
		}
		m := manage.MailList{
			Address: list.Address.String(), Display: list.Display, Members: texts(list.Members),
			Senders: append([]string{}, list.Senders...), Hidden: list.Hidden, Alias: list.Alias,
		}
		if list.Owner != (store.Address{}) {
			m.Owner = list.Owner.String()
		}
		all = append(all, m)
	}
	return all, nil
}

func (l *localLists) Set(ctx context.Context, m manage.MailList) error {
	if err := checkList(m); err != nil {
		return err
	}
	domains, err := l.store.Domains(ctx)
	if err != nil {
		return fmt.Errorf("local domains: %w", err)
	}
	if len(domains) == 0 {
		return errors.New("there is no local domain yet; start the server once")
	}
	list := store.List{Address: full(m.Address, domains), Display: m.Display, Hidden: m.Hidden, Alias: m.Alias}
	for _, s := range m.Members {
		if a := full(s, domains); !holds(list.Members, a) {
			list.Members = append(list.Members, a)
		}
	}
	if m.Owner != "" {
		list.Owner = full(m.Owner, domains)
	}
	for _, s := range m.Senders {
		a, isAddress := directory.ParseAddress(s)
		if !isAddress {
			a = directory.NewAddress("", s)
			list.Senders = append(list.Senders, a.Domain)
			continue
		}
		list.Senders = append(list.Senders, a.String())
	}
	if !m.Force {
		if err := l.mustHaveMembers(ctx, &list, domains); err != nil {
			return fmt.Errorf("list %s: %w", m.Address, err)
		}
	}
	switch {
	case holds(list.Members, list.Address):
		err = errors.New("it can't be a member of itself")
	case list.Owner.Key() == list.Address.Key():
		err = errors.New("it can't be its own owner: reports would go to all members")
	default:
		err = l.store.SetList(ctx, list)
	}
	if err != nil {
		return fmt.Errorf("list %s: %w", m.Address, err)
	}
	return nil
}

// mustHaveMembers returns an error if a new member has a local address that nobody has.
func (l *localLists) mustHaveMembers(ctx context.Context, list *store.List, domains []string) error {
	before, err := l.store.List(ctx, list.Address)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrInvalid) {
		return err
	}
	for _, m := range list.Members {
		local := slices.ContainsFunc(domains, func(d string) bool { return store.FoldDomain(d) == store.FoldDomain(m.Domain) })
		if !local || isPostmaster(m.Local) || m.Key() == list.Address.Key() || before.Address.Key() == list.Address.Key() && holds(before.Members, m) {
			continue
		}
		_, err := l.people.Resolve(ctx, m)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrInvalid) {
			_, err = l.store.List(ctx, m)
		}
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrInvalid) {
			return fmt.Errorf("nobody here has the address %s of a member; correct it, make the account first, or take it all the same by 'postoffice group set -force'", m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// full is an address; without a domain it is in the default one.
func full(s string, domains []string) store.Address {
	a, ok := directory.ParseAddress(s)
	if !ok {
		a.Domain = domains[0]
	}
	return a
}

// checkList says what is wrong with a list, whatever else there is.
func checkList(m manage.MailList) error {
	err := checkUTF8("list:", slices.Concat([]string{m.Address, m.Display, m.Owner}, m.Members, m.Senders)...)
	switch {
	case err != nil:
		return err
	case m.Address == "":
		return errors.New("a list has an address")
	case m.Alias && len(m.Members) == 0:
		return fmt.Errorf("alias %s: say whose it is", m.Address)
	case m.Alias && m.Owner != "":
		return fmt.Errorf("alias %s: an alias has no owner, the sender is told what cannot be delivered", m.Address)
	}
	return nil
}

func (l *localLists) Remove(ctx context.Context, address string) error {
	domains, err := l.store.Domains(ctx)
	if err != nil {
		return fmt.Errorf("local domains: %w", err)
	}
	if len(domains) == 0 {
		domains = []string{""}
	}
	if err := l.store.RemoveList(ctx, full(address, domains)); err != nil {
		return fmt.Errorf("list %s: %w", strings.ToValidUTF8(address, "?"), err)
	}
	return nil
}

// controlLists takes orders about lists.
func controlLists(mux *http.ServeMux, l manage.Lists) {
	mux.HandleFunc("GET /lists", func(w http.ResponseWriter, r *http.Request) {
		all, err := l.List(r.Context())
		answer(w, all, err)
	})
	mux.HandleFunc("PUT /lists", func(w http.ResponseWriter, r *http.Request) {
		var list manage.MailList
		if order(w, r, &list) {
			answer(w, struct{}{}, l.Set(r.Context(), list))
		}
	})
	mux.HandleFunc("DELETE /lists/{address}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, struct{}{}, l.Remove(r.Context(), r.PathValue("address")))
	})
}

// remoteLists are those of a server in another process.
type remoteLists struct{ remote }

func (r *remoteLists) List(ctx context.Context) (all []manage.MailList, err error) {
	err = r.call(ctx, http.MethodGet, "/lists", nil, &all)
	return all, err
}

func (r *remoteLists) Set(ctx context.Context, l manage.MailList) error {
	if err := checkList(l); err != nil {
		return err
	}
	return r.call(ctx, http.MethodPut, "/lists", l, nil)
}

func (r *remoteLists) Remove(ctx context.Context, address string) error {
	return r.call(ctx, http.MethodDelete, "/lists/"+url.PathEscape(address), nil, nil)
}
