package nntptest

import (
	"fmt"
	"strconv"
	"strings"
)

// needsOver is aLast on a server with a capability.
func (s *session) aLastWith(label string) (n int, id string) {
	n, id = s.aLast()
	s.needs(label)
	return n, id
}

// overFields splits a line of OVER, which has eight fields at least.
func (s *session) overFields(line string) []string {
	fields := strings.Split(line, "\t")
	if len(fields) < 8 {
		s.Failf("a line of OVER has %d fields: %q", len(fields), line)
	}
	return fields
}

func overviewCases() []testCase {
	return []testCase{
		{
			"OVER/fields", "RFC 3977, 8.3.2", "a line has the number and the content of the fields that LIST OVERVIEW.FMT names",
			func(s *session) {
				n, id := s.aLastWith("OVER")
				lines := s.list(fmt.Sprintf("OVER %d", n), 224)
				if len(lines) != 1 {
					s.Failf("one number has %d lines", len(lines))
				}
				fields := s.overFields(lines[0])
				head := s.list(fmt.Sprintf("HEAD %d", n), 221)
				for i, name := range []string{"Subject", "From", "Date", "Message-ID"} {
					want := strings.ReplaceAll(fieldsOf(head, name)[0], "\t", " ")
					if fields[i+1] != want {
						s.Failf("%s is %q, in the article it is %q", name, fields[i+1], want)
					}
				}
				if fields[0] != strconv.Itoa(n) || fields[4] != id {
					s.Failf("it is of another article: %q", lines[0])
				}
			},
		},
		{
			"OVER/lines", "RFC 3977, 8.1.2", ":lines, if it is known, is how many the body has",
			func(s *session) {
				n, _ := s.aLastWith("OVER")
				fields := s.overFields(s.list(fmt.Sprintf("OVER %d", n), 224)[0])
				body := s.list(fmt.Sprintf("BODY %d", n), 222)
				if fields[7] == "" {
					s.NotApplicable("the server does not know it")
				}
				if fields[7] != strconv.Itoa(len(body)) {
					s.Failf("it is %q, but there are %d", fields[7], len(body))
				}
			},
		},
		{
			"OVER/format", "RFC 3977, 8.4", "LIST OVERVIEW.FMT begins with the seven fields in their order",
			func(s *session) {
				s.reader()
				s.needs("OVER")
				lines := s.list("LIST OVERVIEW.FMT", 215)
				want := [][]string{{"Subject:"}, {"From:"}, {"Date:"}, {"Message-ID:"}, {"References:"}, {":bytes", "Bytes:"}, {":lines", "Lines:"}}
				if len(lines) < len(want) {
					s.Failf("there are %d lines", len(lines))
				}
				for i, names := range want {
					if !strings.EqualFold(lines[i], names[0]) && !strings.EqualFold(lines[i], names[len(names)-1]) {
						s.Failf("line %d is %q, want %q", i+1, lines[i], names[0])
					}
				}
				for _, line := range lines[len(want):] {
					if !strings.HasPrefix(line, ":") && !strings.HasSuffix(strings.ToLower(line), ":full") {
						s.Failf("%q is neither metadata nor a full field", line)
					}
				}
			},
		},
		{
			"OVER/range", "RFC 3977, 8.3", "a range lists its articles in their order; an empty one is 423",
			func(s *session) {
				g := s.articles()
				s.needs("OVER")
				list := s.numbers(g)
				lines := s.list("OVER "+g.last(), 224)
				if len(lines) != len(list) {
					s.Failf("OVER lists %d articles, LISTGROUP %d", len(lines), len(list))
				}
				for i, line := range lines {
					if s.overFields(line)[0] != strconv.Itoa(list[i]) {
						s.Failf("line %d is of %q, want %d", i+1, line, list[i])
					}
				}
				s.want(fmt.Sprintf("OVER %d-", g.high+1), 423)
				s.want(fmt.Sprintf("OVER %d-%d", g.high, g.high-1), 423)
			},
		},
		{
			"OVER/current", "RFC 3977, 8.3", "without an argument it is the current article",
			func(s *session) {
				n, _ := s.aLastWith("OVER")
				lines := s.list("OVER", 224)
				if len(lines) != 1 || s.overFields(lines[0])[0] != strconv.Itoa(n) {
					s.Failf("%q, want one line for %d", lines, n)
				}
			},
		},
		{
			"OVER/by identifier", "RFC 3977, 8.3", "where OVER MSGID is offered an identifier has one line, with number 0; an unknown one is 430",
			func(s *session) {
				_, id := s.aLastWith("OVER")
				if !s.offersArg("OVER", "MSGID") {
					s.NotApplicable("the server does not offer OVER MSGID")
				}
				lines := s.list("OVER "+id, 224)
				if len(lines) != 1 || s.overFields(lines[0])[0] != "0" || s.overFields(lines[0])[4] != id {
					s.Failf("%q", lines)
				}
				s.want("OVER "+newID(), 430)
			},
		},
		{
			"HDR/fields", "RFC 3977, 8.5", "HDR tells the content of a field, in any case, empty if the article has none",
			func(s *session) {
				n, id := s.aLastWith("HDR")
				for field, want := range map[string]string{"Message-ID": id, "message-id": id, "X-No-Such-Field": ""} {
					lines := s.list(fmt.Sprintf("HDR %s %d", field, n), 225)
					if len(lines) != 1 || strings.TrimRight(lines[0], " ") != strings.TrimRight(fmt.Sprintf("%d %s", n, want), " ") {
						s.Failf("HDR %s is %q, want %q", field, lines, want)
					}
				}
			},
		},
		{
			"HDR/answers", "RFC 3977, 8.5", "an empty range is 423, an unknown identifier 430",
			func(s *session) {
				g := s.articles()
				s.needs("HDR")
				s.want(fmt.Sprintf("HDR Subject %d-", g.high+1), 423)
				s.want("HDR Subject "+newID(), 430)
			},
		},
		{
			"HDR/by identifier", "RFC 3977, 8.5", "an article of an identifier has number 0",
			func(s *session) {
				_, id := s.aLastWith("HDR")
				if lines := s.list("HDR Message-ID "+id, 225); len(lines) != 1 || lines[0] != "0 "+id {
					s.Failf("%q", lines)
				}
			},
		},
		{
			"XOVER/like OVER", "RFC 2980, 2.8", "XOVER lists what OVER does",
			func(s *session) {
				n, _ := s.aLastWith("OVER")
				r := s.do(fmt.Sprintf("XOVER %d", n))
				if r.code == 500 {
					s.NotApplicable("the server has no XOVER")
				}
				s.oneOf("XOVER", r, 224)
				if x, o := s.block(), s.list(fmt.Sprintf("OVER %d", n), 224); strings.Join(x, "\n") != strings.Join(o, "\n") {
					s.Failf("%q and %q", x, o)
				}
			},
		},
	}
}
