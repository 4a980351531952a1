package smtptest

import (
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

func syntaxCases() []testCase {
	list := []testCase{
		{
			"syntax/postmaster", "RFC 5321, 4.5.1", "RCPT TO:<postmaster> without a domain is accepted, in any case",
			func(s *session) {
				s.to(smtp.Mailed)
				s.want(2, "RCPT TO:<postmaster>")
				s.want(2, "RCPT TO:<PostMaster>")
			},
		},
		{
			"syntax/null sender", "RFC 5321, 4.5.5", "MAIL FROM:<> is accepted: reports have no sender",
			func(s *session) {
				s.to(smtp.Greeted)
				s.want(2, "MAIL FROM:<>")
			},
		},
		{
			"syntax/quoted local part", "RFC 5321, 4.1.2", `a quoted local part is good syntax, even one with @ and > in it`,
			func(s *session) {
				s.to(smtp.Greeted)
				s.another(`<"a b"@client.example>`, "")
				s.want(2, "RSET")
				s.another(`<"x> SIZE=1 <y"@client.example>`, "")
				s.want(2, "RSET")
				s.another(`<"a@b"@client.example>`, "")
			},
		},
		{
			"syntax/source route", "RFC 5321, C", "a source route is accepted and ignored",
			func(s *session) {
				s.to(smtp.Greeted)
				local, domain, ok := strings.Cut(s.target.from(), "@")
				if !ok {
					s.NotApplicable("the sender has no domain")
				}
				s.want(2, "MAIL FROM:<@one.example,@two.example:"+local+"@"+domain+">")
			},
		},
		{
			"syntax/trailing spaces", "RFC 5321, 4.1.1", "spaces before the CRLF do no harm",
			func(s *session) {
				s.to(smtp.Greeted)
				s.want(2, "MAIL FROM:<"+s.target.from()+"> ")
				s.want(2, "RSET ")
			},
		},
		{
			"syntax/unknown parameter", "RFC 5321, 4.1.1.11", "a parameter that is not known is refused by 555 (or 501, 504)",
			func(s *session) {
				s.to(smtp.Greeted)
				s.want(5, "MAIL FROM:<"+s.target.from()+"> XNOSUCH=1")
			},
		},
		{
			"limits/long local part", "RFC 5321, 4.5.3.1.1", "a local part of 64 octets is good syntax",
			func(s *session) {
				s.to(smtp.Greeted)
				s.another("<"+strings.Repeat("a", 64)+"@client.example>", "")
			},
		},
		{
			"limits/line of 512", "RFC 5321, 4.5.3.1.4", "a command line of 512 octets is read",
			func(s *session) {
				s.to(smtp.Greeted)
				if r := s.do("NOOP " + strings.Repeat("x", 512-len("NOOP \r\n"))); r.class() != 2 {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"limits/100 recipients", "RFC 5321, 4.5.3.1.8", "100 recipients are accepted in one transaction",
			func(s *session) {
				s.to(smtp.Mailed)
				s.rcpt()
				for range 99 {
					s.want(2, "RCPT TO:<"+s.target.to()+">")
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
			"syntax/" + n.name + " in a command", "RFC 5321, 2.3.8",
			"a command with " + n.name + " is refused or ends the conversation",
			func(s *session) {
				s.to(smtp.Greeted)
				s.peer.Send(n.octets)
				if r := s.reply(); r.class() == 2 || r.class() == 3 {
					s.Failf("answered by %v", r)
				}
			},
		})
	}
	return append(list, testCase{
		"syntax/bare LF ends no command", "RFC 5321, 2.3.8",
		"LF alone ends no command line: the command before it is not obeyed, nor is the one behind it",
		func(s *session) {
			s.to(smtp.Greeted)
			s.peer.Send("NOOP\nMAIL FROM:<" + s.target.from() + ">\r\n")
			for _, r := range s.rest() {
				if r.code == 250 {
					s.Failf("a command was obeyed: %v", r)
				}
			}
		},
	})
}
