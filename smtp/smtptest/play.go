package smtptest

import (
	"bufio"
	"net"
	"testing"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/testkit"
	"github.com/wirepost/wirepost/smtp"
)

// Dial connects to srv over a network in memory, which works inside a
// testing/synctest bubble. The conversation ends with the test.
func Dial(tb testing.TB, srv *smtp.Server) net.Conn {
	tb.Helper()
	return testkit.Dial(tb, srv.ServeConn)
}

// Play holds the client's side of a dialogue with srv and checks the other, in
// a testing/synctest bubble, so that time costs none. The lines of script are
//
//	# a comment
//	C: NOOP             a line to send, CRLF is added
//	C! "NOOP\nNOOP\r\n" octets to send, as a Go string
//	S: 250 2.0.0        how the last line of the next reply must begin
//	S~ STARTTLS         what some line of that reply must hold
//	S! STARTTLS         what no line of it may hold
//	S: EOF              the server must hang up
//	wait 5m             time that passes
//	hangup              the client ends its direction
func Play(t *testing.T, srv *smtp.Server, script string) {
	t.Helper()
	testkit.Play(t, srv.ServeConn, readReply, script)
}

// readReply reads the lines of a reply.
func readReply(r *bufio.Reader) ([]string, error) {
	var lines []string
	for {
		line, err := dialogue.ReadLine(r)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		if len(line) < len("250-") || line[3] != '-' {
			return lines, nil
		}
	}
}
