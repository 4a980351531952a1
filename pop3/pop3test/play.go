package pop3test

import (
	"net"
	"testing"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/testkit"
	"github.com/wirepost/wirepost/pop3"
)

// Dial connects to srv over a network in memory, which works inside a
// testing/synctest bubble. The conversation ends with the test.
func Dial(tb testing.TB, srv *pop3.Server) net.Conn {
	tb.Helper()
	return testkit.Dial(tb, srv.ServeConn)
}

// Play holds the client's side of a dialogue with srv and checks the other, in
// a testing/synctest bubble, so that time costs none. The lines of script are
//
//	# a comment
//	C: NOOP             a line to send, CRLF is added
//	C! "NOOP\nNOOP\r\n" octets to send, as a Go string
//	S: +OK 2            how the next line must begin
//	S~ STLS             what that line must hold
//	S! STLS             what it may not hold
//	S: EOF              the server must hang up
//	wait 5m             time that passes
//	hangup              the client ends its direction
//
// Each line of an answer, the final dot too, is an S: of its own.
func Play(t *testing.T, srv *pop3.Server, script string) {
	t.Helper()
	testkit.Play(t, srv.ServeConn, dialogue.OneLine, script)
}
