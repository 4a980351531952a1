package nntptest

import (
	"fmt"
	"slices"
	"strings"
)

// aLast is the last article of the group: its number and its identifier.
func (s *session) aLast() (n int, id string) {
	g := s.articles()
	list := s.numbers(g)
	n = list[len(list)-1]
	r := s.want(fmt.Sprintf("STAT %d", n), 223)
	return n, s.id(r)
}

func articleCases() []testCase {
	return []testCase{
		{
			"ARTICLE/parts", "RFC 3977, 6.2", "HEAD, an empty line and BODY are what ARTICLE is; all name the same article",
			func(s *session) {
				n, id := s.aLast()
				var whole []string
				parts := make(map[int][]string)
				for i, verb := range []string{"ARTICLE", "HEAD", "BODY"} {
					r := s.want(fmt.Sprintf("%s %d", verb, n), 220+i)
					if s.number(r) != n || s.id(r) != id {
						s.Failf("%s %d is answered by %v", verb, n, r)
					}
					parts[i] = s.block()
				}
				whole = slices.Concat(parts[1], []string{""}, parts[2])
				if !slices.Equal(parts[0], whole) {
					s.Failf("ARTICLE has %d lines, HEAD %d and BODY %d, and they differ", len(parts[0]), len(parts[1]), len(parts[2]))
				}
			},
		},
		{
			"ARTICLE/header", "RFC 5536, 3.1", "an article has each of the mandatory fields once, and the identifier of the answer",
			func(s *session) {
				n, id := s.aLast()
				head := s.list(fmt.Sprintf("HEAD %d", n), 221)
				for _, name := range []string{"From", "Subject", "Newsgroups", "Date", "Path", "Message-ID"} {
					if values := fieldsOf(head, name); len(values) != 1 || values[0] == "" {
						s.Failf("%s is there %d times: %q", name, len(values), values)
					}
				}
				if got := fieldsOf(head, "Message-ID")[0]; got != id {
					s.Failf("Message-ID is %s, but the answer has %s", got, id)
				}
			},
		},
		{
			"ARTICLE/current", "RFC 3977, 6.2.1", "without an argument it is the current article, which a number changes and an identifier does not",
			func(s *session) {
				n, id := s.aLast()
				g := s.group()
				first := s.want("STAT", 223)
				s.want("STAT "+id, 223)
				if again := s.want("STAT", 223); s.number(again) != s.number(first) {
					s.Failf("after an identifier the current article is %v", again)
				}
				s.list(fmt.Sprintf("HEAD %d", n), 221)
				if r := s.want("STAT", 223); s.number(r) != n {
					s.Failf("after HEAD %d the current article is %v", n, r)
				}
				s.want(fmt.Sprintf("STAT %d", g.high+1), 423)
				if r := s.want("STAT", 223); s.number(r) != n {
					s.Failf("after a number that there is not the current article is %v", r)
				}
			},
		},
		{
			"ARTICLE/by identifier", "RFC 3977, 6.2.1", "an article can be had by its identifier, without a newsgroup, and its number is 0",
			func(s *session) {
				n, id := s.aLast()
				body := s.list(fmt.Sprintf("BODY %d", n), 222)
				s.peer.HangUp()
				s.ready()
				r := s.want("BODY "+id, 222)
				if s.number(r) != 0 {
					s.Failf("answered by %v", r)
				}
				if got := s.block(); !slices.Equal(got, body) {
					s.Failf("the body is another one than by number")
				}
				for _, verb := range []string{"ARTICLE", "HEAD", "BODY", "STAT"} {
					s.want(verb+" "+newID(), 430)
				}
			},
		},
		{
			"ARTICLE/unknown number", "RFC 3977, 6.2.1", "a number without an article is 423, however high",
			func(s *session) {
				g := s.articles()
				for _, n := range []int{g.high + 1, 2147483647} {
					for _, verb := range []string{"ARTICLE", "HEAD", "BODY", "STAT"} {
						s.want(fmt.Sprintf("%s %d", verb, n), 423)
					}
				}
			},
		},
		{
			"ARTICLE/pipelined", "RFC 3977, 3.5", "articles that are asked for in one piece come one after the other",
			func(s *session) {
				n, _ := s.aLast()
				s.peer.Send(strings.Repeat(fmt.Sprintf("ARTICLE %d\r\nSTAT %d\r\n", n, n), 50))
				for range 50 {
					s.oneOf("ARTICLE", s.reply(), 220)
					s.block()
					s.oneOf("STAT", s.reply(), 223)
				}
			},
		},
	}
}

// fieldsOf returns the contents of the fields of a name, unfolded.
func fieldsOf(head []string, name string) []string {
	var values []string
	in := false
	for _, line := range head {
		if line != "" && (line[0] == ' ' || line[0] == '\t') {
			if in {
				values[len(values)-1] += line
			}
			continue
		}
		field, value, ok := strings.Cut(line, ":")
		if in = ok && strings.EqualFold(field, name); in {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}
