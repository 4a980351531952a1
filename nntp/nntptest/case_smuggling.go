package nntptest

import "strings"

// ends are what only looks like the end of an article.
var ends = []struct{ name, octets string }{
	{"LF dot CRLF", "\n.\r\n"},
	{"LF dot LF", "\n.\n"},
	{"CRLF dot LF", "\r\n.\n"},
	{"CRLF dot CR", "\r\n.\r"},
	{"CR dot CR", "\r.\r"},
	{"CR dot CRLF", "\r.\r\n"},
}

// smugglingCases send an article with something within that looks like its end,
// and a command behind that. There must be one answer to the article, a refusal
// at that (RFC 5536, 2.2 has no bare CR or LF), and none to the command; or the
// conversation ends.
func smugglingCases() []testCase {
	var list []testCase
	for _, end := range ends {
		body := "A test." + end.octets + "DATE\r\nHELP\r\n"
		list = append(list,
			testCase{
				"smuggling/POST " + end.name, "RFC 3977, 3.1.1", "only CRLF dot CRLF ends an article: what follows something else is no command",
				func(s *session) {
					s.poster()
					id := newID()
					s.want("POST", 340)
					s.peer.Send(s.draft(id, "") + body + ".\r\n")
					s.oneAnswer(s.reply(), 441, 240)
					s.clean(id)
				},
			},
			testCase{
				"smuggling/IHAVE " + end.name, "RFC 3977, 3.1.1", "only CRLF dot CRLF ends an article: what follows something else is no command",
				func(s *session) {
					s.feeder("IHAVE")
					id := newID()
					s.want("IHAVE "+id, 335)
					s.peer.Send(s.relayed(id, "") + body + ".\r\n")
					s.oneAnswer(s.reply(), 437, 235)
					s.clean(id)
				},
			},
			testCase{
				"smuggling/TAKETHIS " + end.name, "RFC 3977, 3.1.1", "only CRLF dot CRLF ends an article: what follows something else is no command",
				func(s *session) {
					s.feeder("STREAMING")
					id := newID()
					s.peer.Send("TAKETHIS " + id + "\r\n" + s.relayed(id, "") + body + ".\r\n")
					s.oneAnswer(s.reply(), 439, 239)
					s.clean(id)
				},
			},
		)
	}
	return append(list, testCase{
		"smuggling/header", "RFC 5536, 2.2", "a bare LF in a header field begins no other field",
		func(s *session) {
			s.poster()
			id := newID()
			s.want("POST", 340)
			s.peer.Send(s.draft(id, "X-Test: a\nApproved: me@conformance.example\r\n") + "A test.\r\n.\r\n")
			s.oneAnswer(s.reply(), 441, 240)
			s.clean(id)
		},
	})
}

// oneAnswer checks the answer to an article, and that the next one is to the
// next command.
func (s *session) oneAnswer(r reply, codes ...int) {
	if r.hungUp() || r.code == 400 {
		return
	}
	s.oneOf("the article", r, codes...)
	s.peer.Send("NO-SUCH-COMMAND\r\n")
	if r := s.reply(); r.code != 500 && !r.hungUp() {
		s.Failf("something within the article was obeyed: %v", r)
	}
}

// clean checks that, if an article is served, it is without bare line ends: the
// reading of its lines fails for any other.
func (s *session) clean(id string) {
	s.peer.HangUp()
	s.ready()
	if !s.offers("READER") {
		return
	}
	if r := s.do("ARTICLE " + id); r.code == 220 {
		for _, line := range s.block() {
			if strings.ContainsAny(line, "\r\n") {
				s.Failf("the article is served with %q", line)
			}
		}
	}
}
