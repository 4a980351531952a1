package pop3_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
)

// serveInbox serves an inbox with two messages on a port of its own.
func serveInbox() (addr string, box *inbox, stop func()) {
	users := &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, Iterations: 4096}}
	if err := users.Set("tim", "tanstaaf"); err != nil {
		log.Fatal(err)
	}
	box = &inbox{messages: []string{"Subject: hello\r\n\r\nHello, Tim.\r\n", "Subject: news\r\n\r\nNothing.\r\n"}}
	srv := &pop3.Server{Backend: box, Auth: &auth.Authenticator{Accounts: users}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- srv.Serve(l) }()
	return l.Addr().String(), box, func() {
		srv.Close()
		<-served
	}
}

// What is new is fetched, and deleted once it is stored.
func ExampleClient_Messages() {
	addr, box, stop := serveInbox()
	defer stop()
	ctx := context.Background()
	// Without TLS, only because this is an example; the password is not shown.
	c, err := pop3.Dial(ctx, addr, &pop3.Options{TLS: pop3.TLSNone, Auth: pop3.Password("tim", "tanstaaf")})
	if err != nil {
		log.Fatal(err)
	}
	stored := map[string]string{"m1": "from an earlier conversation"}
	seen := func(uidl string) bool { return stored[uidl] != "" }
	for m, err := range c.Messages(ctx, pop3.Fetch{Seen: seen}) {
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(m.Body)
		if err != nil {
			log.Fatal(err)
		}
		stored[m.UIDL] = string(text)
		if err := m.Delete(); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d octets\n", m.UIDL, m.Size)
	}
	if err := c.Quit(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(box.messages), "left")
	// Output:
	// m2: 27 octets
	// 1 left
}

// The commands one by one: the headers of all messages.
func ExampleClient_Top() {
	addr, _, stop := serveInbox()
	defer stop()
	ctx := context.Background()
	c, err := pop3.Dial(ctx, addr, &pop3.Options{TLS: pop3.TLSNone, Auth: pop3.Password("tim", "tanstaaf")})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	list, err := c.List(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range list {
		top, err := c.Top(ctx, e.Number, 0)
		if err != nil {
			log.Fatal(err)
		}
		header, err := io.ReadAll(top)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d %d %.14q\n", e.Number, e.Size, header)
	}
	// Output:
	// 1 31 "Subject: hello"
	// 2 27 "Subject: news\r"
}
