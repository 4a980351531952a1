package wire_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/wire"
)

// connect returns a Conn to a client that says what, and hangs up.
func connect(what string) *wire.Conn {
	server, client := memnet.Pipe()
	if _, err := io.WriteString(client, what); err != nil {
		panic(err)
	}
	if err := client.Close(); err != nil {
		panic(err)
	}
	return wire.New(server, wire.Timeouts{Line: 5 * time.Minute})
}

// A server in a few lines: read, answer, until the client has gone. The
// answers leave when the next command has to be waited for.
func Example() {
	server, client := memnet.Pipe()
	go func() {
		defer server.Close()
		c := wire.New(server, wire.Timeouts{Line: 5 * time.Minute, Write: time.Minute})
		defer c.Release()
		for {
			line, err := c.ReadLine(512)
			switch {
			case err == nil:
				fmt.Fprintf(c, "250 %s ok\r\n", line)
			case errors.Is(err, wire.ErrLineTooLong), errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrNUL):
				fmt.Fprint(c, "500 syntax error\r\n")
			default:
				return
			}
		}
	}()
	fmt.Fprint(client, "EHLO client.example\r\nMAIL\r\nRC\x00PT\r\n")
	answers := bufio.NewScanner(client)
	for range 3 {
		answers.Scan()
		fmt.Println(answers.Text())
	}
	client.Close()
	// Output:
	// 250 EHLO client.example ok
	// 250 MAIL ok
	// 500 syntax error
}

// A line that does not end in CRLF is not one.
func ExampleConn_ReadLine() {
	c := connect("NOOP\r\nRSET\nMAIL FROM:<a@b.example>\r\n")
	for range 2 {
		line, err := c.ReadLine(512)
		fmt.Printf("%q %v\n", line, err)
	}
	// Output:
	// "NOOP" <nil>
	// "" wire: LF without CR before it
}

// Drain tells whether the body came whole and clean, however much of it was
// read, and leaves the connection at the next command.
func ExampleConn_DotReader() {
	c := connect("Subject: hi\r\n\r\n..and a dot\r\n.\r\nQUIT\r\n")
	body := c.DotReader(wire.BodyLimit{Size: 1 << 20, Line: 998})
	text, err := io.ReadAll(body)
	fmt.Printf("%q %v\n", text, err)
	fmt.Println(body.Drain())
	line, err := c.ReadLine(512)
	fmt.Printf("%q %v\n", line, err)
	// Output:
	// "Subject: hi\r\n\r\n.and a dot\r\n" <nil>
	// <nil>
	// "QUIT" <nil>
}

// An end that another server might see is none.
func ExampleDotReader_Drain() {
	c := connect("hi\n.\r\nMAIL FROM:<evil@x.example>\r\n.\r\nQUIT\r\n")
	fmt.Println(c.DotReader(wire.BodyLimit{}).Drain())
	line, err := c.ReadLine(512)
	fmt.Printf("%q %v\n", line, err)
	// Output:
	// wire: LF without CR before it
	// "QUIT" <nil>
}

func ExampleConn_DotWriter() {
	server, client := memnet.Pipe()
	c := wire.New(server, wire.Timeouts{})
	body := c.DotWriter()
	fmt.Fprint(body, "one\r\n.two\r\nthree")
	fmt.Println(body.Close(), c.Flush())
	server.Close()
	sent, _ := io.ReadAll(client)
	fmt.Printf("%q\n", sent)
	// Output:
	// <nil> <nil>
	// "one\r\n..two\r\nthree\r\n.\r\n"
}

// What was cut short does not look whole.
func ExampleConn_CountedReader() {
	c := connect("12345678")
	for range 2 {
		text, err := io.ReadAll(c.CountedReader(5))
		fmt.Printf("%q %v\n", text, err)
	}
	// Output:
	// "12345" <nil>
	// "678" unexpected EOF
}
