package pop3test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxFetched is how many messages the cases fetch at most, and maxOctets how
// large one may be.
const (
	maxFetched = 20
	maxOctets  = 10 << 20
)

func listingCases() []testCase {
	return []testCase{
		{
			"listing/STAT", "RFC 1939, 5", "STAT is a number and a size, and nothing else",
			func(s *session) {
				s.login()
				n, octets := s.stat()
				if r := s.want("STAT"); r.text != fmt.Sprintf("%d %d", n, octets) {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"listing/LIST", "RFC 1939, 5", "LIST numbers the messages from 1, and its sizes add up to that of STAT",
			func(s *session) {
				s.login()
				n, octets := s.stat()
				sizes := s.sizes()
				sum := 0
				for _, size := range sizes {
					sum += size
				}
				if len(sizes) != n || sum != octets {
					s.Failf("%d messages of %d octets, but STAT says %d of %d", len(sizes), sum, n, octets)
				}
			},
		},
		{
			"listing/one message", "RFC 1939, 5", "LIST and UIDL of one message say what they say of all",
			func(s *session) {
				s.login()
				s.count(1)
				for _, verb := range []string{"LIST", "UIDL"} {
					if verb == "UIDL" && s.capabilities != nil && !s.offers("UIDL") {
						continue
					}
					for i, line := range s.lines(verb) {
						if i == maxFetched {
							break
						}
						if r := s.want(fmt.Sprintf("%s %d", verb, i+1)); r.text != line {
							s.Failf("%s %d is answered by %v, in the list it is %q", verb, i+1, r, line)
						}
					}
				}
			},
		},
		{
			"listing/sizes are exact", "RFC 1939, 11", "a size is the number of octets of the message, line ends counted as two",
			func(s *session) {
				s.login()
				s.count(1)
				for i, size := range s.sizes() {
					if i == maxFetched || size > maxOctets {
						break
					}
					if got := octetsOf(s.lines(fmt.Sprintf("RETR %d", i+1))); got != size {
						s.Failf("message %d has %d octets, LIST says %d", i+1, got, size)
					}
				}
			},
		},
		{
			"listing/UIDL", "RFC 1939, 7", "a unique-id is 1 to 70 octets from 0x21 to 0x7E, and unique",
			func(s *session) {
				s.login()
				n, _ := s.stat()
				seen := make(map[string]bool)
				uidls := s.uidls()
				for i, uidl := range uidls {
					bad := strings.ContainsFunc(uidl, func(r rune) bool { return r < 0x21 || r > 0x7e })
					if bad || uidl == "" || len(uidl) > 70 || seen[uidl] {
						s.Failf("message %d has the unique-id %q", i+1, uidl)
					}
					seen[uidl] = true
				}
				if len(uidls) != n {
					s.Failf("%d unique-ids, but %d messages", len(uidls), n)
				}
			},
		},
		{
			"listing/UIDL persists", "RFC 1939, 7", "unique-ids are the same in the next session",
			func(s *session) {
				s.login()
				s.count(1)
				first := s.uidls()
				s.want("QUIT")
				s.login()
				if second := s.uidls(); !slices.Equal(first, second[:min(len(first), len(second))]) {
					s.Failf("%q, then %q", first, second)
				}
			},
		},
	}
}

// stat returns what STAT says.
func (s *session) stat() (messages, octets int) {
	r := s.want("STAT")
	n, size, _ := strings.Cut(r.text, " ")
	size, _, _ = strings.Cut(size, " ")
	messages, err1 := strconv.Atoi(n)
	octets, err2 := strconv.Atoi(size)
	if err1 != nil || err2 != nil {
		s.Failf("STAT is answered by %v", r)
	}
	return messages, octets
}

// count ends the case as not applicable unless there are n messages.
func (s *session) count(n int) {
	if got, _ := s.stat(); got < n {
		s.NotApplicable(fmt.Sprintf("the maildrop has %d messages, and %d are needed", got, n))
	}
}

// sizes returns what LIST says, which must be in order and complete.
func (s *session) sizes() []int {
	var sizes []int
	for i, line := range s.lines("LIST") {
		n, size, _ := strings.Cut(line, " ")
		size, _, _ = strings.Cut(size, " ")
		octets, err := strconv.Atoi(size)
		if n != strconv.Itoa(i+1) || err != nil || octets < 0 {
			s.Failf("line %d of LIST is %q", i+1, line)
		}
		sizes = append(sizes, octets)
	}
	return sizes
}

// uidls returns what UIDL says, which must be in order and complete.
func (s *session) uidls() []string {
	if s.capabilities != nil {
		s.needs("UIDL")
	}
	var uidls []string
	for i, line := range s.lines("UIDL") {
		n, uidl, _ := strings.Cut(line, " ")
		if n != strconv.Itoa(i+1) {
			s.Failf("line %d of UIDL is %q", i+1, line)
		}
		uidls = append(uidls, uidl)
	}
	return uidls
}

// octetsOf counts the octets of lines with their CRLFs.
func octetsOf(lines []string) int {
	n := 0
	for _, line := range lines {
		n += len(line) + len("\r\n")
	}
	return n
}
