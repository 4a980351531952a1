package pop3test

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/pop3"
)

func langCases() []testCase {
	return []testCase{
		{
			"LANG/list", "RFC 6856, 3.2", "LANG alone is answered by language tags, each with a description in UTF-8, or refused",
			func(s *session) {
				s.anonymous()
				s.needs("LANG")
				s.languages()
				s.alive(pop3.Authorization, "LANG")
			},
		},
		{
			"LANG/choose", "RFC 6856, 3.2", "each language of the list can be chosen; the answer begins with its tag",
			func(s *session) {
				s.anonymous()
				s.needs("LANG")
				for _, tag := range s.languages() {
					s.chosen("LANG "+tag, tag)
					s.chosen("LANG "+strings.ToUpper(tag), tag)
				}
			},
		},
		{
			"LANG/unknown", "RFC 6856, 3.2", "a language that there is not is refused, and the one before stays",
			func(s *session) {
				s.anonymous()
				s.needs("LANG")
				tags := s.languages()
				if len(tags) == 0 {
					s.NotApplicable("the server does not list languages")
				}
				s.chosen("LANG "+tags[len(tags)-1], tags[len(tags)-1])
				before := s.refuse("XYZZY")
				s.refuse("LANG qaa-x-none")
				if after := s.refuse("XYZZY"); after != before {
					s.Failf("%v and then %v", before, after)
				}
			},
		},
		{
			"LANG/preferred", "RFC 6856, 3.2", `"LANG *" chooses one of the languages`,
			func(s *session) {
				s.anonymous()
				s.needs("LANG")
				tags := s.languages()
				tag, _, _ := strings.Cut(s.want("LANG *").text, " ")
				if len(tags) > 0 && !slices.Contains(tags, tag) {
					s.Failf("%q is none of %q", tag, tags)
				}
			},
		},
		{
			"LANG/after the login", "RFC 6856, 3.1", "LANG is in order after the login too, and changes no data",
			func(s *session) {
				s.login()
				s.needs("LANG")
				before := s.want("STAT")
				s.want("LANG *")
				if after := s.want("STAT"); after != before {
					s.Failf("%v and then %v", before, after)
				}
			},
		},
	}
}

// languages asks for the list, which may be refused, and returns the tags.
func (s *session) languages() (tags []string) {
	if r := s.do("LANG"); !r.ok() {
		return nil
	}
	for _, line := range s.body() {
		tag, name, _ := strings.Cut(line, " ")
		if !isLanguageTag(tag) || !utf8.ValidString(name) || slices.Contains(tags, tag) {
			s.Failf("%q", line)
		}
		tags = append(tags, tag)
	}
	return tags
}

// chosen sends a LANG that must be answered by a tag.
func (s *session) chosen(line, tag string) {
	if got, _, _ := strings.Cut(s.want(line).text, " "); got != tag {
		s.Failf("%s is answered by the tag %q", line, got)
	}
}

// isLanguageTag tells what looks like one (RFC 5646, 2.1).
func isLanguageTag(s string) bool {
	for part := range strings.SplitSeq(s, "-") {
		if part == "" || len(part) > 8 || strings.Trim(strings.ToLower(part), "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return true
}
