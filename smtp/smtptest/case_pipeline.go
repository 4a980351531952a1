package smtptest

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

func pipelineCases() []testCase {
	return []testCase{
		{
			"pipelining/one reply a command", "RFC 2920, 3.1",
			"a batch of commands is answered by as many replies, in order",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("PIPELINING")
				s.peer.Send("MAIL FROM:<" + s.target.from() + ">\r\nRCPT TO:<" + s.target.to() + ">\r\nRSET\r\nNOOP\r\nXYZZY\r\nNOOP\r\n")
				for _, class := range []int{2, 2, 2, 2, 5, 2} {
					if r := s.reply(); r.class() != class {
						s.Failf("got %v, want %dxx", r, class)
					}
				}
			},
		},
		{
			"pipelining/with the message behind it", "RFC 2920, 3.1",
			"MAIL, RCPT and DATA in one piece, then the message with the next transaction behind it",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("PIPELINING")
				batch := "MAIL FROM:<" + s.target.from() + ">\r\nRCPT TO:<" + s.target.to() + ">\r\nDATA\r\n"
				s.peer.Send(batch)
				for _, class := range []int{2, 2, 3} {
					if r := s.reply(); r.class() != class {
						s.Failf("got %v, want %dxx", r, class)
					}
				}
				s.peer.Send("Subject: one\r\n\r\n.\r\n" + batch)
				for _, class := range []int{2, 2, 2, 3} {
					if r := s.reply(); r.class() != class {
						s.Failf("got %v, want %dxx", r, class)
					}
				}
				s.want(2, "Subject: two\r\n\r\n.")
			},
		},
		{
			"pipelining/half a command", "RFC 2920, 3.2",
			"answers to whole commands are not withheld while half of one is there",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("PIPELINING")
				s.peer.Send("NOOP\r\nNOOP\r\nNO")
				for range 2 {
					if r := s.reply(); r.class() != 2 {
						s.Failf("got %v", r)
					}
				}
				s.peer.Send("OP\r\n")
				if r := s.reply(); r.class() != 2 {
					s.Failf("got %v", r)
				}
			},
		},
		{
			"pipelining/2000 commands", "RFC 2920, 3.2",
			"a batch larger than any buffer is answered in full, or cut by a 421",
			func(s *session) {
				const n = 2000
				s.to(smtp.Greeted)
				s.needs("PIPELINING")
				s.peer.SendQuietly(strings.Repeat("NOOP\r\n", n), fmt.Sprintf("%d times NOOP", n))
				for range n {
					r := s.reply()
					if r.code == 421 {
						return
					}
					if r.class() != 2 {
						s.Failf("got %v", r)
					}
				}
			},
		},
		{
			"pipelining/100000 recipients", "RFC 5321, 4.5.3.1.10",
			"recipients beyond the limit are refused by 452 (or 552, or 421), and the server lives on",
			func(s *session) {
				const n = 100000
				s.to(smtp.Ready)
				s.needs("PIPELINING")
				const batch = 1000
				for range n / batch {
					s.peer.SendQuietly(strings.Repeat("RCPT TO:<"+s.target.to()+">\r\n", batch), fmt.Sprintf("%d times RCPT", batch))
					for range batch {
						r := s.reply()
						if r.code == 421 || r.code == 0 {
							s.afresh("too many recipients")
							return
						}
						if r.class() != 2 && r.code != 452 && r.code != 552 {
							s.Failf("got %v", r)
						}
					}
				}
				s.alive("100000 recipients")
			},
		},
	}
}
