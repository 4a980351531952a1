package nntptest

import "strings"

func syntaxCases() []testCase {
	list := []testCase{
		{
			"syntax/unknown command", "RFC 3977, 3.2.1", "an unknown command is answered by 500, and no more",
			func(s *session) {
				s.ready()
				s.want("NO-SUCH-COMMAND", 500)
				s.want("NO-SUCH-COMMAND with arguments", 500)
				s.alive("unknown commands")
			},
		},
		{
			"syntax/unknown variant", "RFC 3977, 3.2.1", "an unknown variant of a command is answered by 501",
			func(s *session) {
				s.reader()
				s.want("LIST NO-SUCH-KEYWORD", 501, 503)
				s.want("MODE NO-SUCH-MODE", 501)
				s.alive("unknown variants")
			},
		},
		{
			"syntax/white space", "RFC 3977, 3.1", "words are parted by one or more spaces or TABs, and there may be some at the end",
			func(s *session) {
				s.reader()
				s.needsGroup()
				s.want("GROUP  \t "+s.target.Group+" \t", 211)
			},
		},
		{
			"syntax/line of 512", "RFC 3977, 3.1", "a command line of 512 octets with its CRLF is read as one command",
			func(s *session) {
				s.reader()
				s.want("GROUP "+strings.Repeat("x", 512-len("GROUP \r\n")), 411, 501)
				s.alive("a long line")
			},
		},
		{
			"syntax/too long a line", "RFC 3977, 3.1", "a line that is longer than any server takes is refused once, or ends the conversation",
			func(s *session) {
				s.ready()
				s.peer.SendQuietly("GROUP "+strings.Repeat("x", 30_000)+"\r\n", "GROUP and 30,000 x")
				r := s.reply()
				if !r.refused() && !r.hungUp() {
					s.Failf("answered by %v", r)
				}
				s.stays(r, "too long a line")
			},
		},
		{
			"syntax/bare LF ends no command", "RFC 3977, 3.1", "of two commands with only LF between not both are obeyed",
			func(s *session) {
				s.ready()
				s.peer.Send("DATE\nDATE\r\n")
				obeyed := 0
				for _, r := range s.rest() {
					if r.code == 111 {
						obeyed++
					}
				}
				if obeyed > 1 {
					s.Failf("both were obeyed")
				}
			},
		},
	}
	for _, n := range []struct{ name, octets string }{
		{"NUL", "DA\x00TE\r\n"},
		{"bare CR", "DA\rTE\r\n"},
	} {
		list = append(list, testCase{
			"syntax/" + n.name + " in a command", "RFC 3977, 3.1",
			"a command with " + n.name + " is refused or ends the conversation",
			func(s *session) {
				s.ready()
				s.peer.Send(n.octets)
				if r := s.reply(); !r.refused() && !r.hungUp() {
					s.Failf("answered by %v", r)
				}
			},
		})
	}
	return list
}
