package smtptest

import (
	"strconv"

	"github.com/wirepost/wirepost/smtp"
)

func octetCases() []testCase {
	var list []testCase
	for _, c := range []struct{ name, octets string }{
		{"bare LF", "one\ntwo"},
		{"bare CR", "one\rtwo"},
		{"NUL", "one\x00two"},
	} {
		list = append(list, testCase{
			"octets/" + c.name + " in a message", "RFC 5321, 2.3.8",
			"a message with " + c.name + " is refused (or mended by policy), in one reply, and the next command is obeyed",
			func(s *session) {
				s.data()
				s.peer.Send("Subject: octets\r\n\r\n" + c.octets + "\r\n.\r\n")
				r := s.reply()
				if r.class() != 5 && r.class() != 2 {
					s.Failf("answered by %v", r)
				}
				if r.code == 521 {
					return // it hangs up, which is safe too
				}
				s.alive("the message")
			},
		})
	}
	for _, c := range []struct {
		verb, args, why string
	}{
		{"RCPT", " TO:<\xff\xfe@here.example>", "that is not UTF-8"},
		{"RCPT", " TO:<a@\xc0\xae.example>", "in an overlong form"},
		{"RCPT", " TO:<a\x00@here.example>", "with a NUL"},
		{"RCPT", " TO:<a\x7f@here.example>", "with a control character"},
		{"MAIL", " FROM:<a\x01b@client.example>", "with a control character"},
		{"MAIL", " FROM:<\"a\x00b\"@client.example>", "with a NUL"},
		{"MAIL", " FROM:<> \u017fIZE=1", "with U+017F for an S"},
		{"MAIL", " FROM:<> \u017fMTPUTF8", "with U+017F for an S"},
		{"MAIL", " FROM:<> BODY=8BITM\u0131ME", "with U+0131 for an I"},
	} {
		list = append(list, badOctets(c.verb, c.args, c.why))
	}
	return list
}

// badOctets is a command with octets that have no place in it.
func badOctets(verb, args, why string) testCase {
	return testCase{
		"octets/" + verb + strconv.QuoteToASCII(args), "RFC 5321, 2.4",
		"an argument of " + verb + " " + why + " is refused, by a reply or by hanging up",
		func(s *session) {
			s.to(smtp.Greeted)
			if verb == "RCPT" {
				s.mail()
			}
			if r := s.do(verb + args); r.class() == 2 || r.class() == 3 {
				s.Failf("answered by %v", r)
			}
		},
	}
}
