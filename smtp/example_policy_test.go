package smtp_test

import (
	"context"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

// Users send from their own addresses only.
func ExampleSenderIsLogin() {
	addresses := map[string][]smtp.Path{
		"anna": {{Local: "anna", Domain: "example.org"}, {Local: "sales", Domain: "example.org"}},
	}
	srv := &smtp.Server{
		Backend:     takeAll,
		RequireAuth: true,
		Auth:        &auth.Authenticator{Accounts: accounts{}, AllowInsecure: true}, // AllowInsecure: there is no TLS here
		MaySend: smtp.SenderIsLogin(func(_ context.Context, user string) ([]smtp.Path, error) {
			return addresses[user], nil
		}),
	}
	converseWith(srv, "EHLO client.example", "AUTH PLAIN AGFubmEAc2VzYW1l",
		"MAIL FROM:<boss@example.org>", "MAIL FROM:<Sales@example.org>", "QUIT")
	// Output:
	// 235 2.7.0 logged in
	// 553 5.7.1 not an address of yours
	// 250 2.1.0 sender ok
	// 221 2.0.0 bye
}

// A delivery agent speaks LMTP: each recipient has a verdict of its own, so that
// a full mailbox does not keep the message from the others.
func ExampleServer_lmtp() {
	srv := &smtp.Server{
		Backend: around(func(s smtp.Session) smtp.Session { return eachMailbox{s} }),
		Domains: []string{"example.org"},
		LMTP:    true,
	}
	converseWith(srv, "LHLO mx.example.org", "MAIL FROM:<tim@client.example>",
		"RCPT TO:<ann@example.org>", "RCPT TO:<bob@example.org>", "DATA", "Hello.\r\n.", "QUIT", "")
	// Output:
	// 250 2.1.0 sender ok
	// 250 2.1.5 recipient ok
	// 250 2.1.5 recipient ok
	// 354 go ahead, end with <CRLF>.<CRLF>
	// 250 2.0.0 message accepted
	// 452 4.2.2 bob's mailbox is full
	// 221 2.0.0 bye
}
