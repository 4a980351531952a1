package rvp

import (
	"strconv"
	"time"
)

// A subscriptionEntry is a line of the answer to SUBSCRIPTIONS
// (rvp-exchange2000, 5.3).
type subscriptionEntry struct {
	ID        uint64
	CallBack  string
	Principal Principal
	Left      time.Duration // whole seconds
}

// parseSubscriptions reads the answer to SUBSCRIPTIONS. The elements may come in any
// order.
func parseSubscriptions(b []byte) ([]subscriptionEntry, error) {
	root, err := parseRoot(b, maxListNodes, "subscriptions")
	if err != nil {
		return nil, err
	}
	var entries []subscriptionEntry
	for e := range root.all("subscription") {
		var s subscriptionEntry
		id, ok := e.child("subscription-id")
		if !ok {
			return nil, badXML("a subscription without subscription-id")
		}
		if s.ID, err = strconv.ParseUint(id.text(), 10, 64); err != nil {
			return nil, badXML("subscription-id %.30q is no number", id.text())
		}
		if href, ok := e.child("href"); ok {
			s.CallBack = href.text()
		}
		who, _ := e.child("principal")
		if who, ok := who.inside("rvp-principal"); ok {
			if s.Principal, err = ParsePrincipal(who.text()); err != nil {
				return nil, badXML("%w", err)
			}
		}
		if left, ok := e.child("timeout"); ok {
			if s.Left, err = parseSeconds(left.text()); err != nil {
				return nil, err
			}
		}
		entries = append(entries, s)
	}
	return entries, nil
}

// appendSubscriptions appends the answer to SUBSCRIPTIONS.
func appendSubscriptions(dst []byte, entries []subscriptionEntry) []byte {
	dst = openRoot(dst, "r:subscriptions")
	for _, s := range entries {
		dst = appendNumber(append(dst, "<r:subscription>"...), "r:subscription-id", s.ID)
		dst = appendElement(dst, "d:href", s.CallBack)
		dst = append(dst, "<a:principal>"...)
		if s.Principal != "" {
			dst = appendElement(dst, "a:rvp-principal", string(s.Principal))
		}
		dst = append(dst, "</a:principal>"...)
		dst = appendNumber(dst, "d:timeout", uint64(max(0, s.Left)/time.Second))
		dst = append(dst, "</r:subscription>"...)
	}
	return append(dst, "</r:subscriptions>"...)
}
