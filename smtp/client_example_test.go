package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"sync"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// exampleServer takes mail for here.example, from anybody, over memory.
func exampleServer() func(ctx context.Context, network, addr string) (net.Conn, error) {
	srv := newExampleServer()
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := memnet.Pipe()
		go func() {
			defer far.Close()
			srv.ServeConn(context.Background(), far)
		}()
		return near, nil
	}
}

func newExampleServer() *smtp.Server {
	var mu sync.Mutex
	count := 0
	return &smtp.Server{
		Hostname: "mx.here.example",
		Domains:  []string{"here.example"},
		Backend: smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
			if _, err := io.Copy(io.Discard, body); err != nil {
				return smtp.Reply{}, err
			}
			mu.Lock()
			defer mu.Unlock()
			count++
			return smtp.R(250, smtp.Enhanced{2, 0, 0}, fmt.Sprint("queued as ", count)), nil
		}),
	}
}

func ExampleSendMail() {
	// A submission server: log in over TLS, whose certificate must be good.
	o := &smtp.Options{
		Hello:       "desk.here.example",
		ImplicitTLS: true,
		Auth:        smtp.Password("tim", os.Getenv("MAIL_PASSWORD")),
	}
	err := smtp.SendMail(context.Background(), "mail.here.example:465", o,
		"tim@here.example", []string{"ann@here.example", "bob@there.example"},
		[]byte("From: tim@here.example\r\nTo: ann@here.example, bob@there.example\r\nSubject: hello\r\n\r\nHi!\r\n"))
	if r, ok := errors.AsType[smtp.Reply](err); ok && r.Permanent() {
		log.Fatal("there is no point in trying again: ", err)
	}
}

func ExampleClient_Send() {
	ctx := context.Background()
	c, err := smtp.Dial(ctx, "mx.here.example:25", &smtp.Options{Hello: "client.example", DialContext: exampleServer()})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	env, err := smtp.NewEnvelope("a@client.example", "one@here.example", "two@there.example")
	if err != nil {
		log.Fatal(err)
	}
	out, err := c.Send(ctx, env, smtp.BodyFromBytes([]byte("Subject: hello\r\n\r\nHi!\r\n")))
	if err != nil {
		log.Fatal(err) // the connection was lost; out.Ambiguous tells whether after the end of the message
	}
	for i, r := range out.Rcpt {
		fmt.Printf("%s: %s\n", env.To[i].Path, r.Reply)
	}
	// Output:
	// one@here.example: 250 2.0.0 queued as 1
	// two@there.example: 550 5.7.1 relaying denied: not a domain of ours, and you have not logged in
}

func ExampleClient_Mail() {
	ctx := context.Background()
	c, err := smtp.Dial(ctx, "mx.here.example:25", &smtp.Options{DialContext: exampleServer()})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	r, err := c.Mail(ctx, smtp.MailParams{Path: smtp.Path{Local: "a", Domain: "client.example"}})
	fmt.Println(r, err)
	r, err = c.Rcpt(ctx, smtp.RcptParams{Path: smtp.Path{Local: "two", Domain: "there.example"}})
	fmt.Println(r.Code, err)
	fmt.Println(c.Quit(ctx))
	// Output:
	// 250 2.1.0 sender ok <nil>
	// 550 550 5.7.1 relaying denied: not a domain of ours, and you have not logged in
	// <nil>
}

func ExamplePool() {
	ctx := context.Background()
	pool := &smtp.Pool{PerDestination: 2}
	defer pool.Close()
	o := &smtp.Options{Hello: "client.example", DialContext: exampleServer()}
	for i := range 3 {
		env, err := smtp.NewEnvelope("a@client.example", "one@here.example")
		if err != nil {
			log.Fatal(err)
		}
		out, err := pool.Send(ctx, "mx.here.example:25", o, env, smtp.BodyFromBytes(fmt.Appendf(nil, "Subject: %d\r\n\r\nHi!\r\n", i)))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(out.Rcpt[0].Reply)
	}
	// Output:
	// 250 2.0.0 queued as 1
	// 250 2.0.0 queued as 2
	// 250 2.0.0 queued as 3
}

func ExampleOptions_relay() {
	// From one domain's server to another's, whose DNS vouches for its
	// certificate (RFC 7672). The records come from a resolver that validates.
	records := []smtp.TLSA{{Usage: 3, Selector: 1, MatchingType: 1, Data: make([]byte, 32)}}
	_, err := smtp.Dial(context.Background(), "mx.there.example:25", &smtp.Options{
		Hello:       "out.here.example",
		TLS:         smtp.TLSDANE,
		TLSA:        records,
		AltNames:    []string{"there.example"},
		TLSConfig:   &tls.Config{MinVersion: tls.VersionTLS12},
		DialContext: exampleServer(), // which has no TLS
	})
	fmt.Println(err, errors.Is(err, smtp.ErrNoTLS))
	// Output: smtp: server does not offer TLS true
}
