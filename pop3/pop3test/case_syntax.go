package pop3test

import (
	"strings"

	"github.com/wirepost/wirepost/pop3"
)

func syntaxCases() []testCase {
	list := []testCase{
		{
			"limits/line of 255", "RFC 2449, 4", "a command line of 255 octets with its CRLF is read as one command",
			func(s *session) {
				s.anonymous()
				if s.capabilities == nil {
					s.NotApplicable("the server does not offer CAPA")
				}
				s.do("USER " + strings.Repeat("x", 255-len("USER \r\n")))
				s.capa()
				if s.capabilities == nil {
					s.Failf("CAPA behind it is refused")
				}
			},
		},
		{
			"syntax/bare LF ends no command", "RFC 1939, 3",
			"LF alone ends no command line: neither the command before it nor the one behind it is obeyed",
			func(s *session) {
				s.login()
				s.peer.Send("NOOP\nNOOP\r\n")
				good := 0
				for _, r := range s.rest() {
					if r.ok() {
						good++
					}
				}
				if good > 1 { // the QUIT
					s.Failf("a command was obeyed")
				}
			},
		},
	}
	for _, n := range []struct{ name, octets string }{
		{"NUL", "NO\x00OP\r\n"},
		{"NUL at the end", "NOOP\x00\r\n"},
		{"bare CR", "NO\rOP\r\n"},
	} {
		list = append(list, testCase{
			"syntax/" + n.name + " in a command", "RFC 2449, 3",
			"a command with " + n.name + " is refused or ends the conversation",
			func(s *session) {
				s.login()
				s.peer.Send(n.octets)
				if r := s.reply(); r.ok() {
					s.Failf("answered by %v", r)
				}
			},
		})
	}
	return append(list, testCase{
		"syntax/empty line", "RFC 1939, 3", "an empty line is refused, and no more",
		func(s *session) {
			s.login()
			s.refuse("")
			s.alive(pop3.Transaction, "an empty line")
		},
	})
}
