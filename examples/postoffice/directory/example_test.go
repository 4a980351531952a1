package directory_test

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func ExampleParseLDAP() {
	people, err := directory.ParseLDAP("ldap://ldap.example.org/ou=people,dc=example,dc=org?uid,mail")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer people.Close()
	fmt.Println(people)
	fmt.Println(people.Check())
	people.StartTLS = true
	fmt.Println(people.Check())
	// Output:
	// ldap://ldap.example.org:389/ou=people,dc=example,dc=org
	// ldap: passwords would go to ldap.example.org in the clear: use ldaps or StartTLS (-ldap-starttls), or allow it (-ldap-insecure)
	// <nil>
}

func ExampleMemory() {
	var people directory.Memory
	err := people.Set(directory.Account{
		Name:      "tim",
		Addresses: []store.Address{{Local: "tim", Domain: "example.org"}},
	}, "tanstaaftanstaaf")
	if err != nil {
		fmt.Println(err)
	}
	_, err = people.Resolve(context.Background(), store.Address{Local: "TIM", Domain: "example.org"})
	fmt.Println(err)
	// Output: <nil>
}
