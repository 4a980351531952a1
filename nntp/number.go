package nntp

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A Number names an article within a newsgroup: from 1 to MaxNumber, ascending
// in the order of arrival, never given twice (RFC 3977, 6). 0 is none.
type Number uint32

// MaxNumber is the highest article number (RFC 3977, 6).
const MaxNumber Number = math.MaxInt32

// A Range is the article numbers from First to Last, both included. If Last is
// lower than First it holds none.
type Range struct {
	First, Last Number
}

// All holds every article number.
var allNumbers = Range{1, MaxNumber}

// String is the range as commands have it.
func (r Range) String() string {
	first := strconv.FormatUint(uint64(r.First), 10)
	switch r.Last {
	case r.First:
		return first
	case MaxNumber:
		return first + "-"
	}
	return first + "-" + strconv.FormatUint(uint64(r.Last), 10)
}

// ParseRange reads "12", "12-" or "12-34" (RFC 3977, 9.8). Numbers too high for
// an article are taken as the highest one.
func ParseRange(s string) (Range, error) {
	first, last, dash := strings.Cut(s, "-")
	n, err := number(first)
	switch {
	case err != nil:
		return Range{}, err
	case !dash:
		return Range{n, n}, nil
	case last == "":
		return Range{n, MaxNumber}, nil
	}
	m, err := number(last)
	return Range{n, m}, err
}

// number reads an article number: 1 to 16 digits (RFC 3977, 9.8), of which
// leading zeros have no meaning.
func number(s string) (Number, error) {
	if s == "" || len(s) > 16 || strings.Trim(s, "0123456789") != "" {
		return 0, errSyntax
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, errSyntax
	}
	return Number(min(n, uint64(MaxNumber)+1)), nil
}

// errSyntax is of an argument parser: the answer is 501 (RFC 3977, 3.2.1).
var errSyntax = errors.New("nntp: syntax error in arguments")
