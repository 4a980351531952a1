package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing in a configuration file that has to be changed.
type Problem struct {
	File   string // as it was given to Parse
	Line   int    // from 1; that of the table if the key is not there
	Key    string // such as "virtual[0].name", the first element being 0; empty if the file is no TOML
	Reason string // what is wrong
	Remedy string // what to write instead
}

// Error is the Problem in one line: "postoffice.toml:12: virtual[0].name: reason; remedy".
func (p Problem) Error() string {
	at := fmt.Sprintf("%s:%d: ", p.File, p.Line)
	if p.Key != "" {
		at += p.Key + ": "
	}
	return at + p.Reason + "; " + p.Remedy
}

// Problems are all that is wrong with a file, in the order of its lines.
type Problems []Problem

// Error has a line for each Problem.
func (p Problems) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "config: %d to change", len(p))
	for _, one := range p {
		b.WriteString("\n" + one.Error())
	}
	return b.String()
}

// sort puts the Problems in the order of the file.
func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
}

// A flaw is why a text cannot be a value, and what to write instead.
type flaw struct{ reason, remedy string }

func (f *flaw) Error() string { return f.reason + "; " + f.remedy }
