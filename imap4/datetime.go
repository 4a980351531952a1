package imap4

import (
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// months are spelled in English whatever the locale (RFC 9051, 9: date-month).
var months = [...]string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}

// dateTime takes a date-time, with its quotes.
func (p *parser) dateTime() time.Time {
	const form = `"17-Jul-1996 02:44:25 -0700"`
	if len(p.s)-p.i < len(form) {
		p.fail("a date and time is missing")
		return time.Time{}
	}
	s := p.s[p.i : p.i+len(form)]
	s = strings.Replace(s, `" `, `"0`, 1)
	t, err := time.Parse(`"02-Jan-2006 15:04:05 -0700"`, s)
	if err != nil {
		p.fail("a date and time that cannot be read")
		return time.Time{}
	}
	p.i += len(form)
	return t
}

// appendDateTime appends a date-time as FETCH tells it.
func appendDateTime(b []byte, t time.Time) []byte {
	return t.AppendFormat(b, `"02-Jan-2006 15:04:05 -0700"`)
}

// date takes a date of SEARCH, with quotes or without: midnight UTC of that day.
func (p *parser) date() time.Time {
	quoted := p.skip('"')
	day := p.number()
	p.need('-')
	month := 0
	if p.i+3 <= len(p.s) {
		word := ascii.Upper(p.s[p.i : p.i+3])
		for i, name := range months {
			if name == word {
				month = i + 1
			}
		}
		p.i += 3
	}
	p.need('-')
	at := p.i
	year := p.number()
	digits := p.i - at
	if quoted {
		p.need('"')
	}
	t := time.Date(int(year%10_000), time.Month(month), int(min(day, 99)), 0, 0, 0, 0, time.UTC)
	if month == 0 || t.Day() != int(day) || year < 1 || digits != 4 {
		p.fail("a date that cannot be read")
	}
	return t
}
