package smtp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// A server that takes mail for one domain, and a client that sends it some.
func ExampleServer() {
	srv := &smtp.Server{
		Hostname: "mx.example.org",
		Domains:  []string{"example.org"},
		Backend: smtp.HandlerFunc(func(_ context.Context, c *smtp.Conn, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
			text, err := io.ReadAll(body)
			if err != nil {
				return smtp.Reply{}, err
			}
			fmt.Printf("from %s at %s: %q\n", env.From.Path, c.Hello(), text)
			return smtp.Reply{}, nil
		}),
	}
	l := memnet.Listen() // or net.Listen("tcp", ":25")
	done := make(chan error)
	go func() { done <- srv.Serve(l) }()

	nc, err := l.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	talk(nc, "EHLO client.example", "MAIL FROM:<tim@client.example>", "RCPT TO:<ann@elsewhere.example>", "RCPT TO:<ann@example.org>",
		"DATA", "Subject: hi\r\n\r\nHello.\r\n.", "QUIT")

	fmt.Println(srv.Shutdown(context.Background()))
	fmt.Println(<-done)
	// Output:
	// 250 2.1.0 sender ok
	// 550 5.7.1 relaying denied: not a domain of ours, and you have not logged in
	// 250 2.1.5 recipient ok
	// 354 go ahead, end with <CRLF>.<CRLF>
	// from tim@client.example at client.example: "Subject: hi\r\n\r\nHello.\r\n"
	// 250 2.0.0 message accepted
	// 221 2.0.0 bye
	// <nil>
	// smtp: server closed
}

// A HandlerFunc is a whole Backend. Its Reply tells the client more than that
// all is well: here, by which name the message can be asked for.
func ExampleHandlerFunc() {
	count := 0
	handler := smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
		if _, err := io.Copy(io.Discard, body); err != nil {
			return smtp.Reply{}, err
		}
		count++
		return smtp.R(250, smtp.Enhanced{2, 0, 0}, fmt.Sprintf("queued as M%04d for %d", count, len(env.To))), nil
	})
	converse(handler,
		"EHLO client.example", "MAIL FROM:<tim@client.example>", "RCPT TO:<ann@example.org>", "RCPT TO:<bob@example.org>", "DATA",
		"Hello.\r\n.", "QUIT")
	// Output:
	// 250 2.1.0 sender ok
	// 250 2.1.5 recipient ok
	// 250 2.1.5 recipient ok
	// 354 go ahead, end with <CRLF>.<CRLF>
	// 250 2.0.0 queued as M0001 for 2
	// 221 2.0.0 bye
}

// A Backend with Sessions judges each sender and recipient. What it does not
// care about it leaves to a Session that it embeds.
func ExampleBackend() {
	users := map[string]bool{"ann": true}
	accept := smtp.HandlerFunc(func(context.Context, *smtp.Conn, *smtp.Envelope, io.Reader) (smtp.Reply, error) {
		return smtp.Reply{}, nil
	})
	backend := smtp.BackendFunc(func(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
		inner, err := accept.NewSession(ctx, c)
		return userCheck{inner, users}, err
	})
	converse(backend, "EHLO client.example", "MAIL FROM:<>", "RCPT TO:<bob@example.org>", "RCPT TO:<ann@example.org>", "QUIT")
	// Output:
	// 250 2.1.0 sender ok
	// 550 5.1.1 bob is not known here
	// 250 2.1.5 recipient ok
	// 221 2.0.0 bye
}

// userCheck is a Session that accepts some recipients.
type userCheck struct {
	smtp.Session
	users map[string]bool
}

func (s userCheck) Rcpt(ctx context.Context, to smtp.RcptParams) error {
	if !s.users[to.Path.Local] {
		return smtp.R(550, smtp.Enhanced{5, 1, 1}, to.Path.Local+" is not known here")
	}
	return s.Session.Rcpt(ctx, to)
}

// Unwrap lets the engine find what else the inner Session can do.
func (s userCheck) Unwrap() smtp.Session { return s.Session }

// A Reply that refused something is found in an error, however it is wrapped.
func ExampleReply() {
	err := fmt.Errorf("looking up c@d.example: %w", smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user"))
	if r, ok := errors.AsType[smtp.Reply](err); ok {
		fmt.Println(r, r.Temporary())
	}
	// Output: 550 5.1.1 no such user false
}

// Text that comes from elsewhere cannot make a reply of its own.
func ExampleReply_AppendTo() {
	r := smtp.R(451, smtp.Enhanced{4, 4, 0}, "the next server said:\ntry later\r\n250 ok")
	fmt.Printf("%q", r.AppendTo(nil))
	// Output: "451-4.4.0 the next server said:\r\n451-4.4.0 try later \r\n451 4.4.0 250 ok\r\n"
}

// The parts of a Path are kept apart, without quotes, and quoted again where
// they must be.
func ExampleParsePath() {
	for _, s := range []string{`"ann"@example.org`, `"x> SIZE=1 <y"@example.org`, "@relay.example:ann@example.org", "ann@"} {
		p, err := smtp.ParsePath(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s of %s: <%s>\n", p.Local, p.Domain, p)
	}
	// Output:
	// ann of example.org: <ann@example.org>
	// x> SIZE=1 <y of example.org: <"x> SIZE=1 <y"@example.org>
	// ann of example.org: <ann@example.org>
	// smtp: not a mailbox
}

// Clients in the networks of one's own may send anywhere, others only to the
// domains that the server is for, until they log in.
func ExampleRelayFor() {
	srv := &smtp.Server{
		Domains: []string{"example.org"},
		Relay:   smtp.RelayFor(netip.MustParsePrefix("192.168.0.0/16")),
		Backend: smtp.HandlerFunc(func(context.Context, *smtp.Conn, *smtp.Envelope, io.Reader) (smtp.Reply, error) {
			return smtp.Reply{}, nil
		}),
	}
	l := memnet.Listen()
	go srv.Serve(l)
	defer srv.Close()
	for _, from := range []string{"192.168.1.2:4711", "203.0.113.7:4711"} {
		nc, err := l.DialFrom(context.Background(), netip.MustParseAddrPort(from))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("from", from)
		talk(nc, "EHLO client.example", "MAIL FROM:<>", "RCPT TO:<ann@elsewhere.example>", "QUIT")
	}
	// Output:
	// from 192.168.1.2:4711
	// 250 2.1.0 sender ok
	// 250 2.1.5 recipient ok
	// 221 2.0.0 bye
	// from 203.0.113.7:4711
	// 250 2.1.0 sender ok
	// 550 5.7.1 relaying denied: not a domain of ours, and you have not logged in
	// 221 2.0.0 bye
}

// converse has a client say lines to a server for example.org, and prints what
// it is answered but for the greetings.
func converse(b smtp.Backend, lines ...string) {
	converseWith(&smtp.Server{Backend: b, Domains: []string{"example.org"}}, lines...)
}

func converseWith(srv *smtp.Server, lines ...string) {
	client, server := memnet.Pipe()
	go func() {
		defer server.Close()
		// What went wrong, if anything, shows in the replies.
		_ = srv.ServeConn(context.Background(), server)
	}()
	talk(client, lines...)
}

func talk(nc net.Conn, lines ...string) {
	defer nc.Close()
	r := bufio.NewReader(nc)
	for i, line := range append([]string{""}, lines...) {
		if i > 0 {
			fmt.Fprintf(nc, "%s\r\n", line)
		}
		reply, err := readReply(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		if i > 1 {
			fmt.Println(strings.TrimSuffix(reply, "\n"))
		}
	}
}
