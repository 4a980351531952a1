package pop3test

import (
	"slices"
)

// updateCases remove messages, or would if the server broke a rule.
func updateCases() []testCase {
	return []testCase{
		{
			"update/hang-up removes nothing", "RFC 1939, 6", "a session that ends without QUIT removes no message",
			func(s *session) {
				s.marks()
				s.login()
				s.count(1)
				before := s.uidls()
				s.want("DELE 1")
				s.peer.HangUp()
				s.login()
				if after := s.uidls(); !slices.Contains(after, before[0]) {
					s.Failf("%q is gone", before[0])
				}
			},
		},
		{
			"update/half a QUIT", "RFC 1939, 6", "a QUIT whose CRLF never came removes no message",
			func(s *session) {
				s.marks()
				s.login()
				s.count(1)
				before := s.uidls()
				s.want("DELE 1")
				s.peer.Send("QUIT")
				s.peer.HangUp()
				s.login()
				if after := s.uidls(); !slices.Contains(after, before[0]) {
					s.Failf("%q is gone", before[0])
				}
			},
		},
		{
			"update/QUIT removes", "RFC 1939, 6", "QUIT removes the messages that are marked, and no other",
			func(s *session) {
				s.marks()
				s.login()
				s.count(2)
				before := s.uidls()
				s.want("DELE 1")
				s.want("QUIT")
				s.login()
				after := s.uidls()
				if slices.Contains(after, before[0]) {
					s.Failf("%q is still there", before[0])
				}
				if len(after) < len(before)-1 || !slices.Equal(after[:len(before)-1], before[1:]) {
					s.Failf("%q is left of %q", after, before)
				}
			},
		},
		{
			"update/nothing after QUIT", "RFC 1939, 6", "commands in the same piece as QUIT are not obeyed",
			func(s *session) {
				s.marks()
				s.login()
				s.count(1)
				before := s.uidls()
				s.peer.Send("QUIT\r\nDELE 1\r\nQUIT\r\n")
				if r := s.reply(); !r.ok() {
					s.Failf("QUIT is answered by %v", r)
				}
				if r := s.reply(); !r.hungUp() {
					s.Failf("after QUIT the server says %v", r)
				}
				s.login()
				if after := s.uidls(); !slices.Contains(after, before[0]) {
					s.Failf("%q is gone", before[0])
				}
			},
		},
	}
}
