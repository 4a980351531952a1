package memory_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// A store by itself: what is added is claimed, and settled when it is delivered.
func ExampleNew() {
	ctx := context.Background()
	s := memory.New(nil)
	body, err := s.PutBody(ctx, strings.NewReader("Subject: hello\r\n\r\n"), -1)
	if err != nil {
		log.Fatal(err)
	}
	to := smtp.RcptParams{Path: smtp.Path{Local: "bob", Domain: "example.net"}}
	err = s.Add(ctx, queue.Entry{
		Message: queue.Message{ID: "m1", Body: body, Arrived: time.Now()},
		Items: []queue.Item{{
			ID: "m1.0", Message: "m1", Route: "example.net", Due: time.Now(),
			To: []queue.Recipient{{RcptParams: to}},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
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
