package nntp

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrWildmat is what ParseWildmat and ParsePatterns return, wrapped.
var ErrWildmat = errors.New("nntp: bad wildmat")

// ParseWildmat reads a wildmat as commands have it: patterns parted by commas,
// "!" before one that excludes, "*" for any text and "?" for one character. "[",
// "]" and "\" are errors (RFC 3977, 4.1).
func ParseWildmat(s string) (Wildmat, error) { return parseWildmat(s, false) }

// ParsePatterns reads a wildmat as configurations have it: besides what
// ParseWildmat reads, "[a-z]" and "[^a-z]" stand for one character, "\" takes
// what is behind it as it is, "@" before a pattern poisons (see Poisons), and
// there may be spaces around the commas. Nothing at all matches nothing.
func ParsePatterns(s string) (Wildmat, error) {
	if strings.Trim(s, " \t") == "" {
		return Wildmat{}, nil
	}
	return parseWildmat(s, true)
}

func parseWildmat(s string, config bool) (Wildmat, error) {
	if !utf8.ValidString(s) {
		return Wildmat{}, fmt.Errorf("%w: not UTF-8", ErrWildmat)
	}
	var w Wildmat
	for more := true; more; {
		p := patternParser{rest: s, config: config}
		if err := p.parse(); err != nil {
			return Wildmat{}, err
		}
		w.patterns = append(w.patterns, p.pattern)
		s, more = strings.CutPrefix(p.rest, ",")
	}
	return w, nil
}

// A patternParser reads one pattern, up to a comma.
type patternParser struct {
	rest   string
	config bool
	pattern
}

func (p *patternParser) parse() error {
	if p.config {
		p.rest = strings.TrimLeft(p.rest, " \t")
	}
	p.effect = included
	switch {
	case strings.HasPrefix(p.rest, "!"):
		p.effect = excluded
		p.rest = p.rest[1:]
	case p.config && strings.HasPrefix(p.rest, "@"):
		p.effect = poisoned
		p.rest = p.rest[1:]
	}
	for p.rest != "" && p.rest[0] != ',' {
		if err := p.token(); err != nil {
			return err
		}
	}
	if len(p.tokens) == 0 {
		return fmt.Errorf("%w: an empty pattern", ErrWildmat)
	}
	return nil
}

func (p *patternParser) token() error {
	c, size := utf8.DecodeRuneInString(p.rest)
	switch {
	case c == '*':
		if n := len(p.tokens); n == 0 || p.tokens[n-1].kind != anyText {
			p.tokens = append(p.tokens, token{kind: anyText})
		}
	case c == '?':
		p.tokens = append(p.tokens, token{kind: anyChar})
	case (c == '[' || c == ']' || c == '\\') && !p.config, c < ' ', c == 0x7f, c == '!' && !p.config:
		return fmt.Errorf("%w: %q is not for wildmats", ErrWildmat, c)
	case c == ' ' || c == '\t':
		if p.rest = strings.TrimLeft(p.rest, " \t"); !p.config || p.rest != "" && p.rest[0] != ',' {
			return fmt.Errorf("%w: a space within a pattern", ErrWildmat)
		}
		return nil
	case c == '[':
		return p.class()
	case c == '\\':
		if c, size = utf8.DecodeRuneInString(p.rest[1:]); size == 0 {
			return fmt.Errorf("%w: nothing behind \\", ErrWildmat)
		}
		size++
		fallthrough
	default:
		p.tokens = append(p.tokens, token{kind: literal, char: c})
	}
	p.rest = p.rest[size:]
	return nil
}

// class reads "[...]". A "]" that comes first in it stands for itself.
func (p *patternParser) class() error {
	chars := []rune(p.rest[1:])
	t := token{kind: class}
	i := 0
	if i < len(chars) && chars[i] == '^' {
		t.not = true
		i++
	}
	for first := true; ; first = false {
		switch {
		case i >= len(chars):
			return fmt.Errorf("%w: [ without ]", ErrWildmat)
		case chars[i] == ']' && !first:
			p.tokens = append(p.tokens, t)
			p.rest = string(chars[i+1:])
			return nil
		}
		s := span{chars[i], chars[i]}
		if i+2 < len(chars) && chars[i+1] == '-' && chars[i+2] != ']' {
			s.hi = chars[i+2]
			i += 2
		}
		t.set = append(t.set, s)
		i++
	}
}

// textPattern is a pattern of XPAT: one for text, in which commas and
// exclamation marks mean nothing, and "[", "]" and "\" mean what they do in
// configurations, if they can (RFC 2980, 2.9).
func textPattern(s string) pattern {
	p := pattern{effect: included}
	for len(s) > 0 {
		one := patternParser{rest: s, config: true}
		c, size := utf8.DecodeRuneInString(s)
		switch {
		case (c == '*' || c == '?' || c == '[' || c == '\\') && one.token() == nil:
			if t := one.tokens[0]; t.kind != anyText || len(p.tokens) == 0 || p.tokens[len(p.tokens)-1].kind != anyText {
				p.tokens = append(p.tokens, t)
			}
			s = one.rest
		default:
			p.tokens = append(p.tokens, token{kind: literal, char: c})
			s = s[size:]
		}
	}
	return p
}
