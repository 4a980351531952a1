package queue

import (
	"fmt"
	"iter"
	"strings"
)

// patterns have a value for each of a set of domain patterns: "example.org", "*.example.org" for all below it, or "*".
type patterns[T any] struct {
	exact map[string]T
	below map[string]T // by what follows "*."
	any   *T
}

// set gives a pattern its value.
func (p *patterns[T]) set(pattern string, v T) error {
	kind, domain := parsePattern(pattern)
	switch kind {
	case everything:
		p.any = &v
	case subdomains:
		if p.below == nil {
			p.below = make(map[string]T)
		}
		p.below[domain] = v
	case oneDomain:
		if p.exact == nil {
			p.exact = make(map[string]T)
		}
		p.exact[domain] = v
	default:
		return fmt.Errorf("pattern %q: write \"example.org\", \"*.example.org\" or \"*\"", pattern)
	}
	return nil
}

// get is the value of the pattern itself.
func (p *patterns[T]) get(pattern string) (v T, ok bool) {
	switch kind, domain := parsePattern(pattern); kind {
	case everything:
		if p.any != nil {
			return *p.any, true
		}
	case subdomains:
		v, ok = p.below[domain]
	case oneDomain:
		v, ok = p.exact[domain]
	}
	return v, ok
}

// match yields the values of all patterns that hold a folded domain, the most specific one first.
func (p *patterns[T]) match(domain string) iter.Seq[T] {
	return func(yield func(T) bool) {
		if v, ok := p.exact[domain]; ok && !yield(v) {
			return
		}
		if len(p.below) > 0 && !strings.HasPrefix(domain, "[") { // an address literal has nothing above it
			for rest := domain; ; {
				_, above, more := strings.Cut(rest, ".")
				if !more {
					break
				}
				if v, ok := p.below[above]; ok && len(domain) > len(above)+len(".") && !yield(v) {
					return
				}
				rest = above
			}
		}
		if p.any != nil {
			yield(*p.any)
		}
	}
}

type patternKind uint8

const (
	noPattern patternKind = iota
	everything
	subdomains
	oneDomain
)

// parsePattern tells what a pattern is, and the folded domain in it.
func parsePattern(pattern string) (patternKind, string) {
	domain, below := strings.CutPrefix(pattern, "*.")
	domain = fold(domain)
	switch {
	case pattern == "*":
		return everything, ""
	case domain == "", strings.ContainsAny(domain, "*/@ "), strings.HasPrefix(domain, "."):
		return noPattern, ""
	case below:
		return subdomains, domain
	}
	return oneDomain, domain
}

// fold makes ASCII letters small and drops a final dot: domains compare so (RFC 4343).
func fold(domain string) string {
	domain = strings.TrimSuffix(domain, ".")
	upper := func(c rune) bool { return 'A' <= c && c <= 'Z' }
	if !strings.ContainsFunc(domain, upper) {
		return domain
	}
	b := []byte(domain)
	for i, c := range b {
		if upper(rune(c)) {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}
