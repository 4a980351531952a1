package imap4test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A matcher compares responses with patterns. A pattern is written as a response
// is, and compared by meaning: case of names, the form of strings, the order of
// flags and of items in FETCH and STATUS, and items that were not asked for do
// not matter. In it stand
//
//	_        for any item
//	...      for any items more
//	@name    for an item that is called name from then on, and is the same the next time
//	>n       for a number above n
//	/x/      for an item that the regular expression x matches, all of it
//	!item    in a list of flags or capabilities: it is not there
type matcher struct{ vars map[string]string }

// match compares a response with a pattern. What @ names is kept only if all of
// it matches.
func (m *matcher) match(pattern string, r *response) error {
	try := matcher{maps.Clone(m.vars)}
	if err := try.response(pattern, r); err != nil {
		return err
	}
	maps.Copy(m.vars, try.vars)
	return nil
}

var errOther = fmt.Errorf("another response")

func (m *matcher) response(pattern string, r *response) error {
	tag, rest, _ := strings.Cut(pattern, " ")
	if tag != r.tag && (tag != "_" || r.hungUp()) {
		return errOther
	}
	if tag == "+" {
		if rest != "" && rest != r.text {
			return errOther
		}
		return nil
	}
	name, args, _ := strings.Cut(rest, " ")
	if slices.ContainsFunc(strings.Split(name, "|"), isStatus) {
		return m.status(name, args, r)
	}
	if r.isStatus() {
		return errOther
	}
	if isNumber(name) || name == "_" || strings.HasPrefix(name, "@") || strings.HasPrefix(name, ">") {
		number := node{text: name}
		if name, args, _ = strings.Cut(args, " "); ascii.Upper(name) != r.name {
			return errOther
		}
		if !m.node(number, node{text: strconv.Itoa(r.number)}) {
			return errOther
		}
	}
	if ascii.Upper(name) != r.name {
		return errOther
	}
	want, err := (&lexer{s: args, utf8: true, lenient: true, sections: r.name == "FETCH" || r.name == "UIDFETCH"}).all()
	if err != nil {
		return fmt.Errorf("the pattern %q: %w", pattern, err)
	}
	if !m.args(r.name, want, r.args) {
		return errOther
	}
	return nil
}

// status: "NO|BAD [CODE args]".
func (m *matcher) status(name, rest string, r *response) error {
	if !slices.Contains(strings.Split(name, "|"), r.name) {
		return errOther
	}
	code, ok := strings.CutPrefix(rest, "[")
	if !ok {
		return nil
	}
	code, _, _ = strings.Cut(code, "]")
	codes, args, _ := strings.Cut(code, " ")
	if !slices.Contains(strings.Split(codes, "|"), r.codeName()) {
		return errOther
	}
	want, err := (&lexer{s: args, utf8: true, lenient: true}).all()
	if err != nil {
		return err
	}
	if len(want) == 0 {
		return nil
	}
	if r.codeName() == "PERMANENTFLAGS" && m.subset(want[0].list, r.code[1].list) {
		return nil
	}
	if !m.nodes(want, r.code[1:]) {
		return errOther
	}
	return nil
}

func (m *matcher) args(name string, want, got []node) bool {
	switch name {
	case "FETCH", "UIDFETCH", "STATUS":
		n := len(want) - 1 // STATUS has the mailbox in front
		return n >= 0 && len(got) == n+1 && m.nodes(want[:n], got[:n]) && m.pairs(want[n].list, got[n].list)
	case "FLAGS":
		return len(want) == 1 && len(got) == 1 && m.subset(want[0].list, got[0].list)
	case "CAPABILITY", "ENABLED":
		return m.subset(want, got)
	case "LIST", "LSUB":
		return len(want) >= 3 && len(got) >= 3 && m.subset(want[0].list, got[0].list) && m.node(want[1], got[1]) &&
			(mailbox(want[2]) == mailbox(got[2]) || want[2].kind == atom && m.node(want[2], got[2])) && (len(want) == 3 || len(got) > 3 && m.pairs(want[3].list, got[3].list))
	case "SEARCH":
		return m.anyOrder(want, got)
	case "ESEARCH":
		return m.esearch(want, got)
	}
	return m.nodes(want, got)
}

func mailbox(n node) string {
	if ascii.Upper(n.text) == "INBOX" {
		return "INBOX"
	}
	return n.text
}

// nodes compares items in order.
func (m *matcher) nodes(want, got []node) bool {
	for i, w := range want {
		if w.kind == atom && w.text == "..." {
			return true
		}
		if i >= len(got) || !m.node(w, got[i]) {
			return false
		}
	}
	return len(want) == len(got)
}

