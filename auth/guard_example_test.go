package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/wirepost/wirepost/auth"
)

// One Guard for all that a program's servers are asked.
func ExampleGuard() {
	var users auth.Users
	_ = users.Set("tim", "tanstaaftanstaaf")
	guard := &auth.Guard{Shared: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}} // webmail
	smtp := &auth.Authenticator{Accounts: &users, Guard: guard}
	pop3 := &auth.Authenticator{Accounts: &users, Guard: guard, Floor: auth.FloorProof}
	fmt.Println(smtp.Offer(nil), smtp.Check(), pop3.Check())
	// Output: [SCRAM-SHA-256] <nil> <nil>
}

// A program that checks passwords by itself asks the Guard as the Authenticator
// does.
func ExampleGuard_Begin() {
	guard := &auth.Guard{Delay: time.Millisecond, Trace: func(e auth.GuardEvent) {
		fmt.Println(e.Name, "waits", e.Wait)
	}}
	login := func(name, password string) error {
		conn := &auth.Conn{RemoteAddr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 40000}}
		done, err := guard.Begin(context.Background(), conn, name)
		if err != nil {
			return err // auth.ErrBusy, or the context's
		}
		if password != "tanstaaftanstaaf" {
			err = auth.ErrCredentials
		}
		done(err)
		return err
	}
	for range 6 {
		if err := login("tim", "guess"); !errors.Is(err, auth.ErrCredentials) {
			fmt.Println(err)
		}
	}
	fmt.Println(login("tim", "tanstaaftanstaaf"))
	// Output:
	// tim waits 1ms
	// tim waits 2ms
	// <nil>
}
