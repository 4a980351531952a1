package smtp_test

import (
	"context"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/smtp"
)

// takeAll is a Backend that accepts everything.
var takeAll = smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	_, err := io.Copy(io.Discard, body)
	return smtp.Reply{}, err
})

// around is takeAll with more around its Sessions.
func around(more func(smtp.Session) smtp.Session) smtp.Backend {
	return wrapping(takeAll, func(_ *smtp.Conn, s smtp.Session) smtp.Session { return more(s) })
}

type reporter struct{ smtp.Session }

func (reporter) Capabilities() smtp.Capabilities { return smtp.Capabilities{DSN: true} }

func (r reporter) Rcpt(_ context.Context, to smtp.RcptParams) error {
	fmt.Println("report on", to.Notify)
	return nil
}

// A Session that says that it sends delivery reports gets to know which.
func ExampleCapable() {
	converse(around(func(s smtp.Session) smtp.Session { return reporter{s} }),
		"EHLO client.example", "MAIL FROM:<tim@client.example> RET=HDRS", "RCPT TO:<ann@example.org> NOTIFY=SUCCESS,DELAY", "QUIT")
	// Output:
	// 250 2.1.0 sender ok
	// report on SUCCESS,DELAY
	// 250 2.1.5 recipient ok
	// 221 2.0.0 bye
}

type eachMailbox struct{ smtp.Session }

func (eachMailbox) DataEach(_ context.Context, env *smtp.Envelope, body io.Reader) ([]smtp.Reply, error) {
	replies := make([]smtp.Reply, len(env.To))
	for i, to := range env.To {
		if to.Path.Local == "bob" {
			replies[i] = smtp.R(452, smtp.Enhanced{4, 2, 2}, "bob's mailbox is full")
		}
	}
	_, err := io.Copy(io.Discard, body)
	return replies, err
}

// By PRDR or, as here without the 353 and the last reply, by LMTP each
// recipient has a verdict.
func ExampleEachSession() {
	converse(around(func(s smtp.Session) smtp.Session { return eachMailbox{s} }),
		"EHLO client.example", "MAIL FROM:<> PRDR", "RCPT TO:<ann@example.org>", "RCPT TO:<bob@example.org>", "DATA", "Hello.\r\n.",
		"NOOP", "NOOP", "NOOP")
	// Output:
	// 250 2.1.0 sender ok
	// 250 2.1.5 recipient ok
	// 250 2.1.5 recipient ok
	// 354 go ahead, end with <CRLF>.<CRLF>
	// 353 verdicts for each recipient follow
	// 250 2.0.0 message accepted
	// 452 4.2.2 bob's mailbox is full
	// 250 2.0.0 message accepted
}

type depot struct{ smtp.Session }

func (depot) Dequeue(_ context.Context, req smtp.DequeueRequest) (smtp.Reply, error) {
	if req.Name != "branch.example" {
		return smtp.Reply{}, smtp.DequeueNotAllowed
	}
	return smtp.DequeueCount(3), nil
}

// A host that was away asks for its mail by ETRN.
func ExampleDequeuer() {
	converse(around(func(s smtp.Session) smtp.Session { return depot{s} }),
		"EHLO branch.example", "ETRN branch.example", "ETRN other.example", "QUIT")
	// Output:
	// 253 2.0.0 3 pending messages are being sent
	// 459 4.7.1 not allowed for this host
	// 221 2.0.0 bye
}

// A Middleware sees each command and its reply.
func ExampleMiddleware() {
	srv := &smtp.Server{Backend: takeAll, Middleware: []smtp.Middleware{
		func(next smtp.CommandFunc) smtp.CommandFunc {
			return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
				r := next(ctx, c, cmd)
				fmt.Println(cmd.Verb, r.Code)
				return r
			}
		},
	}}
	if _, err := play(context.Background(), srv, newReader("HELO client.example\r\nVRFY ann\r\nQUIT\r\n")); err != nil {
		fmt.Println(err)
	}
	// Output:
	// HELO 250
	// VRFY 252
	// QUIT 221
}

// The board takes mail from its chair only.
func ExampleRestrictSenders() {
	b := smtp.RestrictSenders(takeAll, func(_ context.Context, to smtp.Path) (smtp.SenderList, error) {
		if to.Local == "board" {
			return smtp.SenderList{Accept: []string{"chair@example.org"}}, nil
		}
		return smtp.SenderList{}, nil
	})
	converse(b, "EHLO client.example", "MAIL FROM:<tim@client.example>", "RCPT TO:<board@example.org>", "RCPT TO:<ann@example.org>", "QUIT")
	// Output:
	// 250 2.1.0 sender ok
	// 550 5.7.1 this recipient takes no mail from you
	// 250 2.1.5 recipient ok
	// 221 2.0.0 bye
}

// Those who have not logged in get one recipient at a time.
func ExampleLimitRecipients() {
	b := smtp.LimitRecipients(takeAll, func(_ context.Context, c *smtp.Conn) (int, error) {
		if c.Identity().Name() == "" {
			return 1, nil
		}
		return 0, nil
	})
	converse(b, "EHLO client.example", "MAIL FROM:<>", "RCPT TO:<ann@example.org>", "RCPT TO:<bob@example.org>", "QUIT")
	// Output:
	// 250 2.1.0 sender ok
	// 250 2.1.5 recipient ok
	// 452 4.5.3 too many recipients, send the rest in another transaction
	// 221 2.0.0 bye
}
