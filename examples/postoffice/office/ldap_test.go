package office

import (
	"errors"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/ldapserver"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A mail client that has logged in finds people by their profiles, and groups; not who is hidden, disabled or an alias.
func TestAddressBook(t *testing.T) {
	people := &directory.Memory{}
	require.NoError(t, people.Set(directory.Account{
		Name: "tim", Addresses: []store.Address{{Local: "tim", Domain: "postoffice.test"}}, Profile: store.Profile{Display: "Tim Fee"},
	}, "tanstaaf"))
	o := start(t, Config{Dir: t.TempDir(), Directory: people, InsecureAuth: true})
	o.addUsers(t, "alice", "bob")
	require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Profile: &manage.Profile{Given: "Alice", Surname: "Poe", Phone: "+1 555"}}))
	require.NoError(t, o.Accounts().Change(t.Context(), "bob", manage.UserChange{Disabled: new(true)}))
	o.setList(t, manage.MailList{Address: "sales", Display: "Sales", Members: []string{"ALICE", "bob", "x@elsewhere.example", "tim"}})
	o.setList(t, manage.MailList{Address: "secret", Members: []string{"alice"}, Hidden: true})
	o.setList(t, manage.MailList{Address: "al", Members: []string{"alice"}, Alias: true})

	book := &addressBook{people: o.people, lists: o.store, main: o.domains.main}
	var all []ldapserver.Entry
	for e, err := range book.Entries(t.Context()) {
		require.NoError(t, err)
		all = append(all, e)
	}
	alice := ldapserver.Entry{Name: "alice", Addresses: []string{"alice@postoffice.test"}, Given: "Alice", Surname: "Poe", Phone: "+1 555"}
	require.Equal(t, []ldapserver.Entry{
		alice,
		{Name: "tim", Addresses: []string{"tim@postoffice.test"}, Display: "Tim Fee"},
		{
			Name: "sales", Addresses: []string{"sales@postoffice.test"}, Display: "Sales", Group: true,
			Members: []string{"alice", "tim"}, MemberAddresses: []string{"bob@postoffice.test", "x@elsewhere.example"},
		},
	}, all)
	for e, err := range book.Entries(t.Context()) { // a search may end at any entry
		require.NoError(t, err)
		require.Equal(t, "alice", e.Name)
		break
	}

	c, err := ldap.DialURL("ldap://" + o.Addresses()["ldap"])
	require.NoError(t, err)
	defer c.Close()
	find := ldap.NewSearchRequest("dc=postoffice,dc=test", ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(sn=poe)", []string{"mail"}, nil)
	_, err = c.Search(find)
	require.True(t, ldap.IsErrorAnyOf(err, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultStrongAuthRequired), err)
	require.NoError(t, c.Bind("uid=alice,ou=people,dc=postoffice,dc=test", "eight xs"))
	found, err := c.Search(find)
	require.NoError(t, err)
	require.Len(t, found.Entries, 1)
	require.Equal(t, "alice@postoffice.test", found.Entries[0].GetAttributeValue("mail"))
}

// What the store cannot tell is no empty address book.
func TestAddressBookFails(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	require.NoError(t, o.Close())
	for _, err := range (&addressBook{people: o.people, lists: o.store, main: o.domains.main}).Entries(t.Context()) {
		require.True(t, errors.Is(err, store.ErrClosed), err)
	}
}

// The address book's place has a flag of its own.
func TestServiceFlags(t *testing.T) {
	flags := make(map[string]string)
	for _, s := range Services() {
		flags[s.Flag] = s.Name
	}
	require.Equal(t, "ldap", flags["ldap-server"])
	require.NotContains(t, flags, "ldap")
	require.Equal(t, "smtps", flags["smtps"])
	require.Len(t, flags, len(Services()))
}
