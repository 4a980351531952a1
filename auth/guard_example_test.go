package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/wirepost/wirepost/auth"
)

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
