package imap4test_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/wirepost/wirepost/imap4/imap4test"
)

// A server for a test of a client.
func ExampleNewServer() {
	_ = func(t *testing.T) {
		srv := imap4test.NewServer(t, imap4test.User{
			Name: "tim", Password: "tanstaaf",
			Messages: []string{"Subject: hello\r\n\r\nHello, Tim.\r\n"},
		})
		fetchAll(srv.Addr, "tim", "tanstaaf") // the code under test
	}
	// Output:
}

func fetchAll(_, _, _ string) {}

// The cases against a server somewhere else.
func ExampleCheck() {
	_ = func(ctx context.Context) {
		target := imap4test.Target{Addr: "mail.example:143", User: "tim", Password: "tanstaaf", Scratch: "imap4test"}
		imap4test.Check(ctx, target, func(r imap4test.Result) {
			if r.Verdict == imap4test.Fail {
				fmt.Println(r.Name, r.Ref, r.Detail)
			}
		})
	}
	// Output:
}
