package dialogue_test

import (
	"bufio"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
)

// The error names the line of the script that the server did not keep to.
func ExamplePlayer() {
	client, server := memnet.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		line, _ := bufio.NewReader(server).ReadString('\n')
		io.WriteString(server, "you said "+line)
	}()
	p := dialogue.Player{Conn: client, ReadReply: readLine}
	fmt.Println(p.Play("C: hello\nS: you said hello\n"))
	fmt.Println(p.Play("# politeness\nS: goodbye"))
	// Output:
	// <nil>
	// line 2: "S: goodbye": got no reply: EOF
}
