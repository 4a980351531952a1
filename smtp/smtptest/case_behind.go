package smtptest

import "github.com/wirepost/wirepost/smtp"

// behindCases pipeline commands behind those that are to be the last of a
// batch (RFC 2920, 3.1): they are answered in order or not at all.
func behindCases() []testCase {
	return []testCase{
		{
			"pipelining/behind EHLO", "RFC 2920, 3.1", "what comes in one piece with EHLO is answered behind it, or the server hangs up",
			func(s *session) {
				s.connect()
				s.peer.Send(s.hello() + "\r\nXYZZY\r\nNOOP\r\n")
				s.inOrderOrGone(2, 5, 2)
			},
		},
		{
			"pipelining/behind AUTH", "RFC 4954, 4", "what comes in one piece with AUTH is answered behind it, or the server hangs up",
			func(s *session) {
				s.authReady("PLAIN")
				s.peer.Send("AUTH PLAIN " + plain(s.target.User, s.target.Password) + "\r\nXYZZY\r\nNOOP\r\n")
				s.inOrderOrGone(2, 5, 2)
			},
		},
		{
			"pipelining/behind DATA", "RFC 2920, 3.1", "a message in one piece with DATA is one message, or the server hangs up",
			func(s *session) {
				s.to(smtp.Ready)
				s.needs("PIPELINING")
				s.peer.Send("DATA\r\nSubject: early\r\n\r\nNOOP\r\n.\r\nXYZZY\r\nNOOP\r\n")
				s.inOrderOrGone(3, 2, 5, 2)
			},
		},
		{
			"pipelining/behind QUIT", "RFC 5321, 4.1.1.10", "nothing is obeyed behind QUIT",
			func(s *session) {
				s.to(smtp.Greeted)
				s.peer.Send("QUIT\r\nNOOP\r\nMAIL FROM:<" + s.target.from() + ">\r\n")
				s.classes(2)
				if r := s.reply(); r.code != 0 {
					s.Failf("after QUIT the server says %v", r)
				}
			},
		},
	}
}

// inOrderOrGone reads replies of these classes, up to a refusal that ends the
// conversation.
func (s *session) inOrderOrGone(classes ...int) {
	for i, class := range classes {
		r := s.reply()
		if r.class() == class {
			continue
		}
		if r.class() != 5 && r.class() != 4 {
			s.Failf("reply %d is %v, want %dxx", i+1, r, class)
		}
		if next := s.reply(); next.code != 0 {
			s.Failf("reply %d is %v, want %dxx, and %v follows", i+1, r, class, next)
		}
		return
	}
}
