package testkit_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/testkit"
)

func TestPlay(t *testing.T) {
	testkit.Play(t, new(echo).ServeConn, dialogue.OneLine, "C: hello\nS: hello\nS: EOF\n")
}

// TestDialEnds checks that the conversation is over when the test is.
func TestDialEnds(t *testing.T) {
	fake := &tb{TB: t}
	over := false
	testkit.Dial(fake, func(_ context.Context, nc net.Conn) error {
		_, err := nc.Read(make([]byte, 1))
		over = err == io.EOF
		return err
	})
	fake.end()
	require.True(t, over)
}

// A test that is told of each conversation by what it hears.
func ExampleDial() {
	t := new(tb) // in a test, its *testing.T
	defer t.end()

	nc := testkit.Dial(t, func(_ context.Context, nc net.Conn) error {
		_, err := io.WriteString(nc, "220 welcome\r\n")
		return err
	})
	greeting, _ := io.ReadAll(nc)
	fmt.Printf("%s", greeting)
	// Output: 220 welcome
}
