package match_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/imap4/internal/match"
	"github.com/wirepost/wirepost/mime"
)

func ExampleBody() {
	text := "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfcn\r\n"
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := collate.NewSearch(collate.UnicodeCasemap, "GRÜN", "grüße")
	err = match.Body(context.Background(), m, s)
	fmt.Println(s.Found(0), s.Found(1), err)
	err = match.Text(context.Background(), m, s)
	fmt.Println(s.Found(0), s.Found(1), err)
	// Output:
	// true false <nil>
	// true true <nil>
}

func ExampleOn() {
	sent := time.Date(1994, 2, 1, 0, 30, 0, 0, time.FixedZone("", 2*3600)) // still January in UTC
	fmt.Println(match.On(sent, time.Date(1994, 2, 1, 0, 0, 0, 0, time.UTC)))
	// Output: true
}
