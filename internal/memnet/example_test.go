package memnet_test

import (
	"bufio"
	"context"
	"fmt"
	"net/netip"

	"github.com/wirepost/wirepost/internal/memnet"
)

func ExamplePipe() {
	client, server := memnet.Pipe()
	fmt.Fprint(client, "NOOP\r\nQUIT\r\n") // nobody reads yet
	lines := bufio.NewScanner(server)
	for range 2 {
		lines.Scan()
		fmt.Println(lines.Text())
	}
	// Output:
	// NOOP
	// QUIT
}

func ExampleListener() {
	ln := memnet.Listen()
	defer ln.Close()
	client, err := ln.DialFrom(context.Background(), netip.MustParseAddrPort("192.0.2.1:1234"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	server, err := ln.Accept()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.RemoteAddr())
	// Output: 192.0.2.1:1234
}
