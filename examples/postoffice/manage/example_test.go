package manage_test

import (
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

func ExampleNewsgroup_Check() {
	g := manage.Newsgroup{Name: "office.talk", Status: "m"}
	fmt.Println(g.Check())
	// Output: newsgroup office.talk: those with status m have a moderator, and no others
}
