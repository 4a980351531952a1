package smtptest

import (
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

func greetingCases() []testCase {
	return []testCase{
		{
			"greeting/names the server", "RFC 5321, 4.3.1",
			"the greeting is 220 and its first word is the server's domain",
			func(s *session) {
				s.open()
				r := s.reply()
				if r.code != 220 || strings.TrimSpace(r.lines[0]) == "" {
					s.Failf("greeting is %v", r)
				}
			},
		},
		{
			"greeting/HELO", "RFC 5321, 4.1.1.1", "HELO is answered by one line, without extensions",
			func(s *session) {
				s.connect()
				if s.target.LMTP {
					s.NotApplicable("the server speaks LMTP")
				}
				if r := s.want(2, "HELO client.example"); len(r.lines) != 1 {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"greeting/EHLO", "RFC 5321, 4.1.1.1", "EHLO is answered by 250, the domain first, then a keyword a line",
			func(s *session) {
				s.connect()
				r := s.want(2, s.hello())
				for _, line := range r.lines[1:] {
					keyword, _, _ := strings.Cut(line, " ")
					if strings.Trim(keyword, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-=") != "" || keyword == "" {
						s.Failf("%q is not a keyword", keyword)
					}
				}
			},
		},
		{
			"greeting/address literal", "RFC 5321, 4.1.3", "EHLO takes an address literal",
			func(s *session) {
				s.connect()
				verb := verbOf(s.hello())
				s.want(2, verb+" [127.0.0.1]")
				s.want(2, verb+" [IPv6:::1]")
			},
		},
		{
			"greeting/EHLO resets", "RFC 5321, 4.1.4", "an EHLO in the midst of a transaction ends it, as RSET does",
			func(s *session) {
				s.to(smtp.Ready)
				s.want(2, s.hello())
				if r := s.do("DATA"); r.class() != 5 {
					s.Failf("DATA after it is answered by %v", r)
				}
			},
		},
		{
			"greeting/QUIT", "RFC 5321, 4.1.1.10", "QUIT is answered by 221, then the server hangs up",
			func(s *session) {
				s.to(smtp.Greeted)
				if r := s.do("QUIT"); r.code != 221 {
					s.Failf("answered by %v", r)
				}
				if r := s.reply(); r.code != 0 {
					s.Failf("after QUIT the server says %v", r)
				}
			},
		},
		{
			"greeting/browser", "RFC 5321, 4.5.1",
			"an HTTP request is no mail: none of its lines, nor a command in its body, has an effect",
			func(s *session) {
				s.connect()
				s.peer.Send("POST / HTTP/1.1\r\nHost: server\r\nContent-Type: text/plain\r\n\r\n" +
					"MAIL FROM:<a@b.example>\r\nRCPT TO:<" + s.target.to() + ">\r\nDATA\r\n")
				for _, r := range s.rest() {
					if r.code == 354 || r.code == 250 {
						s.Failf("a command was obeyed: %v", r)
					}
				}
			},
		},
		{
			"greeting/TLS to a plain port", "RFC 8314, 3.3",
			"a TLS ClientHello on a port in the clear is answered by an error or a closed connection",
			func(s *session) {
				if s.target.ImplicitTLS {
					s.NotApplicable("the server begins with TLS")
				}
				s.connect()
				s.peer.Send("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n")
				if r := s.reply(); r.class() == 2 || r.class() == 3 {
					s.Failf("answered by %v", r)
				}
				s.afresh("a ClientHello")
			},
		},
	}
}
