package memory_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// A message is appended, and found by a scan.
func ExampleStore() {
	ctx := context.Background()
	store := &memory.Store{}
	account := store.Account("alice")
	defer account.Close()
	for box, err := range account.Mailboxes(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		_, err := account.Append(ctx, box.ID, func(yield func(imap4.Incoming, error) bool) {
			yield(imap4.Incoming{R: strings.NewReader("Subject: hello\r\n\r\n"), Flags: imap4.Flags{System: imap4.Flagged}}, nil)
		})
		if err != nil {
			log.Fatal(err)
		}
		state, messages, err := account.Scan(ctx, box.ID, 0)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(box.Name, "next", state.UIDNext)
		for m, err := range messages {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(m.UID, m.Size, m.Flags.System == imap4.Flagged)
		}
	}
	// Output:
	// [INBOX] next 2
	// 1 18 true
}
