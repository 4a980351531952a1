package nntptest

import (
	"net"
	"testing"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/testkit"
	"github.com/wirepost/wirepost/nntp"
)

// Dial connects to srv over a network in memory, which works inside a
// testing/synctest bubble. The conversation ends with the test.
func Dial(tb testing.TB, srv *nntp.Server) net.Conn {
	tb.Helper()
	return testkit.Dial(tb, srv.ServeConn)
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
	testkit.Play(t, srv.ServeConn, dialogue.OneLine, script)
}
