package serve_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
)

func ExampleLife() {
	var life serve.Life
	ln := memnet.Listen()
	done := make(chan error)
	go func() {
		done <- life.Serve(ln, &serve.Options{
			Deny:   []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")},
			Handle: func(_ context.Context, nc net.Conn) { fmt.Fprint(nc, "220 welcome") },
			Refuse: func(nc net.Conn, why serve.Refusal) { fmt.Fprint(nc, "554 ", why) },
		})
	}()
	for _, from := range []string{"192.0.2.1:1000", "198.51.100.1:1000"} {
		nc, err := ln.DialFrom(context.Background(), netip.MustParseAddrPort(from))
		if err != nil {
			fmt.Println(err)
			return
		}
		greeting, _ := io.ReadAll(nc)
		fmt.Println(string(greeting))
	}
	fmt.Println(life.Shutdown(context.Background()))
	fmt.Println(<-done)
	// Output:
	// 220 welcome
	// 554 address not allowed
	// <nil>
	// server closed
}
