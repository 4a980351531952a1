package summary_test

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/mime"
)

func ExampleNew() {
	text := "Subject: Re: Lunch\r\nFrom: Joe <joe@example.org>\r\nMessage-ID: <1@example.org>\r\n\r\nAt noon?\r\n"
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := summary.New(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	kept, ok := summary.Decode(s.AppendTo(nil))
	fmt.Println(ok, kept.Preview, kept.Subject, kept.MessageID)
	fmt.Println(kept.Envelope.For(false))
	// Output:
	// true At noon? LUNCH 1@example.org
	// (NIL "Re: Lunch" (("Joe" NIL "joe" "example.org")) (("Joe" NIL "joe" "example.org")) (("Joe" NIL "joe" "example.org")) NIL NIL NIL NIL "<1@example.org>")
}

func ExampleAppendString() {
	fmt.Printf("%s\n", summary.AppendString(nil, `a "quoted" word`, false))
	fmt.Printf("%q\n", summary.AppendString(nil, "two\r\nlines", false))
	// Output:
	// "a \"quoted\" word"
	// "{10}\r\ntwo\r\nlines"
}

func ExampleCache() {
	c := summary.NewCache(64 << 20)
	c.Put("account/M6d99ac3275bb4e", &summary.Summary{Size: 1234})
	fmt.Println(c.Get("account/M6d99ac3275bb4e").Size, c.Get("account/other"))
	// Output: 1234 <nil>
}
