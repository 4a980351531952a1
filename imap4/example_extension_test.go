package imap4_test

import (
	"context"
	"fmt"
	"log"

	"github.com/wirepost/wirepost/imap4"
)

// Gmail's labels (X-GM-EXT-1), which this package knows nothing of: messages are
// found by Gmail's own search, their labels are fetched, and one is added.
func ExampleClient_Do() {
	ctx := context.Background()
	c, err := imap4.Dial(ctx, "imap.gmail.com:143", clientExampleServer(map[string]string{
		"UID SEARCH": "* ESEARCH (TAG \"w2\") UID ALL 7\r\n",
		"UID FETCH":  "* 3 FETCH (UID 7 X-GM-THRID 1278455344230334865 X-GM-LABELS (\\Inbox \"to do\"))\r\n",
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Select(ctx, "INBOX", nil); err != nil {
		log.Fatal(err)
	}
	found, err := c.Search(ctx, &imap4.Query{Key: imap4.Extension, ID: "X-GM-RAW", Text: "has:attachment"}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for m, err := range c.Fetch(ctx, found.UIDs, &imap4.FetchItems{Extra: []string{"X-GM-THRID", "X-GM-LABELS"}}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d %s %q\n", m.UID, m.Extra["X-GM-THRID"].Text, m.Extra["X-GM-LABELS"].Strings())
	}
	_, _, err = c.Do(ctx, "UID STORE", found.UIDs, imap4.Atom("+X-GM-LABELS"), []any{"done", imap4.Atom(`\Starred`)})
	fmt.Println(err)
	// Output:
	// 7 1278455344230334865 ["\\Inbox" "to do"]
	// <nil>
}
