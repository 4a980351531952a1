package nntptest

import (
	"slices"
	"strings"
)

func capabilityCases() []testCase {
	return []testCase{
		{
			"CAPABILITIES/form", "RFC 3977, 5.2", "VERSION with 2 comes first, each label once, and no line is longer than 510 octets",
			func(s *session) {
				s.connect()
				seen := make(map[string]bool)
				for i, line := range s.list("CAPABILITIES", 101) {
					words := strings.Fields(line)
					if len(words) == 0 || len(line) > 510 || seen[words[0]] {
						s.Failf("%q", line)
					}
					if i == 0 && (words[0] != "VERSION" || !slices.Contains(words[1:], "2")) {
						s.Failf("the first line is %q", line)
					}
					seen[words[0]] = true
				}
				if len(seen) == 0 {
					s.Failf("the list is empty")
				}
			},
		},
		{
			"CAPABILITIES/keyword", "RFC 3977, 5.2", "a keyword that the server does not know changes nothing",
			func(s *session) {
				s.connect()
				plain := s.list("CAPABILITIES", 101)
				if !slices.Equal(plain, s.list("CAPABILITIES AUTOUPDATE", 101)) {
					s.Failf("the lists differ")
				}
			},
		},
		{
			"CAPABILITIES/reader", "RFC 3977, 3.4.2", "a server that offers READER lists ACTIVE and NEWSGROUPS, and one that offers OVER its format",
			func(s *session) {
				s.reader()
				for _, keyword := range []string{"ACTIVE", "NEWSGROUPS"} {
					if !s.offersArg("LIST", keyword) {
						s.Failf("LIST is offered without %s", keyword)
					}
				}
				if s.offers("OVER") && !s.offersArg("LIST", "OVERVIEW.FMT") {
					s.Failf("OVER is offered without LIST OVERVIEW.FMT")
				}
				if s.offers("HDR") && !s.offersArg("LIST", "HEADERS") {
					s.Failf("HDR is offered without LIST HEADERS")
				}
			},
		},
		{
			"CAPABILITIES/honest", "RFC 3977, 3.3.1", "what is offered is there",
			func(s *session) {
				s.ready()
				for label, command := range map[string]string{
					"READER": "GROUP no.such.group.exists", "OVER": "OVER x", "HDR": "HDR", "NEWNEWS": "NEWNEWS",
					"IHAVE": "IHAVE", "STREAMING": "CHECK", "COMPRESS": "COMPRESS NO-SUCH-ALGORITHM",
				} {
					if !s.offers(label) {
						continue
					}
					if r := s.do(command); r.code == 500 || r.code == 502 || !r.refused() {
						s.Failf("%s is offered, but %s is answered by %v", label, command, r)
					}
				}
			},
		},
	}
}
