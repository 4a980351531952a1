package mailbox_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// A user's folders, the public ones, and what is subscribed, as IMAP sees them.
func ExampleAccount() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "store")
	check(err)
	defer os.RemoveAll(dir)
	s, err := sqlite.Open(ctx, dir, sqlite.Options{})
	check(err)
	defer s.Close()
	check(s.SetDomains(ctx, []string{"example.org"}))
	alice, err := s.AddAccount(ctx, store.NewAccount{
		Name:      "alice",
		Addresses: []store.Address{{Local: "alice", Domain: "example.org"}},
	})
	check(err)

	a := &mailbox.Account{Store: s, User: alice}
	check(a.Furnish(ctx))
	for box, err := range a.Mailboxes(ctx) {
		check(err)
		fmt.Println(strings.Join(box.Name, "/"), box.SpecialUse)
	}
	// Output:
	// Archive [\Archive]
	// Drafts [\Drafts]
	// INBOX []
	// Junk [\Junk]
	// Public Folders []
	// Sent [\Sent]
	// Trash [\Trash]
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
