package ldapserver

import (
	"context"
	"iter"
)

// People is what a Server shows.
type People interface {
	// Entries yields all people and groups, in any order. It ends at the first
	// error, and when ctx does. It is called for each search, at once from
	// several goroutines; the loop that takes the entries does no I/O.
	Entries(ctx context.Context) iter.Seq2[Entry, error]
}

// An Entry is a person or a group. Only Name must be set. All text is UTF-8.
type Entry struct {
	Name      string   // login of a person, name of a group; unique among its kind without regard to case
	Addresses []string // local@domain, the primary one first

	Display        string // as a person is called; Given and Surname if empty, else Name
	Given, Surname string
	Phone          string
	Department     string

	Group           bool     // a group, not a person
	Members         []string // of a group: the Names of people
	MemberAddresses []string // of a group: those who are elsewhere

	Disabled bool // is not shown
}
