package nntptest

import (
	"strings"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

func sessionCases() []testCase {
	return []testCase{
		{
			"session/greeting", "RFC 3977, 5.1", "the greeting is 200 or 201, one line, and then the client speaks",
			func(s *session) {
				s.connect()
				s.want("DATE", 111, 401) // 401 is of a server that wants MODE READER first
			},
		},
		{
			"session/QUIT", "RFC 3977, 5.4", "QUIT is answered by 205, then the server hangs up",
			func(s *session) {
				s.connect()
				s.want("QUIT", 205)
				if r := s.reply(); !r.hungUp() {
					s.Failf("after QUIT the server says %v", r)
				}
			},
		},
		{
			"session/MODE READER", "RFC 3977, 5.3", "MODE READER is answered by 200 or 201 for whether posting is permitted, as POST tells",
			func(s *session) {
				s.reader()
				if s.target.User != "" {
					s.NotApplicable("the greeting is that before the login")
				}
				r := s.want("MODE READER", 200, 201)
				s.capable()
				if (r.code == 200) != s.offers("POST") {
					s.Failf("answered by %v, but POST is offered: %v", r, s.offers("POST"))
				}
			},
		},
		{
			"session/DATE", "RFC 3977, 7.1", "DATE is 14 digits, the time of now in UTC",
			func(s *session) {
				s.ready()
				r := s.want("DATE", 111)
				word, _, _ := strings.Cut(r.text, " ")
				t, err := time.Parse("20060102150405", word)
				if err != nil {
					s.Failf("%q is no date", word)
				}
				if d := time.Since(t); d > 48*time.Hour || d < -48*time.Hour {
					s.Failf("%q is far from now", word)
				}
			},
		},
		{
			"session/HELP", "RFC 3977, 7.2", "HELP is answered by 100 and a text",
			func(s *session) {
				s.ready()
				s.list("HELP", 100)
				s.alive("HELP")
			},
		},
		{
			"session/pipelining", "RFC 3977, 3.5", "commands that come in one piece are answered in their order",
			func(s *session) {
				s.ready()
				s.peer.Send("DATE\r\nNO-SUCH-COMMAND\r\nHELP\r\nDATE\r\nQUIT\r\n")
				for _, code := range []int{111, 500, 100, 111, 205} {
					r := s.reply()
					if r.code != code {
						s.Failf("answered by %v, want %d", r, code)
					}
					if code == 100 {
						s.block()
					}
				}
			},
		},
		{
			"session/octet by octet", "RFC 3977, 3.1", "a command that comes octet by octet is one command",
			func(s *session) {
				s.ready()
				for _, b := range []byte("DATE\r\n") {
					s.peer.SendOctet(b)
				}
				if r := s.reply(); r.code != 111 {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"session/half a command", "RFC 3977, 3.5", "an answer is not withheld because the next command has begun",
			func(s *session) {
				s.ready()
				s.peer.Send("DATE\r\nDA")
				if r := s.reply(); r.code != 111 {
					s.Failf("answered by %v", r)
				}
				s.peer.Send("TE\r\n")
				if r := s.reply(); r.code != 111 {
					s.Failf("the second one is answered by %v", r)
				}
			},
		},
	}
}

// badArguments are arguments that a verb must refuse with 501 (RFC 3977, 3.2.1).
var badArguments = map[string][]string{
	"CAPABILITIES": {" a b c"},
	"GROUP":        {"", " a b"},
	"LISTGROUP":    {" a 1 2", " a x"},
	"ARTICLE":      {" x", " 1 2", " <"},
	"HEAD":         {" x", " 1 2"},
	"BODY":         {" x", " 1 2"},
	"STAT":         {" x", " 1 2", " 12345678901234567"},
	"LAST":         {" 1"},
	"NEXT":         {" 1"},
	"OVER":         {" x", " 1-x", " 1 2"},
	"HDR":          {"", " Subject x", " Subject 1 2"},
	"DATE":         {" now"},
	"NEWGROUPS":    {"", " 20000101", " 2000 000000", " 20001301 000000", " 20000101 250000"},
	"LIST ACTIVE":  {" a b"},
	"MODE READER":  {" now"},
	"IHAVE":        {"", " x"},
}

// tableCases follow from the engine's command table: each verb in mixed case,
// and with bad arguments.
func tableCases() []testCase {
	var list []testCase
	for _, v := range nntp.Verbs() {
		if safe(v.Name) {
			list = append(list, anyCase(v.Name))
		}
		for _, args := range badArguments[v.Name] {
			list = append(list, testCase{
				"table/" + v.Name + args + " is 501", "RFC 3977, 3.2.1", "wrong arguments are answered by 501",
				func(s *session) {
					s.toOffer(v.Name)
					s.want(v.Name+args, 501)
					s.alive("wrong arguments")
				},
			})
		}
	}
	return list
}

// safe reports whether a command without arguments changes nothing, and is
// answered at once.
func safe(verb string) bool {
	switch verb {
	case "TAKETHIS", "POST", "STARTTLS", "QUIT", "XPAT":
		return false
	}
	return true
}

func anyCase(verb string) testCase {
	return testCase{
		"table/" + verb + " in mixed case", "RFC 3977, 3.1", "the case of a command does not matter",
		func(s *session) {
			s.toOffer(verb)
			upper := s.do(verb)
			if multiLine(upper.code) {
				s.block()
			}
			mixed := strings.ToUpper(verb[:1]) + strings.ToLower(verb[1:])
			lower := s.do(mixed)
			if lower.code != upper.code {
				s.Failf("%s is answered by %v, but %s by %v", verb, upper, mixed, lower)
			}
			if upper.code == 500 {
				s.Failf("the server offers %s, and answers by %v", verb, upper)
			}
		},
	}
}

// multiLine reports whether an answer has more lines. 211 has only to LISTGROUP,
// which needs a group.
func multiLine(code int) bool {
	switch code {
	case 100, 101, 215, 220, 221, 222, 224, 225, 230, 231, 282:
		return true
	}
	return false
}

// toOffer begins a conversation with a server that has a command, or ends the
// case as not applicable.
func (s *session) toOffer(verb string) {
	s.ready()
	first, keyword, _ := strings.Cut(verb, " ")
	switch {
	case strings.HasPrefix(verb, "X"):
		s.needs("READER")
		if s.do(verb).code == 500 {
			s.NotApplicable("the server has no " + verb)
		}
		s.peer.HangUp()
		s.ready()
	case first == "IHAVE" || first == "CHECK" || verb == "MODE STREAM":
		label := "STREAMING"
		if first == "IHAVE" {
			label = "IHAVE"
		}
		s.peer.HangUp()
		s.feeder(label)
	case first == "LIST" && keyword != "":
		s.needs("READER")
		if !s.offersArg("LIST", keyword) {
			s.NotApplicable("the server does not offer " + verb)
		}
	case first == "OVER" || first == "HDR" || first == "NEWNEWS" || first == "COMPRESS" || first == "AUTHINFO":
		s.needs(first)
	case first != "CAPABILITIES" && first != "DATE" && first != "HELP" && verb != "MODE READER":
		s.needs("READER")
	}
}
