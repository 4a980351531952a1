package smtptest

import "github.com/wirepost/wirepost/smtp"

func lmtpCases() []testCase {
	list := []testCase{
		{
			"LMTP/greets by LHLO", "RFC 2033, 4.1", "LHLO is answered as EHLO is by SMTP",
			func(s *session) {
				s.lmtp(smtp.Greeted)
				s.want(2, "LHLO client.example")
				s.want(5, "LHLO")
			},
		},
		{
			"LMTP/a reply for each recipient", "RFC 2033, 4.2", "behind the dot comes a reply for each accepted recipient, and no more",
			func(s *session) {
				s.lmtp(smtp.Ready)
				s.want(2, "RCPT TO:<postmaster>")
				s.want(5, "RCPT TO:<@>")
				s.want(3, "DATA")
				s.peer.Send("Subject: each\r\n\r\n.\r\nXYZZY\r\n")
				s.classes(2, 2, 5)
			},
		},
		{
			"LMTP/a reply for each recipient of BDAT", "RFC 2033, 4.2", "behind the last chunk comes a reply for each accepted recipient, behind others one",
			func(s *session) {
				s.lmtp(smtp.Ready)
				s.needs("CHUNKING")
				s.want(2, "RCPT TO:<postmaster>")
				s.chunk(2, "Subject: each\r\n\r\n", "")
				s.peer.Send(chunkOf("text\r\n", " LAST") + "XYZZY\r\n")
				s.classes(2, 2, 5)
			},
		},
		{
			"LMTP/a refused message", "RFC 2033, 4.2", "a message that is refused as a whole is refused for each recipient",
			func(s *session) {
				s.lmtp(smtp.Ready)
				s.want(2, "RCPT TO:<postmaster>")
				s.want(3, "DATA")
				r := s.do("Subject: refused\r\n\r\none\x00two\r\n.")
				if r.code == 421 || r.code == 0 || r.class() == 2 {
					return // it hangs up, or mends it
				}
				s.classes(5)
				s.alive("a refused message")
			},
		},
		{
			"LMTP/no recipients", "RFC 2033, 4.2", "DATA without an accepted recipient is refused by 503: there is nobody to have a reply for",
			func(s *session) {
				s.lmtp(smtp.Mailed)
				s.want(5, "RCPT TO:<@>")
				if r := s.do("DATA"); r.code != 503 {
					s.Failf("answered by %v", r)
				}
			},
		},
	}
	for _, verb := range []string{"EHLO", "HELO"} {
		list = append(list, testCase{
			"LMTP/" + verb + " is refused", "RFC 2033, 4.1", verb + " is not known to a server that speaks LMTP: 500",
			func(s *session) {
				s.lmtp(smtp.Start)
				s.want(5, verb+" client.example")
				s.want(2, "LHLO client.example")
			},
		})
	}
	return list
}

// lmtp brings a new conversation to a state, if the server speaks LMTP.
func (s *session) lmtp(state smtp.State) {
	s.connect()
	if !s.target.LMTP {
		s.NotApplicable("the server does not speak LMTP")
	}
	if state != smtp.Start {
		s.peer.HangUp()
		s.to(state)
	}
}
