package pop3test

import (
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/pop3"
)

func messageCases() []testCase {
	return []testCase{
		{
			"message/RETR twice", "RFC 1939, 5", "a message is the same each time",
			func(s *session) {
				s.small(1)
				if first, second := s.lines("RETR 1"), s.lines("RETR 1"); !slices.Equal(first, second) {
					s.Failf("%d lines, then %d", len(first), len(second))
				}
			},
		},
		{
			"message/TOP", "RFC 1939, 7", "TOP sends the header, the empty line, and as many lines as it is asked for",
			func(s *session) {
				n := s.small(1)
				if s.capabilities != nil {
					s.needs("TOP")
				}
				for i := range n {
					whole := s.lines(fmt.Sprintf("RETR %d", i+1))
					header := slices.Index(whole, "") + 1 // 0: there is no empty line
					if header == 0 {
						header = len(whole)
					}
					for _, lines := range []int{0, 1, 2, len(whole) + 1} {
						want := whole[:min(len(whole), header+lines)]
						if got := s.lines(fmt.Sprintf("TOP %d %d", i+1, lines)); !slices.Equal(got, want) {
							s.Failf("TOP %d %d sends %d lines, want %d", i+1, lines, len(got), len(want))
						}
					}
				}
			},
		},
		{
			"message/TOP without end", "RFC 1939, 7", "more lines than there are is the whole message",
			func(s *session) {
				s.small(1)
				if s.capabilities != nil {
					s.needs("TOP")
				}
				if whole, top := s.lines("RETR 1"), s.lines("TOP 1 2147483647"); !slices.Equal(whole, top) {
					s.Failf("%d lines of %d", len(top), len(whole))
				}
			},
		},
		{
			"message/DELE hides", "RFC 1939, 5",
			"a message that is marked as deleted is refused to every command, and the others keep their numbers",
			func(s *session) {
				s.small(2)
				s.marks()
				n, octets := s.stat()
				sizes := s.sizes()
				s.want("DELE 1")
				for _, line := range []string{"DELE 1", "RETR 1", "TOP 1 0", "LIST 1", "UIDL 1"} {
					s.refuse(line)
				}
				if r := s.want("LIST 2"); r.text != fmt.Sprintf("2 %d", sizes[1]) {
					s.Failf("LIST 2 is answered by %v", r)
				}
				if left, rest := s.stat(); left != n-1 || rest != octets-sizes[0] {
					s.Failf("STAT says %d messages of %d octets", left, rest)
				}
				if lines := s.lines("LIST"); len(lines) != n-1 || lines[0] != fmt.Sprintf("2 %d", sizes[1]) {
					s.Failf("LIST begins with %q", lines[0])
				}
				s.want("RSET")
			},
		},
		{
			"message/RSET", "RFC 1939, 5", "RSET takes all marks away",
			func(s *session) {
				s.small(2)
				s.marks()
				before, octets := s.stat()
				s.want("DELE 1")
				s.want("DELE 2")
				s.want("RSET")
				if n, rest := s.stat(); n != before || rest != octets {
					s.Failf("STAT says %d messages of %d octets, before it said %d of %d", n, rest, before, octets)
				}
				s.want("LIST 1")
				s.want("QUIT")
				s.login()
				if n, _ := s.stat(); n < before {
					s.Failf("after RSET and QUIT %d messages are left of %d", n, before)
				}
			},
		},
		{
			"message/refused RETR", "RFC 1939, 5", "a RETR that is refused has one line",
			func(s *session) {
				s.login()
				s.refuse("RETR 999999999")
				s.alive(pop3.Transaction, "a RETR that was refused")
			},
		},
	}
}

// small logs in, ends the case as not applicable unless there are n messages at
// least, and returns how many of the first are small enough for a case.
func (s *session) small(n int) int {
	s.login()
	s.count(n)
	sizes := s.sizes()
	for i, size := range sizes {
		if i == maxFetched || size > maxOctets {
			if i < n {
				s.NotApplicable("the first messages are too large for a case")
			}
			return i
		}
	}
	return len(sizes)
}

// marks ends the case as not applicable unless messages may be marked: with a
// server that breaks rules, that may be their end.
func (s *session) marks() {
	if !s.target.MayDelete {
		s.NotApplicable("messages may not be deleted")
	}
}
