package pop3test

import (
	"strings"

	"github.com/wirepost/wirepost/pop3"
)

func capaCases() []testCase {
	return []testCase{
		{
			"CAPA/form", "RFC 2449, 3", "each capability is a tag and arguments, of 512 octets at most, each tag once",
			func(s *session) {
				s.anonymous()
				seen := make(map[string]bool)
				for _, line := range s.lines("CAPA") {
					tag, _, _ := strings.Cut(line, " ")
					tag = strings.ToUpper(tag)
					if !isTag(tag) || len(line) > 510 || seen[tag] {
						s.Failf("%q", line)
					}
					seen[tag] = true
				}
			},
		},
		{
			"CAPA/after the login", "RFC 2449, 5",
			"what is offered before the login is offered after it too, STLS aside (RFC 2595, 4)",
			func(s *session) {
				s.login()
				if s.capabilities == nil {
					s.NotApplicable("the server does not offer CAPA")
				}
				before := s.capabilities
				s.capa()
				for tag := range before {
					if !s.offers(tag) && tag != "STLS" {
						s.Failf("%s is offered no more", tag)
					}
				}
			},
		},
		{
			"CAPA/twice", "RFC 2449, 5", "CAPA may be sent again, and changes nothing",
			func(s *session) {
				s.anonymous()
				s.lines("CAPA")
				s.lines("CAPA")
				s.alive(pop3.Authorization, "CAPA")
			},
		},
		{
			"CAPA/TOP and UIDL", "RFC 2449, 6.1", "TOP and UIDL are offered: clients that leave mail on the server need them",
			func(s *session) {
				s.login()
				if s.capabilities == nil {
					s.NotApplicable("the server does not offer CAPA")
				}
				if !s.offers("TOP") || !s.offers("UIDL") {
					s.NotApplicable("they are optional, and not offered")
				}
				s.lines("UIDL")
				s.count(1)
				s.lines("TOP 1 0")
			},
		},
	}
}

// isTag tells a capability's name (RFC 2449, 3).
func isTag(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == '.' || s[i] > 0x7e {
			return false
		}
	}
	return s != ""
}
