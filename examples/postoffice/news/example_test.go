package news_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/nntp"
)

// A message that is put into a group's folder has come to the group.
func ExampleNew() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "news")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	groups := news.New(s, "news.example.org")
	if err := groups.ChangeGroup(ctx, nntp.GroupChange{Name: "example.test"}); err != nil {
		log.Fatal(err)
	}
	folder, err := s.FolderAt(ctx, store.Public, "example.test")
	if err != nil {
		log.Fatal(err)
	}
	message := strings.NewReader("From: ann@example.org\r\nSubject: hello\r\nMessage-ID: <1@example.org>\r\n\r\nHello.\r\n")
	if _, err := s.Append(ctx, folder.ID, store.Each(store.Incoming{Body: message})); err != nil {
		log.Fatal(err)
	}
	for e, err := range groups.Overview(ctx, "example.test", nntp.Range{First: 1, Last: nntp.MaxNumber}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Number, e.Overview.Subject, e.Overview.MessageID)
	}
	// Output: 1 hello <1@example.org>
}
