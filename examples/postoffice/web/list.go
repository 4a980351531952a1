package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	pageSize = 50
	maxPage  = 200 // 10,000 lines: who wants more has to search
)

// A pager leads through a long list.
type pager struct {
	Page, First, Last int    // of the lines that are shown, from 1; 0 if there are none
	Total             int    // of all lines; 0 if that is not known
	Prev, Next        string // addresses; empty at the ends
}

// pageNumber returns the page that is asked for, from 1 to maxPage.
func pageNumber(q url.Values) int {
	n, err := strconv.Atoi(q.Get("p"))
	if err != nil {
		return 1
	}
	return min(max(n, 1), maxPage)
}

// wanted is how many lines a list must give to show that page, and to know whether there is another.
func wanted(q url.Values) int { return pageNumber(q)*pageSize + 1 }

// turn cuts out of a list the page that is asked for, or the last one if there are not so many. The list may have one line
// more than the page shows. whole tells that there are no lines but these.
func turn[T any](list []T, path string, q url.Values, whole bool) ([]T, pager) {
	pages := max(1, (len(list)+pageSize-1)/pageSize)
	p := pager{Page: min(pageNumber(q), pages)}
	if whole {
		p.Total = len(list)
	}
	start := (p.Page - 1) * pageSize
	end := min(start+pageSize, len(list))
	if end > start {
		p.First, p.Last = start+1, end
	}
	if p.Page > 1 {
		p.Prev = pageLink(path, q, p.Page-1)
	}
	if end < len(list) && p.Page < maxPage {
		p.Next = pageLink(path, q, p.Page+1)
	}
	return list[start:end], p
}

func pageLink(path string, q url.Values, n int) string {
	other := url.Values{}
	for key, values := range q {
		if key != "live" && key != "p" {
			other[key] = values
		}
	}
	if n > 1 {
		other.Set("p", strconv.Itoa(n))
	}
	return link(path, other)
}

// words cuts text at spaces, commas and ends of lines: a list as one types it.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == ',' || r == ';'
	})
}

// holds reports whether one of the texts has the part, in any case of letters.
func holds(part string, texts ...string) bool {
	part = strings.ToLower(strings.TrimSpace(part))
	return part == "" || slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(s), part) })
}

// keep returns the values of a query that are set.
func keep(q url.Values, names ...string) url.Values {
	kept := url.Values{}
	for _, name := range names {
		if s := strings.TrimSpace(q.Get(name)); s != "" {
			kept.Set(name, s)
		}
	}
	return kept
}
