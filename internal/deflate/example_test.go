package deflate_test

import (
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/wirepost/wirepost/internal/deflate"
	"github.com/wirepost/wirepost/internal/memnet"
)

// Both ends of a connection are compressed.
func ExampleNew() {
	a, b := memnet.Pipe()
	client, server := deflate.New(a), deflate.New(b)
	if _, err := io.WriteString(client, strings.Repeat("a NOOP\r\n", 100)); err != nil {
		log.Fatal(err)
	}
	if err := client.Close(); err != nil {
		log.Fatal(err)
	}
	all, err := io.ReadAll(server)
	fmt.Println(len(all), err)
	// Output: 800 <nil>
}
