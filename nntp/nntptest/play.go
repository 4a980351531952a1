package nntptest

import (
	"bufio"
	"net"
	"testing"
	"testing/synctest"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp"
)

// Dial connects to srv over a network in memory, which works inside a
// testing/synctest bubble. The conversation ends with the test.
func Dial(tb testing.TB, srv *nntp.Server) net.Conn {
	tb.Helper()
	client, server := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer server.Close()
		// How it ended is what the client sees.
		_ = srv.ServeConn(tb.Context(), server)
	}()
	tb.Cleanup(func() { client.Close(); <-done })
	return client
}

// Play holds the client's side of a dialogue with srv and checks the other, in
// a testing/synctest bubble, so that time costs none. The lines of script are
//
//	# a comment
//	C: DATE             a line to send, CRLF is added
//	C! "DATE\nDATE\r\n" octets to send, as a Go string
//	S: 111 20           how the next line must begin
//	S~ STARTTLS         what that line must hold
//	S! STARTTLS         what it may not hold
//	S: EOF              the server must hang up
//	wait 5m             time that passes
//	hangup              the client ends its direction
//
// Each line of an answer, the final dot too, is an S: of its own.
func Play(t *testing.T, srv *nntp.Server, script string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := dialogue.Player{Conn: Dial(t, srv), ReadReply: readLine}
		if err := p.Play(script); err != nil {
			t.Error(err)
		}
	})
}

// readLine reads a line. Which answers have more than one depends on the
// command, so a script names each.
func readLine(r *bufio.Reader) ([]string, error) {
	line, err := dialogue.ReadLine(r)
	if err != nil {
		return nil, err
	}
	return []string{line}, nil
}
