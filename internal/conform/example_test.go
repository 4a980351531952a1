package conform_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wirepost/wirepost/internal/conform"
	"github.com/wirepost/wirepost/internal/memnet"
)

// A case is a function that talks to the server and ends itself by Failf when
// the server does what it should not.
func ExampleDo() {
	dial := func(context.Context) (net.Conn, error) {
		client, server := memnet.Pipe()
		go func() {
			defer server.Close()
			io.WriteString(server, "250 ready\r\n")
		}()
		return client, nil
	}
	r := conform.Do(context.Background(), conform.Case{
		Name: "greeting/code", Ref: "RFC 5321, 4.2", Requirement: "the greeting is 220",
		Run: func(ctx context.Context, r *conform.Run) {
			line, err := r.Dial(ctx, dial).Line()
			if err != nil || line[:3] != "220" {
				r.Failf("greeted by %q", line)
			}
		},
	}, 10*time.Second)
	fmt.Printf("%s: %s: %s (%s)\n", r.Name, r.Verdict, r.Detail, r.Requirement)
	fmt.Println(r.Transcript)
	// Output:
	// greeting/code: fail: greeted by "250 ready" (the greeting is 220)
	// [S: 250 ready]
}
