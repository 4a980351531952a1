package smtptest

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

// verbCases are about commands beside the transaction.
func verbCases() []testCase {
	list := []testCase{
		{
			"TURN/refused", "RFC 5321, F.1", "TURN gives anybody anybody's mail: it is refused",
			func(s *session) {
				s.to(smtp.Greeted)
				s.want(5, "TURN")
				s.alive("TURN")
			},
		},
		{
			"ATRN/needs a login", "RFC 2645, 5.1", "ATRN is refused before a login",
			func(s *session) {
				s.toWith("ATRN", smtp.Greeted)
				s.peer.HangUp()
				s.connect()
				s.want(2, s.hello())
				if r := s.do("ATRN"); r.class() != 5 && r.class() != 4 {
					s.Failf("answered by %v", r)
				}
				s.alive("ATRN")
			},
		},
	}
	list = append(list, testCase{
		"ATRN/offered before the login", "RFC 2645, 5.1.1", "a server with ATRN says so before the login, with AUTH",
		func(s *session) {
			s.toWith("ATRN", smtp.Greeted)
			s.peer.HangUp()
			s.connect()
			if s.ehlo(); !s.offersAuth("PLAIN") && s.offers("STARTTLS") {
				s.startTLS()
			}
			if s.needs("AUTH"); !s.offers("ATRN") {
				s.Failf("AUTH is offered without ATRN")
			}
		},
	})
	for _, node := range []string{"client.example", "@client.example", "#queue", "CLIENT.example"} {
		list = append(list, testCase{
			"ETRN/" + node, "RFC 1985, 5", "ETRN " + node + " is good syntax: 250 to 253, or 458 or 459 where it cannot be done",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("ETRN")
				r := s.do("ETRN " + node)
				if r.code < 250 || r.code > 253 && r.code != 458 && r.code != 459 {
					s.Failf("answered by %v", r)
				}
				s.alive("ETRN")
			},
		})
	}
	for _, verb := range []string{"VRFY", "EXPN"} {
		for _, name := range []string{"no-such-user", "<no-such-user@nowhere.example>", "two words"} {
			list = append(list, lookup(verb, name))
		}
	}
	for _, verb := range []string{"XCLIENT", "XFORWARD"} {
		list = append(list, testCase{
			verb + "/not advertised", "XCLIENT_README", verb + " is refused where EHLO does not advertise it",
			func(s *session) {
				s.connect()
				s.ehlo()
				if s.offers(verb) {
					s.NotApplicable("the server trusts this client")
				}
				s.want(5, verb+" NAME=spoofed.example ADDR=192.0.2.1")
				s.alive(verb)
			},
		})
	}
	return list
}

// lookup is a case of VRFY or EXPN, which clients such as curl send first: a
// refusal must not cost them the conversation.
func lookup(verb, name string) testCase {
	return testCase{
		verb + "/" + strings.Trim(name, "<>"), "RFC 5321, 3.5.3",
		verb + " is answered by one of its codes, and the conversation and its transaction go on",
		func(s *session) {
			s.to(smtp.Mailed)
			r := s.do(verb + " " + name)
			if !slices.Contains([]int{250, 251, 252, 450, 451, 500, 501, 502, 504, 530, 550, 551, 553, 554}, r.code) {
				s.Failf("answered by %v", r)
			}
			s.stillMailed(verb)
		},
	}
}

// stillMailed checks that the transaction is still open.
func (s *session) stillMailed(after string) {
	if r := s.do("RCPT TO:<" + s.target.to() + ">"); r.code == 503 || r.code == 421 || r.code == 0 {
		s.Failf("after %s, RCPT is answered by %v", after, r)
	}
}
