package testkit

import (
	"bufio"
	"context"
	"net"
	"testing"
	"testing/synctest"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
)

// A ServeConn holds one conversation, as the method of that name does.
type ServeConn = func(context.Context, net.Conn) error

// Dial connects to serve over a network in memory, which works inside a
// testing/synctest bubble. The conversation ends with the test.
func Dial(tb testing.TB, serve ServeConn) net.Conn {
	tb.Helper()
	client, server := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer server.Close()
		// How it ended is what the client sees.
		_ = serve(tb.Context(), server)
	}()
	tb.Cleanup(func() { client.Close(); <-done })
	return client
}

// Play holds the client's side of a dialogue with serve and checks the other, in
// a testing/synctest bubble, so that time costs none. See dialogue.Player for
// read, and package dialogue for script.
func Play(t *testing.T, serve ServeConn, read func(*bufio.Reader) ([]string, error), script string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := dialogue.Player{Conn: Dial(t, serve), ReadReply: read}
		if err := p.Play(script); err != nil {
			t.Error(err)
		}
	})
}
