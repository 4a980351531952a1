package nntptest

import (
	"slices"
	"strings"
)

// active lists groups by a wildmat: names to the other fields.
func (s *session) active(wildmat string) map[string][]string {
	groups := make(map[string][]string)
	for _, line := range s.list("LIST ACTIVE "+wildmat, 215) {
		words := strings.Fields(line)
		if len(words) != 4 || strings.Trim(words[1]+words[2], "0123456789") != "" || groups[words[0]] != nil {
			s.Failf("a line of LIST ACTIVE is %q", line)
		}
		groups[words[0]] = words[1:]
	}
	return groups
}

func listCases() []testCase {
	return []testCase{
		{
			"LIST/ACTIVE", "RFC 3977, 7.6.3", "a line is a name, the high and the low water mark and a status; LIST alone is the same",
			func(s *session) {
				s.reader()
				s.needsGroup()
				if s.active("*")[s.target.Group] == nil {
					s.Failf("%s is not listed", s.target.Group)
				}
				if len(s.list("LIST", 215)) == 0 {
					s.Failf("LIST is empty")
				}
			},
		},
		{
			"LIST/marks", "RFC 3977, 7.6.3", "the water marks are those of GROUP",
			func(s *session) {
				g := s.articles()
				fields := s.active(s.target.Group)[s.target.Group]
				if fields == nil || atoi(fields[0]) < g.high || g.count > 0 && atoi(fields[1]) > g.low {
					s.Failf("LIST ACTIVE says %q, GROUP %+v", fields, g)
				}
			},
		},
		{
			"LIST/wildmat", "RFC 3977, 4", "of the patterns in a wildmat the last that matches decides",
			func(s *session) {
				s.reader()
				s.needsGroup()
				group := s.target.Group
				for wildmat, want := range map[string]bool{
					group: true, "*": true, "!*": false, "*,!" + group: false, "!" + group + ",*": true,
					group[:1] + "*": true, "?" + group[1:]: true, "*,!*," + group: true, "no.such.*": false, group + "?": false,
				} {
					if (s.active(wildmat)[group] != nil) != want {
						s.Failf("%s matches %s: %v", wildmat, group, !want)
					}
				}
			},
		},
		{
			"LIST/many stars", "RFC 3977, 4", "a wildmat that is dear to match is matched",
			func(s *session) {
				s.reader()
				s.needsGroup()
				s.list("LIST ACTIVE "+strings.Repeat("*?", 60)+"*z", 215)
				s.alive("a dear wildmat")
			},
		},
		{
			"LIST/NEWSGROUPS", "RFC 3977, 7.6.6", "a line is a name, white space and a description",
			func(s *session) {
				s.reader()
				for _, line := range s.list("LIST NEWSGROUPS", 215) {
					if name, _, ok := strings.Cut(strings.ReplaceAll(line, "\t", " "), " "); !ok || name == "" {
						s.Failf("%q", line)
					}
				}
			},
		},
		{
			"LIST/ACTIVE.TIMES", "RFC 3977, 7.6.4", "a line is a name, a time in seconds and a creator",
			func(s *session) {
				s.reader()
				if !s.offersArg("LIST", "ACTIVE.TIMES") {
					s.NotApplicable("the server does not offer LIST ACTIVE.TIMES")
				}
				for _, line := range s.list("LIST ACTIVE.TIMES", 215) {
					if words := strings.Fields(line); len(words) < 3 || strings.Trim(words[1], "0123456789") != "" {
						s.Failf("%q", line)
					}
				}
			},
		},
		{
			"LIST/COUNTS", "RFC 6048, 2.2", "a line is one of LIST ACTIVE with the count before the status",
			func(s *session) {
				s.reader()
				if !s.offersArg("LIST", "COUNTS") {
					s.NotApplicable("the server does not offer LIST COUNTS")
				}
				for _, line := range s.list("LIST COUNTS", 215) {
					if words := strings.Fields(line); len(words) != 5 || strings.Trim(words[1]+words[2]+words[3], "0123456789") != "" {
						s.Failf("%q", line)
					}
				}
			},
		},
		{
			"LIST/HEADERS", "RFC 3977, 8.6", "the fields that HDR takes are listed, for ranges and for identifiers",
			func(s *session) {
				s.reader()
				s.needs("HDR")
				for _, command := range []string{"LIST HEADERS", "LIST HEADERS MSGID", "LIST HEADERS RANGE"} {
					if len(s.list(command, 215)) == 0 {
						s.Failf("%s is empty", command)
					}
				}
			},
		},
		{
			"LIST/optional lists", "RFC 6048, 2", "a list that is offered is there, with its own form; any other is 503 or empty",
			func(s *session) {
				s.reader()
				for _, keyword := range []string{"DISTRIB.PATS", "DISTRIBUTIONS", "MODERATORS", "MOTD", "SUBSCRIPTIONS"} {
					r := s.do("LIST " + keyword)
					if r.code == 215 {
						s.block()
						continue
					}
					if s.offersArg("LIST", keyword) && r.code != 503 {
						s.Failf("LIST %s is offered, and answered by %v", keyword, r)
					}
					s.oneOf("LIST "+keyword, r, 501, 503)
				}
			},
		},
	}
}

func atoi(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func newsCases() []testCase {
	return []testCase{
		{
			"NEWGROUPS/all", "RFC 3977, 7.3", "since long ago it lists groups as LIST ACTIVE does, since the future none",
			func(s *session) {
				s.reader()
				for _, line := range s.list("NEWGROUPS 19700101 000000 GMT", 231) {
					if len(strings.Fields(line)) != 4 {
						s.Failf("%q", line)
					}
				}
				if lines := s.list("NEWGROUPS 20991231 235959 GMT", 231); len(lines) > 0 {
					s.Failf("since the future: %q", lines)
				}
				s.list("NEWGROUPS 700101 000000", 231)
			},
		},
		{
			"NEWNEWS/all", "RFC 3977, 7.4", "since yesterday it lists a new article, once; since the future none",
			func(s *session) {
				s.reader()
				s.needs("NEWNEWS")
				id := newID()
				s.post(id)
				lines := s.list("NEWNEWS "+s.target.Group+" "+yesterday()+" GMT", 230)
				found := 0
				for _, line := range lines {
					if line == id {
						found++
					}
				}
				if found != 1 {
					s.Failf("the article is listed %d times", found)
				}
				if lines := s.list("NEWNEWS * 20991231 235959 GMT", 230); len(lines) > 0 {
					s.Failf("since the future: %q", lines)
				}
				if slices.Contains(s.list("NEWNEWS *,!"+s.target.Group+" "+yesterday()+" GMT", 230), id) {
					s.Failf("the article is listed for other groups")
				}
			},
		},
	}
}
