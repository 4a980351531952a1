package collate_test

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/collate"
)

func ExampleCollation_Key() {
	fmt.Println(collate.UnicodeCasemap.Key("Grün") == collate.UnicodeCasemap.Key("GRU\u0308N"))
	fmt.Println(collate.ASCIICasemap.Key("Grün"))
	// Output:
	// true
	// GRüN
}

func ExampleSearch() {
	s := collate.NewSearch(collate.UnicodeCasemap, "grÜN", "blau")
	if err := s.Text(strings.NewReader("Alles so schön grün hier")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Found(0), s.Found(1), s.Done())
	// Output: true false false
}
