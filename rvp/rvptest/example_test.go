package rvptest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"regexp"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
	"github.com/wirepost/wirepost/rvp/rvptest"
)

// everybody is a directory in which everybody is.
type everybody struct{}

func (everybody) User(context.Context, rvp.Node) (rvp.User, error) { return rvp.User{}, nil }

// A program that is no test can run the cases too, against any server.
func ExampleCheck() {
	users := &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, NTHash: true, Secret: true}}
	for _, name := range []string{"anna", "ben"} {
		if err := users.Set(name, "tanstaaf"); err != nil {
			fmt.Println(err)
		}
	}
	quiet := slog.New(slog.DiscardHandler)
	home := &rvp.HomeServer{
		Domain: "im.example.test", Directory: everybody{}, Store: memory.New(), Logger: quiet,
		Auth: &auth.Authenticator{Accounts: users, Logger: quiet},
	}
	defer home.Close()
	srv := httptest.NewUnstartedServer(home)
	srv.Config.ConnContext = rvp.ConnContext
	srv.Start()
	defer srv.Close()

	target := rvptest.Target{
		Addr: srv.Listener.Addr().String(), Domain: "im.example.test",
		User: "anna", Password: "tanstaaf", Other: "ben", OtherPassword: "tanstaaf",
		Only: regexp.MustCompile(`^(subscribe|propfind|ack)/`),
	}
	verdicts := make(map[rvptest.Verdict]int)
	rvptest.Check(context.Background(), target, func(r rvptest.Result) {
		verdicts[r.Verdict]++
		if r.Verdict == rvptest.Fail {
			fmt.Println(r.Name, r.Ref, r.Requirement, r.Detail)
		}
	})
	fmt.Println("failed:", verdicts[rvptest.Fail])
	// Output: failed: 0
}
