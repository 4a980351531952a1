package nntptest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxNumbers is how many article numbers the cases ask for at most.
const maxNumbers = 1000

// last is the group's last numbers, as a range.
func (g groupState) last() string {
	return fmt.Sprintf("%d-%d", max(g.low, g.high-maxNumbers), g.high)
}

// numbers lists the last articles of the group.
func (s *session) numbers(g groupState) []int {
	s.want("LISTGROUP "+s.target.Group+" "+g.last(), 211)
	var list []int
	for _, line := range s.block() {
		n, err := strconv.Atoi(line)
		if err != nil {
			s.Failf("%q is no number", line)
		}
		list = append(list, n)
	}
	if len(list) == 0 {
		s.NotApplicable("the last numbers of the group have no articles")
	}
	return list
}

func groupCases() []testCase {
	return []testCase{
		{
			"GROUP/unknown", "RFC 3977, 6.1.1", "a newsgroup that there is not is 411, and the one before stays selected",
			func(s *session) {
				g := s.articles()
				n := s.numbers(g)[0]
				s.want("GROUP no.such.group.exists", 411)
				s.want("LISTGROUP no.such.group.exists", 411)
				s.want(fmt.Sprintf("STAT %d", n), 223)
			},
		},
		{
			"GROUP/none selected", "RFC 3977, 6.1", "what needs a newsgroup is 412 before one is selected",
			func(s *session) {
				s.reader()
				for _, command := range []string{"ARTICLE", "HEAD 1", "BODY", "STAT 1", "NEXT", "LAST", "LISTGROUP"} {
					s.want(command, 412)
				}
				if s.offers("OVER") {
					s.want("OVER 1", 412)
				}
				if s.offers("HDR") {
					s.want("HDR Subject 1", 412)
				}
			},
		},
		{
			"GROUP/water marks", "RFC 3977, 6.1.1.2", "all numbers are within the water marks, ascending, each once; the count is near theirs",
			func(s *session) {
				g := s.articles()
				list := s.numbers(g)
				if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
					s.Failf("%v are not ascending", list)
				}
				if list[0] < g.low || list[len(list)-1] > g.high || g.count > g.high-g.low+1 {
					s.Failf("numbers from %d to %d, but GROUP says %+v", list[0], list[len(list)-1], g)
				}
			},
		},
		{
			"LISTGROUP/range", "RFC 3977, 6.1.2", "LISTGROUP with a range lists what is in it, and an empty range is no error",
			func(s *session) {
				g := s.articles()
				list := s.numbers(g)
				n := list[len(list)/2]
				if got := s.list(fmt.Sprintf("LISTGROUP %s %d", s.target.Group, n), 211); !slices.Equal(got, []string{strconv.Itoa(n)}) {
					s.Failf("%d-%d lists %q", n, n, got)
				}
				if got := s.list(fmt.Sprintf("LISTGROUP %s %d-%d", s.target.Group, n, n-1), 211); len(got) > 0 {
					s.Failf("an empty range lists %q", got)
				}
			},
		},
		{
			"LISTGROUP/selects", "RFC 3977, 6.1.2", "LISTGROUP selects the newsgroup, with its first article",
			func(s *session) {
				g := s.articles()
				s.peer.HangUp()
				s.ready()
				s.list("LISTGROUP "+s.target.Group+" "+g.last(), 211)
				if r := s.want("STAT", 223); s.number(r) < g.low {
					s.Failf("the current article is %v", r)
				}
			},
		},
		{
			"GROUP/first article", "RFC 3977, 6.1.1.2", "GROUP makes the first article the current one",
			func(s *session) {
				g := s.articles()
				first := s.number(s.want("STAT", 223))
				for _, n := range s.numbers(g) {
					if n < first {
						s.Failf("the current article is %d, but there is %d", first, n)
					}
				}
				s.want("LAST", 422)
			},
		},
		{
			"NEXT and LAST/walk", "RFC 3977, 6.1.4", "NEXT goes through the articles in their order, LAST back, and at the ends they are 421 and 422",
			func(s *session) {
				g := s.articles()
				list := s.numbers(g)
				list = list[max(0, len(list)-5):]
				s.want(fmt.Sprintf("STAT %d", list[0]), 223)
				for _, n := range list[1:] {
					if r := s.want("NEXT", 223); s.number(r) != n {
						s.Failf("NEXT is %v, want %d", r, n)
					}
				}
				s.want("NEXT", 421)
				for _, n := range slices.Backward(list[:len(list)-1]) {
					if r := s.want("LAST", 223); s.number(r) != n {
						s.Failf("LAST is %v, want %d", r, n)
					}
				}
			},
		},
	}
}

// number is the article number in an answer.
func (s *session) number(r reply) int {
	word, _, _ := strings.Cut(r.text, " ")
	n, err := strconv.Atoi(word)
	if err != nil {
		s.Failf("%v has no article number", r)
	}
	return n
}

// id is the message identifier in an answer.
func (s *session) id(r reply) string {
	words := strings.Fields(r.text)
	if len(words) < 2 || len(words[1]) < 3 || words[1][0] != '<' || !strings.HasSuffix(words[1], ">") {
		s.Failf("%v has no message-id", r)
	}
	return words[1]
}
