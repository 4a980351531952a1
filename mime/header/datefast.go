package header

import "time"

// fixedDate reads the form that nearly every date has, "Fri, 21 Nov 1997 09:55:06 -0600". It takes no other form, and
// nothing that there would be a defect to tell of; the rest is for the dateParser.
func fixedDate(s string) (time.Time, bool) {
	if len(s) < 30 || len(s) > 31 || s[3] != ',' || s[4] != ' ' {
		return time.Time{}, false
	}
	weekday := nameIndex(weekdays, s[:3])
	day, end := digits(s, 5)
	if end == 5 || len(s)-end != len(" Nov 1997 09:55:06 -0600") || weekday < 0 {
		return time.Time{}, false
	}
	s = s[end:]
	month := nameIndex(months, s[1:4])
	year, ok1 := pair(s, 5)
	rest, ok2 := pair(s, 7)
	hour, ok3 := pair(s, 10)
	minute, ok4 := pair(s, 13)
	second, ok5 := pair(s, 16)
	zoneHour, ok6 := pair(s, 20)
	zoneMinute, ok7 := pair(s, 22)
	year = year*100 + rest
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || !ok7 || s[0] != ' ' || s[4] != ' ' || s[9] != ' ' || s[12] != ':' ||
		s[15] != ':' || s[18] != ' ' || month < 0 || year < 1 || day < 1 || day > daysIn(month+1, year) ||
		hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59 {
		return time.Time{}, false
	}
	offset := (zoneHour*60 + zoneMinute) * 60
	switch s[19] {
	case '+':
	case '-':
		offset = -offset
	default:
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month+1), day, hour, minute, second, 0, location(offset))
	return t, t.Weekday() == time.Weekday(weekday)
}

// pair is a number of two digits.
func pair(s string, i int) (n int, ok bool) {
	return int(s[i]-'0')*10 + int(s[i+1]-'0'), isDigit(s[i]) && isDigit(s[i+1])
}
