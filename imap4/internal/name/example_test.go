package name_test

import (
	"fmt"

	"github.com/wirepost/wirepost/imap4/internal/name"
)

func ExampleDecode() {
	text, err := name.Decode("inbox/Entw&APw-rfe")
	fmt.Println(text, err)
	path, err := name.Parse(text, '/')
	fmt.Printf("%q %v\n", path, err)
	fmt.Println(name.Encode(name.Join(path, '/')))
	// Output:
	// inbox/Entwürfe <nil>
	// ["INBOX" "Entwürfe"] <nil>
	// INBOX/Entw&APw-rfe
}

func ExampleCompile() {
	p := name.Compile("inbox/%/2024", '/')
	fmt.Println(p.Match("INBOX/Archive/2024"), p.MatchBelow("INBOX"), p.MatchBelow("Drafts"))
	// Output: true true false
}
