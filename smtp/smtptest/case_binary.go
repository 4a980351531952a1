package smtptest

import "github.com/wirepost/wirepost/smtp"

func binaryCases() []testCase {
	return []testCase{
		{
			"BINARYMIME/with CHUNKING", "RFC 3030, 3", "a server that offers BINARYMIME offers CHUNKING",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("BINARYMIME")
				if !s.offers("CHUNKING") {
					s.Failf("the server does not offer CHUNKING")
				}
			},
		},
		{
			"BINARYMIME/needs BDAT", "RFC 3030, 3", "a binary message cannot be sent by DATA: 503",
			func(s *session) {
				s.binary()
				s.want(5, "DATA")
				s.alive("DATA")
			},
		},
		{
			"BINARYMIME/octets", "RFC 3030, 3", "a binary message may hold any octets, and end in any",
			func(s *session) {
				s.binary()
				s.chunk(2, "Subject: binary\r\n\r\n\x00\r\n.\r\n\r\xff\n", "")
				s.chunk(2, "\n.\nQUIT\r", " LAST")
				s.alive("the message")
			},
		},
		{
			"BINARYMIME/ends with the transaction", "RFC 3030, 3", "the transaction behind a binary one is a plain one",
			func(s *session) {
				s.binary()
				s.want(2, "RSET")
				s.mail()
				s.rcpt()
				s.want(3, "DATA")
				s.want(2, "Subject: plain\r\n\r\n.")
			},
		},
	}
}

// binary begins a binary message in a new conversation.
func (s *session) binary() {
	s.to(smtp.Greeted)
	s.needs("BINARYMIME")
	s.want(2, "MAIL FROM:<"+s.target.from()+"> BODY=BINARYMIME")
	s.rcpt()
}
