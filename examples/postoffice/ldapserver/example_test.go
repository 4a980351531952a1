package ldapserver_test

import (
	"context"
	"fmt"
	"iter"
	"net"

	"github.com/go-ldap/ldap/v3"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/ldapserver"
)

// staff is who works here.
type staff []ldapserver.Entry

func (s staff) Entries(context.Context) iter.Seq2[ldapserver.Entry, error] {
	return func(yield func(ldapserver.Entry, error) bool) {
		for _, e := range s {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func Example() {
	people := staff{
		{Name: "tim", Addresses: []string{"tim@example.org"}, Given: "Tim", Surname: "Tester"},
		{Name: "all", Group: true, Addresses: []string{"all@example.org"}, Members: []string{"tim"}},
	}
	var users auth.Users
	if err := users.Set("tim", "tanstaaftanstaaf"); err != nil {
		fmt.Println(err)
		return
	}
	s := &ldapserver.Server{
		People: people,
		Auth:   &auth.Authenticator{Accounts: &users, AllowInsecure: true}, // with a TLSConfig: false
		Domain: "example.org",
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go s.Serve(l)
	defer s.Shutdown(context.Background())

	c, err := ldap.DialURL("ldap://" + l.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	if err := c.Bind("tim", "tanstaaftanstaaf"); err != nil {
		fmt.Println(err)
		return
	}
	found, err := c.Search(&ldap.SearchRequest{
		BaseDN: "dc=example,dc=org", Scope: ldap.ScopeWholeSubtree, Filter: "(cn=t*)", Attributes: []string{"mail"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range found.Entries {
		fmt.Println(e.DN, e.GetAttributeValue("mail"))
	}
	// Output: uid=tim,ou=people,dc=example,dc=org tim@example.org
}

// Mistakes in the fields show before anything listens.
func ExampleServer_Check() {
	fmt.Println((&ldapserver.Server{People: staff{}}).Check())
	fmt.Println((&ldapserver.Server{People: staff{}, BaseDN: "c=US"}).Check())
	fmt.Println((&ldapserver.Server{People: staff{}, Domain: "example.org"}).Check())
	// Output:
	// ldapserver: Server.Domain or BaseDN must be set
	// ldapserver: Server.BaseDN must begin with dc=, o= or ou=
	// <nil>
}
