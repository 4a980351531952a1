package nntp

import (
	"slices"
	"unicode/utf8"
)

// A Wildmat is a list of patterns for the names of newsgroups (RFC 3977, 4).
// The last pattern of the list that matches a name decides. The zero Wildmat
// matches nothing.
//
// To match takes at most as many steps as the pattern and the name have octets,
// multiplied, and no memory.
type Wildmat struct {
	patterns []pattern
	choices  []Choice // the first whose Groups match a name decides; else patterns do
}

// A pattern is one item of the list.
type pattern struct {
	tokens []token
	effect effect
}

// An effect is what a match of a pattern means.
type effect uint8

const (
	unmatched effect = iota
	included
	excluded
	poisoned
)

// A token matches a part of a name.
type token struct {
	kind tokenKind
	char rune   // of literal
	set  []span // of class
	not  bool   // of class
}

type tokenKind uint8

const (
	literal tokenKind = iota
	anyChar
	anyText // "*"
	class
)

// A span is the characters from lo to hi.
type span struct{ lo, hi rune }

// Everything matches each name.
var everything = Wildmat{patterns: []pattern{{tokens: []token{{kind: anyText}}, effect: included}}}

// MatchAll returns the Wildmat "*".
func MatchAll() Wildmat { return everything }

// Match reports whether w matches name.
func (w Wildmat) Match(name string) bool { return w.effect(name) == included }

// Poisons reports whether a pattern that began with "@" decides about name: an
// article is not wanted at all then, whatever other groups it is for.
func (w Wildmat) Poisons(name string) bool { return w.effect(name) == poisoned }

// IsEmpty reports whether w has no patterns, and no Choice that permits anything,
// so that it matches nothing.
func (w Wildmat) IsEmpty() bool {
	return len(w.patterns) == 0 && !slices.ContainsFunc(w.choices, func(c Choice) bool { return c.Permit })
}

// A Choice says of the names that Groups match whether something is permitted.
type Choice struct {
	Groups Wildmat
	Permit bool
}

// Choose returns a Wildmat that matches a name as the first of the choices says
// whose Groups match it, and as w does if none of them does.
func (w Wildmat) Choose(choices ...Choice) Wildmat {
	w.choices = slices.Concat(choices, w.choices)
	return w
}

func (w Wildmat) effect(name string) effect {
	for i := range w.choices {
		if !w.choices[i].Groups.Match(name) {
			continue
		}
		if w.choices[i].Permit {
			return included
		}
		return excluded
	}
	for i := range slices.Backward(w.patterns) {
		if w.patterns[i].match(name) {
			return w.patterns[i].effect
		}
	}
	return unmatched
}

// match goes back only to the last "*": what an earlier one could have taken
// more, that one can take as well.
func (p *pattern) match(name string) bool {
	t, at := 0, 0        // tokens and octets that are matched
	star, retry := -1, 0 // the last "*", and where what is behind it is tried next
	for at < len(name) {
		if t < len(p.tokens) && p.tokens[t].kind == anyText {
			star, retry = t, at
			t++
			continue
		}
		c, size := rune(name[at]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(name[at:])
		}
		switch {
		case t < len(p.tokens) && p.tokens[t].matches(c):
			t++
			at += size
		case star < 0:
			return false
		default:
			_, size = utf8.DecodeRuneInString(name[retry:])
			retry += size
			t, at = star+1, retry
		}
	}
	for t < len(p.tokens) && p.tokens[t].kind == anyText {
		t++
	}
	return t == len(p.tokens)
}

func (t *token) matches(c rune) bool {
	switch t.kind {
	case literal:
		return t.char == c
	case anyChar:
		return true
	}
	in := slices.ContainsFunc(t.set, func(s span) bool { return s.lo <= c && c <= s.hi })
	return in != t.not
}

func (p *pattern) isEverything() bool {
	return p.effect == included && len(p.tokens) == 1 && p.tokens[0].kind == anyText
}