func (m *matcher) node(want, got node) bool {
	if want.kind == list || got.kind == list {
		if want.kind == atom && want.text == "_" {
			return true
		}
		return want.kind == got.kind && m.nodes(want.list, got.list)
	}
	if pattern := want.text; len(pattern) > 2 && pattern[0] == '/' && strings.HasSuffix(pattern, "/") {
		ok, err := regexp.MatchString("^(?:"+pattern[1:len(pattern)-1]+")$", got.text)
		return ok && err == nil
	}
	if want.kind != atom {
		return got.text == want.text && (got.kind != atom || ascii.Upper(got.text) != "NIL")
	}
	switch text := want.text; {
	case text == "_":
		return true
	case text[0] == '@' && len(text) > 1:
		if is, ok := m.vars[text[1:]]; ok {
			return got.text == is
		}
		m.vars[text[1:]] = got.text
		return true
	case text[0] == '>' && isNumber(text[1:]):
		least, err := strconv.ParseUint(text[1:], 10, 64)
		n, err2 := strconv.ParseUint(got.text, 10, 64)
		return err == nil && err2 == nil && n > least
	case ascii.Upper(text) == "NIL":
		return got.isNil()
	}
	if ascii.EqualFold(want.text, got.text) {
		return !got.isNil()
	}
	return sameSet(want.text, got.text)
}

// sameSet compares sets, however they are written.
func sameSet(a, b string) bool {
	x, err := parseSet(a)
	y, err2 := parseSet(b)
	return err == nil && err2 == nil && slices.Equal(normal(x), normal(y))
}

func normal(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return int(int64(a.first) - int64(b.first)) })
	var out []span
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && s.first <= out[last].last+1 {
			out[last].last = max(out[last].last, s.last)
			continue
		}
		out = append(out, s)
	}
	return out
}

// pairs looks for each wanted name and value.
func (m *matcher) pairs(want, got []node) bool {
	for i := 0; i+1 < len(want); i += 2 {
		at := slices.IndexFunc(got, func(n node) bool { return n.kind != list && ascii.EqualFold(n.text, want[i].text) })
		if at < 0 || at+1 >= len(got) {
			return false
		}
		value, is := want[i+1], got[at+1]
		if ascii.Upper(want[i].text) == "FLAGS" {
			if value.kind != list {
				if !m.node(value, is) {
					return false
				}
			} else if !m.flags(value.list, is.list) {
				return false
			}
			continue
		}
		if !m.node(value, is) {
			return false
		}
	}
	return true
}

// flags compares the flags of a message. \Recent belongs to the session and is
// looked at only if it is named.
func (m *matcher) flags(want, got []node) bool {
	if slices.ContainsFunc(want, func(n node) bool { return n.text == "..." || strings.HasPrefix(n.text, "!") }) {
		return m.subset(want, got)
	}
	named := slices.ContainsFunc(want, func(n node) bool { return ascii.Upper(n.text) == `\RECENT` })
	left := slices.DeleteFunc(slices.Clone(got), func(n node) bool { return !named && ascii.Upper(n.text) == `\RECENT` })
	return len(left) == len(want) && m.subset(want, left)
}

// subset looks for each wanted item, and for none that is not.
func (m *matcher) subset(want, got []node) bool {
	for _, w := range want {
		text, not := strings.CutPrefix(w.text, "!")
		if text == "..." {
			continue
		}
		there := slices.ContainsFunc(got, func(n node) bool { return ascii.EqualFold(n.text, text) })
		if there == not {
			return false
		}
	}
	return true
}

func (m *matcher) anyOrder(want, got []node) bool {
	some := len(want) > 0 && want[len(want)-1].text == "..."
	if some {
		want = want[:len(want)-1]
	}
	left := slices.Clone(got)
	for _, w := range want {
		at := slices.IndexFunc(left, func(n node) bool { return m.node(w, n) })
		if at < 0 {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	return some || len(left) == 0
}

// esearch: the correlator, UID or not, and all of the items, in any order. "!X"
// is an item that is not there.
func (m *matcher) esearch(want, got []node) bool {
	take := func(nodes []node) (front, rest []node) {
		for i, n := range nodes {
			if n.kind != list && ascii.Upper(n.text) != "UID" {
				return nodes[:i], nodes[i:]
			}
		}
		return nodes, nil
	}
	wantFront, wantRest := take(want)
	gotFront, gotRest := take(got)
	for len(wantRest) > 0 {
		if absent, ok := strings.CutPrefix(wantRest[0].text, "!"); ok {
			if slices.ContainsFunc(gotRest, func(n node) bool { return ascii.EqualFold(n.text, absent) }) {
				return false
			}
			wantRest = wantRest[1:]
			continue
		}
		if len(wantRest) < 2 || !m.pairs(wantRest[:2], gotRest) {
			return false
		}
		wantRest = wantRest[2:]
	}
	if len(wantFront) > 0 && wantFront[0].kind == list && len(wantFront[0].list) == 0 { // () stands for any correlator
		return len(gotFront) > 0 && gotFront[0].kind == list && len(wantFront) == len(gotFront)
	}
	return m.nodes(wantFront, gotFront)
}
