package serve

import (
	"fmt"
	"net/netip"
	"slices"
)

// prefixes are checked, masked, and IPv4 where they mean it.
type prefixes []netip.Prefix

// newPrefixes checks list, which is called name.
func newPrefixes(name string, list []netip.Prefix) (prefixes, error) {
	out := make(prefixes, len(list))
	for i, p := range list {
		if !p.IsValid() {
			return nil, fmt.Errorf("serve: Options.%s[%d] is not a valid prefix", name, i)
		}
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		out[i] = p.Masked()
	}
	return out, nil
}

func (p prefixes) contain(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(p netip.Prefix) bool { return p.Contains(a) })
}

// access is the policy of Options.Allow and Deny, in a form that takes a look-up
// per length of prefix and not a comparison per prefix.
type access struct {
	rules    map[netip.Prefix]bool
	len4     []int // lengths of the prefixes in rules, longest first
	len6     []int
	fallback bool // for addresses that no rule is about
}

func newAccess(allow, deny []netip.Prefix) (access, error) {
	a := access{rules: make(map[netip.Prefix]bool), fallback: len(allow) == 0}
	if err := a.add("Allow", allow, true); err != nil {
		return access{}, err
	}
	err := a.add("Deny", deny, false) // behind Allow: it wins a tie
	for _, lens := range []*[]int{&a.len4, &a.len6} {
		slices.Sort(*lens)
		*lens = slices.Compact(*lens)
		slices.Reverse(*lens)
	}
	return a, err
}

func (a *access) add(name string, list []netip.Prefix, allowed bool) error {
	checked, err := newPrefixes(name, list)
	for _, p := range checked {
		a.rules[p] = allowed
		if p.Addr().Is4() {
			a.len4 = append(a.len4, p.Bits())
		} else {
			a.len6 = append(a.len6, p.Bits())
		}
	}
	return err
}

func (a *access) allows(addr netip.Addr) bool {
	lens := a.len6
	if addr.Is4() {
		lens = a.len4
	}
	for _, n := range lens {
		p, _ := addr.Prefix(n) // n is a length of its family; nobody's address is in no rule
		if allowed, ok := a.rules[p]; ok {
			return allowed
		}
	}
	return a.fallback
}
