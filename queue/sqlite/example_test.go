package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/sqlite"
	"github.com/wirepost/wirepost/smtp"
)

// What was added is there when the program comes back.
func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "queue")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := accept(ctx, dir); err != nil {
		log.Fatal(err)
	}
	s, err := sqlite.Open(ctx, sqlite.Options{Dir: dir})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	leases, err := s.Claim(ctx, queue.ClaimRequest{Max: 10, Lease: time.Minute})
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range leases {
		fmt.Println(l.Item.Route, l.Item.To[0].Path)
		if err := s.Settle(ctx, queue.Settlement{Lease: &l})[0]; err != nil {
			log.Fatal(err)
		}
	}
	// Output: example.net bob@example.net
}

// accept adds a message, as a Queue does.
func accept(ctx context.Context, dir string) error {
	s, err := sqlite.Open(ctx, sqlite.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer s.Close()
	body, err := s.PutBody(ctx, strings.NewReader("Subject: hello\r\n\r\n"), -1)
	if err != nil {
		return err
	}
	to := smtp.RcptParams{Path: smtp.Path{Local: "bob", Domain: "example.net"}}
	now := time.Now()
	return s.Add(ctx, queue.Entry{
		Message: queue.Message{ID: "m1", Body: body, Arrived: now},
		Items: []queue.Item{{
			ID: "m1.0", Message: "m1", Route: "example.net", Due: now, Expires: now.Add(72 * time.Hour),
			To: []queue.Recipient{{RcptParams: to}},
		}},
	})
}
