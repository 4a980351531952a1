package pop3test

import (
	"fmt"
	"slices"
	"strings"
)

func pipelineCases() []testCase {
	return []testCase{
		{
			"pipelining/one answer a command", "RFC 2449, 6.6", "a batch of commands is answered in full, in order",
			func(s *session) {
				s.login()
				s.needs("PIPELINING")
				s.peer.Send("NOOP\r\nSTAT\r\nXYZZY\r\nLIST\r\nRSET\r\nDELE 0\r\nNOOP\r\n")
				for i, want := range []string{"+OK", "+OK", "-ERR", "+OK", "+OK", "-ERR", "+OK"} {
					if r := s.reply(); r.status != want {
						s.Failf("answer %d is %v, want %s", i+1, r, want)
					}
					if i == 3 {
						s.body()
					}
				}
			},
		},
		{
			"pipelining/login and all", "RFC 2449, 6.6", "USER, PASS and what follows may come in one piece",
			func(s *session) {
				s.login()
				s.needs("PIPELINING")
				s.needs("USER")
				s.want("QUIT")
				s.anonymous()
				s.peer.Send("USER " + s.target.User + "\r\nPASS " + s.target.Password + "\r\nSTAT\r\nQUIT\r\n")
				for i := range 4 {
					if r := s.reply(); !r.ok() {
						s.Failf("answer %d is %v", i+1, r)
					}
				}
			},
		},
		{
			"pipelining/half a command", "RFC 2449, 6.6",
			"answers to whole commands are not withheld while half of one is there",
			func(s *session) {
				s.login()
				s.needs("PIPELINING")
				s.peer.Send("NOOP\r\nNOOP\r\nNO")
				for range 2 {
					if r := s.reply(); !r.ok() {
						s.Failf("got %v", r)
					}
				}
				s.peer.Send("OP\r\n")
				if r := s.reply(); !r.ok() {
					s.Failf("got %v", r)
				}
			},
		},
		{
			"pipelining/2000 commands", "RFC 2449, 6.6", "a batch larger than any buffer is answered in full",
			func(s *session) {
				const n = 2000
				s.login()
				s.needs("PIPELINING")
				s.peer.SendQuietly(strings.Repeat("NOOP\r\n", n), fmt.Sprintf("%d times NOOP", n))
				for i := range n {
					if r := s.reply(); !r.ok() {
						s.Failf("answer %d is %v", i+1, r)
					}
				}
			},
		},
		{
			"pipelining/messages", "RFC 2449, 6.6", "messages that are asked for at once come one after the other",
			func(s *session) {
				s.small(1)
				s.needs("PIPELINING")
				s.peer.Send(strings.Repeat("RETR 1\r\n", 3))
				var first []string
				for i := range 3 {
					if r := s.reply(); !r.ok() {
						s.Failf("answer %d is %v", i+1, r)
					}
					if lines := s.body(); i == 0 {
						first = lines
					} else if !slices.Equal(lines, first) {
						s.Failf("answer %d differs from the first", i+1)
					}
				}
			},
		},
	}
}
