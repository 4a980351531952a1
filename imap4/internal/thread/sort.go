package thread

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A SortKey is a sort key of RFC 5256, 3 and RFC 5957, 4.
type SortKey uint8

// The sort keys.
const (
	Arrival SortKey = iota + 1
	Cc
	Date
	DisplayFrom
	DisplayTo
	From
	Size
	Subject
	To
)

var sortKeys = [...]string{
	Arrival: "ARRIVAL", Cc: "CC", Date: "DATE", DisplayFrom: "DISPLAYFROM", DisplayTo: "DISPLAYTO", From: "FROM", Size: "SIZE",
	Subject: "SUBJECT", To: "TO",
}

// ParseSortKey reads a sort key, in any case of ASCII. REVERSE is none.
func ParseSortKey(s string) (SortKey, bool) {
	for k, name := range sortKeys {
		if name != "" && ascii.EqualFold(s, name) {
			return SortKey(k), true
		}
	}
	return 0, false
}

// String is the sort key as IMAP writes it.
func (k SortKey) String() string { return sortKeys[k] }

// A Criterion is one of those that SORT goes by.
type Criterion struct {
	Key     SortKey
	Reverse bool // descending; where it is equal, still in the order of the mailbox
}

// Sort sorts messages, which are in the order of the mailbox, by the criteria, the first of which counts most. A criterion
// whose key is there before changes nothing, and is not compared again.
func Sort(messages []Message, criteria []Criterion) {
	var wanted []Criterion
	for _, c := range criteria {
		if !slices.ContainsFunc(wanted, func(w Criterion) bool { return w.Key == c.Key }) {
			wanted = append(wanted, c)
		}
	}
	// It is indexes that are moved about, for a Message is large; and where all else is equal they decide, which is
	// faster than to sort stably.
	order := make([]int, len(messages))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &messages[i], &messages[j]
		for _, c := range wanted {
			if n := compare(c.Key, a, b); n != 0 {
				if c.Reverse {
					return -n
				}
				return n
			}
		}
		return i - j
	})
	sorted := make([]Message, len(messages))
	for at, i := range order {
		sorted[at] = messages[i]
	}
	copy(messages, sorted)
}

// compare compares by one key. Texts are collation keys already, in which nothing comes first.
func compare(key SortKey, a, b *Message) int {
	switch key {
	case Arrival:
		return a.Arrival.Compare(b.Arrival)
	case Date:
		return a.sent().Compare(b.sent())
	case Size:
		return cmp.Compare(a.Size, b.Size)
	case Cc:
		return strings.Compare(a.Keys.Cc, b.Keys.Cc)
	case From:
		return strings.Compare(a.Keys.From, b.Keys.From)
	case To:
		return strings.Compare(a.Keys.To, b.Keys.To)
	case Subject:
		return strings.Compare(a.Keys.Subject, b.Keys.Subject)
	case DisplayFrom:
		return strings.Compare(a.Keys.DisplayFrom, b.Keys.DisplayFrom)
	case DisplayTo:
		return strings.Compare(a.Keys.DisplayTo, b.Keys.DisplayTo)
	}
	return 0
}
