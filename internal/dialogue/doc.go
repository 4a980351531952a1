// Package dialogue plays written conversations to a server. The test packages
// of the line protocols share it.
//
// The lines of a script are
//
//	# a comment
//	C: NOOP             a line to send, CRLF is added
//	C! "NOOP\nNOOP\r\n" octets to send, as a Go string
//	S: 250 2.0.0        how the last line of the next reply must begin
//	S~ STARTTLS         what some line of that reply must hold
//	S! STARTTLS         what no line of it may hold
//	S: EOF              the server must hang up, with nothing more to say
//	wait 5m             time that passes; in a synctest bubble it costs none
//	hangup              the client ends its direction
//
// Each begins at the start of its line; empty lines are passed over.
package dialogue
