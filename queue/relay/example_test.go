package relay_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
)

// A queue whose mail goes to a smart host.
func Example() {
	l := memnet.Listen() // the smart host, in memory
	arrived := make(chan string, 1)
	srv := &smtp.Server{
		Domains: []string{"*"},
		Logger:  slog.New(slog.DiscardHandler),
		Backend: smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
			_, err := io.Copy(io.Discard, body)
			arrived <- env.To[0].Path.String()
			return smtp.Reply{}, err
		}),
	}
	go srv.Serve(l)
	defer srv.Close()

	r := &relay.Relay{
		Hello:   "mx.example.org",
		Content: relay.Content,
	}
	r.Options.Convert = relay.Convert
	r.Options.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) }
	defer r.Close()

	routes, err := queue.NewConnectors(queue.Connector{Name: "out", Next: []string{"192.0.2.25:587"}})
	if err != nil {
		panic(err)
	}
	q := &queue.Queue{Store: memory.New(nil), Transport: r, Router: routes}
	env, err := smtp.NewEnvelope("a@example.org", "b@example.com")
	if err != nil {
		panic(err)
	}
	const text = "Subject: hello\r\n\r\nhello\r\n"
	if _, err := q.Add(context.Background(), queue.Submission{Envelope: env, Body: strings.NewReader(text), Size: int64(len(text))}); err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx, time.Second) }()
	fmt.Println(<-arrived)
	stop()
	<-done
	// Output: b@example.com
}

// Checking what an administrator has written.
func ExampleParseHop() {
	for _, s := range []string{"smtps://relay.example.org", "[IPv6:2001:db8::1]:587", "lmtp:///run/store/lmtp", "relay.example.org:smtp"} {
		hop, err := relay.ParseHop(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%q port %q, LMTP %t, TLS %t\n", hop.Host, hop.Port, hop.LMTP, hop.TLS)
	}
	// Output:
	// "relay.example.org" port "465", LMTP false, TLS true
	// "2001:db8::1" port "587", LMTP false, TLS false
	// "/run/store/lmtp" port "", LMTP true, TLS false
	// relay: host "relay.example.org:smtp": a port is a number from 1 to 65535
}
