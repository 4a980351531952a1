package header

import (
	"time"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of dates.
const (
	NoDate         defect.Kind = "no date"
	BadDate        defect.Kind = "a date that does not exist"
	OddDate        defect.Kind = "a date in another form than RFC 5322"
	ObsoleteYear   defect.Kind = "a year of two or three digits"
	ObsoleteZone   defect.Kind = "a zone that is named"
	UnknownZone    defect.Kind = "an unknown zone"
	MissingZone    defect.Kind = "a date without a zone"
	MissingTime    defect.Kind = "a date without a time"
	WrongWeekday   defect.Kind = "a date with the wrong day of the week"
	ZoneOutOfRange defect.Kind = "a zone out of range"
)

// ParseDate reads a date-time (RFC 5322, 3.3 and 4.3), and what else is found in Date fields: the forms of ctime and of
// ISO 8601, months and days spelled out, times without seconds, dates without time (midnight) or zone (UTC). It reports
// false if there is no date in value that exists. Second 60, a leap second, is read as the second after it. A zone that is
// unknown or out of range is UTC, as is -0000.
func ParseDate(value string, found *defect.List) (time.Time, bool) {
	if t, ok := fixedDate(trimSpace(value)); ok {
		return t, true
	}
	p := dateParser{s: value, found: found, day: -1, year: -1, hour: -1, weekday: -1}
	return p.read()
}

// A dateParser collects the parts of a date in whatever order they come.
type dateParser struct {
	s                            string
	found                        *defect.List
	year, month, day             int // -1, 0, -1: not seen
	hour, minute, second, offset int
	weekday                      int
	zone, named, odd, pm, am     bool
}

func (p *dateParser) read() (time.Time, bool) {
	for i := skipCFWS(p.s, 0); i < len(p.s); i = skipCFWS(p.s, i) {
		i = p.token(i)
	}
	return p.time()
}

// oddity notes once that the form is not that of RFC 5322.
func (p *dateParser) oddity(i int) {
	if !p.odd {
		p.odd = true
		p.found.Add(OddDate, int64(i))
	}
}

// token takes the token at i and returns what follows.
func (p *dateParser) token(i int) int {
	switch c := p.s[i]; {
	case isDigit(c):
		return p.number(i)
	case isAlpha(c):
		return p.word(i)
	case (c == '+' || c == '-') && p.hour >= 0 && i+1 < len(p.s) && isDigit(p.s[i+1]) && (!p.zone || p.named):
		return p.numericZone(i)
	case c != ',':
		p.oddity(i)
	}
	return i + 1
}

// digits reads a number; it stops growing beyond what any part of a date can be.
func digits(s string, i int) (n, end int) {
	for end = i; end < len(s) && isDigit(s[end]); end++ {
		n = min(n*10+int(s[end]-'0'), 1_000_000)
	}
	return n, end
}

func (p *dateParser) number(i int) int {
	n, end := digits(p.s, i)
	size := end - i
	next := skipCFWS(p.s, end)
	var follows byte
	if next < len(p.s) {
		follows = p.s[next]
	}
	switch {
	case p.hour < 0 && follows == ':':
		return p.clock(n, next+1)
	case size == 4 && p.day < 0 && p.year < 0 && follows == '-' && next == end:
		if to, ok := p.isoDate(n, end); ok {
			return to
		}
		p.year = n
	case p.day < 0 && size <= 2:
		p.day = n
	case p.year < 0 && (size > 2 || p.day >= 0):
		p.setYear(n, size, i)
	case p.hour < 0 && p.year >= 0 && size == 2 && follows == '.':
		p.oddity(i)
		return p.clock(n, next+1)
	case p.hour >= 0 && !p.zone && size == 4:
		p.oddity(i)
		p.setZone(n/100*60+n%100, 1, i)
	default:
		p.oddity(i)
	}
	return end
}

func (p *dateParser) setYear(n, size, i int) {
	switch {
	case size == 2 && n < 50:
		n += 2000
	case size <= 3:
		n += 1900
	}
	if size <= 3 {
		p.found.Add(ObsoleteYear, int64(i))
	}
	p.year = n
}

// isoDate reads "-MM-DD" behind a year, and the T of ISO 8601 if one follows.
func (p *dateParser) isoDate(year, i int) (end int, ok bool) {
	month, j := digits(p.s, i+1)
	if j == i+1 || j >= len(p.s) || p.s[j] != '-' {
		return 0, false
	}
	day, end := digits(p.s, j+1)
	if end == j+1 {
		return 0, false
	}
	p.oddity(i)
	p.year, p.month, p.day = year, month, day
	if p.month == 0 {
		p.month = 13 // no such date
	}
	if end+1 < len(p.s) && p.s[end]|0x20 == 't' && isDigit(p.s[end+1]) {
		end++
	}
	return end, true
}

// clock reads what follows the hour: minutes, seconds, fractions.
func (p *dateParser) clock(hour, i int) int {
	start := skipCFWS(p.s, i)
	n, end := digits(p.s, start)
	p.hour, p.minute = hour, n
	if start == end {
		p.oddity(i)
		return end
	}
	next := skipCFWS(p.s, end)
	if next >= len(p.s) || p.s[next] != ':' && p.s[next] != '.' {
		return end
	}
	next = skipCFWS(p.s, next+1)
	n, to := digits(p.s, next)
	if next == to {
		p.oddity(i)
		return next
	}
	p.second = n
	if to+1 < len(p.s) && (p.s[to] == '.' || p.s[to] == ',') && isDigit(p.s[to+1]) { // a fraction
		p.oddity(to)
		_, to = digits(p.s, to+1)
	}
	return to
}

// numericZone reads "+hhmm" (RFC 5322, 3.3), "+hh:mm" and "+hh".
func (p *dateParser) numericZone(i int) int {
	sign := 1
	if p.s[i] == '-' {
		sign = -1
	}
	n, end := digits(p.s, i+1)
	switch size := end - i - 1; {
	case size == 4:
		n = n/100*60 + n%100
		if end-i == 5 && (p.s[i+3]-'0') >= 6 {
			n = maxZone
		}
	case size <= 2 && end+2 < len(p.s) && p.s[end] == ':' && isDigit(p.s[end+1]):
		minutes, to := digits(p.s, end+1)
		n, end = n*60+minutes, to
		p.oddity(i)
	case size <= 2:
		n *= 60
		p.oddity(i)
	default:
		n = maxZone
	}
	p.setZone(n, sign, i)
	return end
}

func (p *dateParser) setZone(minutes, sign, i int) {
	if minutes*60 >= maxZone {
		p.found.Add(ZoneOutOfRange, int64(i))
		minutes = 0
	}
	p.offset, p.zone, p.named = sign*minutes*60, true, false
}
