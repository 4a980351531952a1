package header

import (
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// The names of months and days, as they are compared.
const (
	months   = "janfebmaraprmayjunjulaugsepoctnovdec"
	weekdays = "sunmontuewedthufrisat"
)

// nameIndex finds the number of a month or day by three letters.
func nameIndex(names, word string) int {
	if len(word) < 3 {
		return -1
	}
	a, b, c := word[0]|0x20, word[1]|0x20, word[2]|0x20
	for i := 0; i < len(names); i += 3 {
		if names[i] == a && names[i+1] == b && names[i+2] == c {
			return i / 3
		}
	}
	return -1
}

// word takes the name of a day, a month or a zone.
func (p *dateParser) word(i int) int {
	end := i
	for end < len(p.s) && isAlpha(p.s[end]) {
		end++
	}
	word := p.s[i:end]
	if p.hour >= 0 && p.named && !p.zone {
		return end
	}
	if p.weekday < 0 && p.day < 0 {
		if n := nameIndex(weekdays, word); n >= 0 {
			p.weekday = n
			if len(word) > 3 {
				p.oddity(i)
			}
			return end
		}
	}
	if p.month == 0 {
		if n := nameIndex(months, word); n >= 0 {
			p.month = n + 1
			if len(word) > 3 {
				p.oddity(i)
			}
			return end
		}
	}
	if p.hour >= 0 {
		p.zoneWord(word, i)
	} else if len(word) != 1 { // the T of ISO 8601
		p.oddity(i)
	}
	return end
}

// zoneWord takes what may be the name of a zone, or which half of the day it is.
func (p *dateParser) zoneWord(word string, i int) {
	switch {
	case ascii.EqualFold(word, "pm"):
		p.pm = true
		p.oddity(i)
	case ascii.EqualFold(word, "am"):
		p.am = true
		p.oddity(i)
	case p.zone: // "+0100 CET"
		p.oddity(i)
	default:
		offset, ok := namedZone(word)
		if ok {
			p.found.Add(ObsoleteZone, int64(i))
		} else {
			p.found.Add(UnknownZone, int64(i)) // -0000, military zones too (RFC 5322, 4.3)
		}
		p.offset, p.zone, p.named = offset, true, true
	}
}

// time makes the parts a time.
func (p *dateParser) time() (time.Time, bool) {
	if p.year < 0 || p.month == 0 || p.day < 0 {
		p.found.Add(NoDate, -1)
		return time.Time{}, false
	}
	if p.hour < 0 {
		p.found.Add(MissingTime, -1)
		p.hour = 0
	}
	if !p.zone {
		p.found.Add(MissingZone, -1)
	}
	if p.hour > 0 && p.hour <= 12 && (p.am || p.pm) {
		p.hour %= 12
		if p.pm {
			p.hour += 12
		}
	}
	if p.year < 1 || p.year > 9999 || p.month > 12 || p.day < 1 || p.day > daysIn(p.month, p.year) ||
		p.hour > 23 || p.minute > 59 || p.second > 60 {
		p.found.Add(BadDate, -1)
		return time.Time{}, false
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.second, 0, location(p.offset))
	if p.weekday >= 0 && p.second < 60 && t.Weekday() != time.Weekday(p.weekday) {
		p.found.Add(WrongWeekday, -1)
	}
	return t, true
}

func daysIn(month, year int) int {
	switch time.Month(month) {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}
