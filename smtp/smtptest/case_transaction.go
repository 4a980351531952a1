package smtptest

import (
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

func transactionCases() []testCase {
	return []testCase{
		{
			"transaction/whole", "RFC 5321, 3.3", "MAIL, RCPT, DATA and a message end in 250, and another may follow",
			func(s *session) {
				s.data()
				s.want(2, "Subject: one\r\n\r\ntext\r\n.")
				s.mail()
				s.rcpt()
				s.want(3, "DATA")
				s.want(2, "Subject: two\r\n\r\ntext\r\n.")
			},
		},
		{
			"transaction/empty message", "RFC 5321, 4.1.1.4", "the CRLF of DATA counts as the first of CRLF.CRLF",
			func(s *session) {
				s.data()
				if r := s.do("."); r.class() == 3 || r.code == 0 {
					s.Failf("answered by %v", r)
				}
				s.alive("an empty message")
			},
		},
		{
			"transaction/dots", "RFC 5321, 4.5.2", "lines that begin with dots do not end the message",
			func(s *session) {
				s.data()
				s.want(2, "Subject: dots\r\n\r\n..\r\n...\r\n.. \r\n..QUIT\r\n.x\r\n.")
				s.alive("a message with dots")
			},
		},
		{
			"transaction/DATA without recipients", "RFC 5321, 3.3",
			"DATA is refused by 503 or 554 if no recipient was accepted (or after 354 the message is)",
			func(s *session) {
				s.to(smtp.Mailed)
				r := s.do("DATA")
				if r.code == 354 {
					r = s.do(".")
				}
				if r.class() != 5 {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"transaction/ends with the message", "RFC 5321, 4.1.1.4", "after the message RCPT needs another MAIL",
			func(s *session) {
				s.data()
				s.want(2, "Subject: end\r\n\r\n.")
				if r := s.do("RCPT TO:<" + s.target.to() + ">"); r.class() != 5 {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"transaction/RSET", "RFC 5321, 4.1.1.5", "RSET ends the transaction and keeps the greeting",
			func(s *session) {
				s.to(smtp.Ready)
				s.want(2, "RSET")
				if r := s.do("DATA"); r.class() != 5 {
					s.Failf("DATA after RSET is answered by %v", r)
				}
				s.mail()
			},
		},
		{
			"transaction/refused recipient", "RFC 5321, 3.3", "a recipient that is refused leaves the others",
			func(s *session) {
				s.to(smtp.Ready)
				s.want(5, "RCPT TO:<@>")
				s.want(3, "DATA")
				s.want(2, "Subject: others\r\n\r\n.")
			},
		},
		{
			"transaction/hang up in the message", "RFC 5321, 4.1.1.4",
			"a message that is cut short is not acknowledged, and the server lives on",
			func(s *session) {
				s.data()
				s.peer.Send("Subject: cut\r\n\r\ntext\r\n")
				s.afresh("a message that was cut short")
			},
		},
		{
			"transaction/8-bit text", "RFC 6152, 3", "text with the eighth bit set is accepted with BODY=8BITMIME",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("8BITMIME")
				s.want(2, "MAIL FROM:<"+s.target.from()+"> BODY=8BITMIME")
				s.rcpt()
				s.want(3, "DATA")
				s.want(2, "Subject: 8-bit\r\n\r\nna\xc3\xafve \xff\xfe\r\n.")
			},
		},
		{
			"transaction/long lines", "RFC 5321, 4.5.3.1.6", "a text line of 998 octets and CRLF is accepted",
			func(s *session) {
				s.data()
				s.want(2, "Subject: long\r\n\r\n"+strings.Repeat("x", 998)+"\r\n.")
			},
		},
	}
}
