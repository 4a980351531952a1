package flowed_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/flowed"
)

func ExampleReader() {
	r := flowed.NewReader(strings.NewReader("> How are \r\n> you?\r\nFine, \r\nthanks.\r\n"), false)
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		fmt.Println(p.Quote, p.Text)
	}
	// Output:
	// 1 How are you?
	// 0 Fine, thanks.
}

func ExampleWriter() {
	var b strings.Builder
	w := flowed.NewWriter(&b, false)
	w.Width = 20
	w.WriteParagraph(flowed.Paragraph{Quote: 1, Text: "How are you, and your cat?"})
	fmt.Printf("%q", b.String())
	// Output: "> How are you, and \r\n> your cat?\r\n"
}

func ExampleNewTextReader() {
	text, _ := io.ReadAll(flowed.NewTextReader(strings.NewReader("Fine, \r\nthanks.\r\n"), false))
	fmt.Printf("%q", text)
	// Output: "Fine, thanks.\r\n"
}

func ExampleEncode() {
	fmt.Printf("%q", flowed.Encode("From here on\n> quoted\n-- \nme\n", false))
	// Output: " From here on\r\n> quoted\r\n-- \r\nme\r\n"
}
