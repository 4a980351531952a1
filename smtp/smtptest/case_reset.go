package smtptest

import "github.com/wirepost/wirepost/smtp"

// resetCases bring a transaction to its end by a failure, after which nothing
// of it is left.
func resetCases() []testCase {
	var list []testCase
	for _, c := range []struct {
		name, what string
		fail       func(*session)
	}{
		{"refused message", "a message that was refused", func(s *session) {
			s.data()
			if r := s.do("Subject: NUL\r\n\r\none\x00two\r\n."); r.class() != 5 || r.code == 521 {
				s.NotApplicable("the server does not refuse that: " + r.String())
			}
		}},
		{"abandoned chunks", "a RSET between chunks", func(s *session) {
			s.to(smtp.Chunking)
			s.want(2, "RSET")
		}},
		{"greeting between chunks", "a greeting between chunks", func(s *session) {
			s.to(smtp.Chunking)
			s.want(2, s.hello())
		}},
		{"refused chunk", "a refused chunk and RSET", func(s *session) {
			s.to(smtp.Failed)
			s.want(2, "RSET")
		}},
		{"refused last chunk", "a refused last chunk", func(s *session) {
			s.chunks()
			s.peer.Send(chunkOf("one\x00two\r\n", " LAST"))
			if r := s.reply(); r.class() != 5 || r.code == 521 {
				s.NotApplicable("the server does not refuse that: " + r.String())
			}
		}},
		{"refused sender", "a sender that was refused", func(s *session) {
			s.to(smtp.Greeted)
			s.want(5, "MAIL FROM:<@>")
		}},
	} {
		list = append(list, testCase{
			"reset/" + c.name, "RFC 5321, 4.1.4", "after " + c.what + " RCPT and DATA need another MAIL, which may come",
			func(s *session) {
				c.fail(s)
				s.want(5, "RCPT TO:<"+s.target.to()+">")
				s.want(5, "DATA")
				s.mail()
				s.want(5, "DATA")
				s.rcpt()
				s.want(3, "DATA")
				s.want(2, "Subject: afresh\r\n\r\n.")
			},
		})
	}
	return list
}
