package nntp

import (
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// sinceArgs takes a date and a time, "GMT" or not, which it is in any case; and
// the list of distributions that RFC 977 had and nobody needs.
func sinceArgs(s string) (time.Time, error) {
	w, err := words(s, 2, 4)
	if err != nil {
		return time.Time{}, err
	}
	if len(w) > 2 && !ascii.EqualFold(w[2], "GMT") && w[2][0] != '<' {
		return time.Time{}, errSyntax
	}
	return since(w[0], w[1], time.Now())
}

// newNewsRequest is what a NEWNEWS command says.
type newNewsRequest struct {
	groups Wildmat
	since  time.Time
}

func newNewsArgs(s string) (newNewsRequest, error) {
	pat, rest := cutWord(s)
	groups, err := ParseWildmat(pat)
	if err != nil {
		return newNewsRequest{}, err
	}
	t, err := sinceArgs(rest)
	return newNewsRequest{groups, t}, err
}

// since reads yymmdd or yyyymmdd, and hhmmss (RFC 3977, 7.3.2). A year of two
// digits is of this century if it is not later than this year, else of the last.
func since(date, clock string, now time.Time) (time.Time, error) {
	if len(clock) != 6 || len(date) != 6 && len(date) != 8 || strings.Trim(date+clock, "0123456789") != "" {
		return time.Time{}, errSyntax
	}
	if len(date) == 6 {
		century := now.UTC().Year() / 100
		if twoDigits(date) > now.UTC().Year()%100 {
			century--
		}
		date = string([]byte{byte('0' + century/10), byte('0' + century%10)}) + date
	}
	if clock[4:] == "60" { // a leap second
		clock = clock[:4] + "59"
	}
	t, err := time.Parse("20060102150405", date+clock)
	if err != nil {
		return time.Time{}, errSyntax
	}
	return t, nil
}

func twoDigits(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }
