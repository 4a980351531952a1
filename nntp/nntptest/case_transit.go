package nntptest

import (
	"fmt"
	"strings"
)

func transitCases() []testCase {
	list := []testCase{
		{
			"IHAVE/round trip", "RFC 3977, 6.3.2", "an article that is not known is asked for, taken, and known then",
			func(s *session) {
				s.feeder("IHAVE")
				id := newID()
				s.want("IHAVE "+id, 335)
				s.peer.Send(s.relayed(id, "") + "A test.\r\n.\r\n")
				s.oneOf("the article", s.reply(), 235)
				s.want("IHAVE "+id, 435)
			},
		},
		{
			"IHAVE/refused", "RFC 3977, 6.3.2", "an article without Subject is 437, and read to its end",
			func(s *session) {
				s.feeder("IHAVE")
				id := newID()
				s.want("IHAVE "+id, 335)
				s.peer.Send(strings.Replace(s.relayed(id, ""), "Subject:", "X-Subject:", 1) + "QUIT\r\n.\r\n")
				s.oneOf("the article", s.reply(), 437)
				s.want("NO-SUCH-COMMAND", 500)
			},
		},
		{
			"IHAVE/another identifier", "RFC 3977, 6.3.2", "an article of another identifier than was announced is refused",
			func(s *session) {
				s.feeder("IHAVE")
				s.want("IHAVE "+newID(), 335)
				s.peer.Send(s.relayed(newID(), "") + "A test.\r\n.\r\n")
				s.oneOf("the article", s.reply(), 437)
			},
		},
		{
			"STREAMING/MODE STREAM", "RFC 4644, 2.3", "MODE STREAM is 203",
			func(s *session) {
				s.feeder("STREAMING")
				s.want("MODE STREAM", 203)
			},
		},
		{
			"STREAMING/CHECK and TAKETHIS", "RFC 4644, 2.4", "an unknown article is 238, taken with 239, and 438 and 439 then; the answers name it",
			func(s *session) {
				s.feeder("STREAMING")
				id := newID()
				s.named("CHECK "+id, 238, id)
				s.peer.Send("TAKETHIS " + id + "\r\n" + s.relayed(id, "") + "A test.\r\n.\r\n")
				if r := s.reply(); r.code != 239 || firstWord(r.text) != id {
					s.Failf("TAKETHIS is answered by %v", r)
				}
				s.named("CHECK "+id, 438, id)
				s.peer.Send("TAKETHIS " + id + "\r\n" + s.relayed(id, "") + "QUIT\r\n.\r\n")
				if r := s.reply(); r.code != 439 || firstWord(r.text) != id {
					s.Failf("the second TAKETHIS is answered by %v", r)
				}
			},
		},
		{
			"STREAMING/refused", "RFC 4644, 2.5", "a refused article is read to its end",
			func(s *session) {
				s.feeder("STREAMING")
				id := newID()
				s.peer.Send("TAKETHIS " + id + "\r\nQUIT\r\n.\r\n")
				s.oneOf("TAKETHIS", s.reply(), 439)
				s.peer.Send("TAKETHIS " + id + "\r\n" + s.relayed(newID(), "") + "QUIT\r\n.\r\n")
				s.oneOf("TAKETHIS", s.reply(), 439)
				s.want("NO-SUCH-COMMAND", 500)
			},
		},
		{
			"STREAMING/order", "RFC 4644, 2.1", "pipelined commands are answered in their order",
			func(s *session) {
				s.feeder("STREAMING")
				var ids []string
				var b strings.Builder
				for range 20 {
					id := newID()
					ids = append(ids, id)
					fmt.Fprintf(&b, "TAKETHIS %s\r\n%sA test.\r\n.\r\nCHECK %s\r\n", id, s.relayed(id, ""), id)
				}
				s.peer.Send(b.String())
				for _, id := range ids {
					if r := s.reply(); r.code != 239 || firstWord(r.text) != id {
						s.Failf("TAKETHIS %s is answered by %v", id, r)
					}
					if r := s.reply(); r.code != 438 && r.code != 431 || firstWord(r.text) != id {
						s.Failf("CHECK %s is answered by %v", id, r)
					}
				}
			},
		},
		{
			"STREAMING/half an article", "RFC 3977, 3.5", "an answer is not withheld because the next article has begun",
			func(s *session) {
				s.feeder("STREAMING")
				first, second := newID(), newID()
				s.peer.Send("TAKETHIS " + first + "\r\n" + s.relayed(first, "") + "A test.\r\n.\r\nTAKETHIS " + second + "\r\n" + s.relayed(second, "") + "Half")
				s.oneOf("the first", s.reply(), 239)
				s.peer.Send(" a test.\r\n.\r\n")
				s.oneOf("the second", s.reply(), 239)
			},
		},
	}
	for _, field := range []string{"From", "Newsgroups", "Date", "Path", "Message-ID"} {
		list = append(list, testCase{
			"STREAMING/without " + field, "RFC 5537, 3.6", "an article without " + field + " is refused",
			func(s *session) {
				s.feeder("STREAMING")
				id := newID()
				s.peer.Send("TAKETHIS " + id + "\r\n" + strings.Replace(s.relayed(id, ""), field+":", "X-"+field+":", 1) + "A test.\r\n.\r\n")
				s.oneOf("TAKETHIS", s.reply(), 439)
			},
		})
	}
	return list
}

// named sends a command whose answer must name an article.
func (s *session) named(line string, code int, id string) {
	if r := s.want(line, code); firstWord(r.text) != id {
		s.Failf("%s is answered by %v", line, r)
	}
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}
