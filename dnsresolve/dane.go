package dnsresolve

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"slices"
)

// What the fields of a TLSA record mean (RFC 7218, 2).
const (
	usageTA = 2
	usageEE = 3

	selectKey = 1

	matchFull   = 0
	matchSHA256 = 1
	matchSHA512 = 2
)

// dane finds out whether the host is to be authenticated by DANE (RFC 7672, 2.2).
// An error means that the host cannot be used now.
func (w *walk) dane(ctx context.Context, host *Host, addrs Answer) error {
	bases, err := w.bases(ctx, host.Name, addrs)
	for _, base := range bases {
		answer, flaw := w.planner.resolver().Lookup(ctx, "_25._tcp."+base, TypeTLSA)
		if temporary(flaw) {
			return flaw
		}
		if flaw != nil || !answer.Secure {
			continue
		}
		if records := usable(answer.Records); len(records) > 0 {
			host.TLS, host.TLSA = TLSDANE, records
			host.TLSNames = unique(base, w.route.Domain, w.route.canonical)
		} else {
			host.TLS = max(host.TLS, TLSRequired)
		}
		return nil
	}
	return err
}

// bases returns the names that may have TLSA records (RFC 7672, 2.2.3): those at
// the ends of the chain of aliases, if all of it is secure, or the first one if
// at least that is (RFC 7672, 2.1.3).
func (w *walk) bases(ctx context.Context, name string, addrs Answer) ([]string, error) {
	if addrs.Secure {
		return unique(addrs.Canonical, name), nil
	}
	if addrs.Canonical == name || addrs.Canonical == "" {
		return nil, nil
	}
	alias, err := w.planner.resolver().Lookup(ctx, name, TypeCNAME)
	switch {
	case temporary(err):
		return nil, err
	case err != nil || !alias.Secure:
		return nil, nil
	}
	return []string{name}, nil
}

// usable returns the records that can vouch for a mail server. Others are those
// that lean on public authorities (RFC 7672, 3.1.3), or make no sense. Of the
// digests of one thing only the strongest counts (RFC 7671, 9).
func usable(records []Record) []TLSA {
	var found []TLSA
	for _, r := range records {
		if r.TLSA.isUsable() {
			found = append(found, r.TLSA)
		}
	}
	var strong [usageEE + 1][selectKey + 1]bool
	for _, t := range found {
		if t.MatchingType == matchSHA512 {
			strong[t.Usage][t.Selector] = true
		}
	}
	return slices.DeleteFunc(found, func(t TLSA) bool {
		return t.MatchingType == matchSHA256 && strong[t.Usage][t.Selector]
	})
}

func (t TLSA) isUsable() bool {
	if t.Usage != usageTA && t.Usage != usageEE || t.Selector > selectKey {
		return false
	}
	switch t.MatchingType {
	case matchFull:
		return len(t.Data) > 0
	case matchSHA256:
		return len(t.Data) == sha256.Size
	case matchSHA512:
		return len(t.Data) == sha512.Size
	}
	return false
}

// unique returns the names without repetitions and empty ones, in order.
func unique(names ...string) []string {
	var found []string
	for _, n := range names {
		if n != "" && !slices.Contains(found, n) {
			found = append(found, n)
		}
	}
	return found
}
