package pop3test_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// A program that is no test can run the cases too, against any server.
func ExampleCheck() {
	users := &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8}}
	if err := users.Set("tim", "tanstaaf"); err != nil {
		fmt.Println(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	store := new(pop3test.Store)
	store.Deliver("tim", "Subject: one\r\n\r\nHello\r\n")
	store.Deliver("tim", "Subject: two\r\n\r\nHello again\r\n")
	srv := &pop3.Server{
		Backend: store,
		Auth:    &auth.Authenticator{Accounts: users, AllowInsecure: true, Logger: quiet},
		Limits:  pop3.Limits{ConnsPerAddr: -1},
		Logger:  quiet,
	}
	l := memnet.Listen()
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()

	target := pop3test.Target{
		Dial:     func(ctx context.Context) (net.Conn, error) { return l.Dial(ctx) },
		User:     "tim",
		Password: "tanstaaf",
	}
	verdicts := make(map[pop3test.Verdict]int)
	pop3test.Check(context.Background(), target, func(r pop3test.Result) {
		verdicts[r.Verdict]++
		if r.Verdict == pop3test.Fail {
			fmt.Println(r.Name, r.Ref, r.Requirement, r.Detail)
		}
	})
	fmt.Println("failed:", verdicts[pop3test.Fail])
	// Output: failed: 0
}

func ExampleStore() {
	store := new(pop3test.Store)
	store.Deliver("tim", "Subject: hello\r\n\r\nHello, Tim.\r\n")
	fmt.Println(len(store.Messages("tim")), store.Locked("tim"))
	// Output: 1 false
}
