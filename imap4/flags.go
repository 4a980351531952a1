package imap4

import (
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
)

// SystemFlags are the flags that RFC 9051, 2.3.2 defines, as bits. \Recent is
// not among them: it belongs to a session.
type SystemFlags uint8

// The system flags.
const (
	Seen SystemFlags = 1 << iota
	Answered
	Flagged
	Deleted
	Draft
)

// Flags are a message's flags.
type Flags struct {
	System SystemFlags

	// Keywords are atoms of 1 to 255 octets. They compare without regard to
	// ASCII case, none is there twice, and the order does not matter; a store
	// keeps the spelling that the mailbox saw first.
	Keywords []string
}

// keywordsOf returns keywords with some more, and without others.
func keywordsOf(all, more, without []string) []string {
	if len(more) == 0 && (len(without) == 0 || len(all) == 0) {
		return all
	}
	among := func(some []string, k string) bool {
		return slices.ContainsFunc(some, func(other string) bool { return ascii.EqualFold(other, k) })
	}
	out := slices.DeleteFunc(slices.Clone(all), func(k string) bool { return among(without, k) })
	for _, k := range more {
		if !among(out, k) {
			out = append(out, k)
		}
	}
	return out
}
