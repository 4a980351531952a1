package web

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// visible replaces what would hide or turn the text around it, or what no HTML may have: controls, marks of direction,
// and octets that are not UTF-8. The text of a whole page goes through it, so that no place can be forgotten.
func visible(page []byte) []byte {
	out := make([]byte, 0, len(page))
	for len(page) > 0 {
		r, n := utf8.DecodeRune(page)
		if hides(r) {
			r = utf8.RuneError
		}
		out = utf8.AppendRune(out, r)
		page = page[n:]
	}
	return out
}

// hides reports whether a rune is a control other than the ends of lines and tabs, or one that changes the direction of
// text (Unicode Standard Annex 9, 2), or an interlinear or tag character, which are not seen.
func hides(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return false
	case r < 0x20, 0x7f <= r && r < 0xa0, r == 0x061c, r == 0x200e, r == 0x200f, 0x202a <= r && r <= 0x202e,
		0x2066 <= r && r <= 0x2069, 0xfff9 <= r && r <= 0xfffb, 0xe0000 <= r && r <= 0xe007f, r == 0x2028, r == 0x2029, r == 0xfeff:
		return true
	}
	return false
}

// sentence makes an error's text into one: it begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	if 'a' <= s[0] && s[0] <= 'z' {
		s = string(s[0]-'a'+'A') + s[1:]
	}
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") && !strings.HasSuffix(s, "!") {
		s += "."
	}
	return s
}

// stamp is a time as a whole, with its zone.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

// clock is a time in a table of what has just happened.
func clock(t time.Time) string {
	if day := t.Local(); time.Since(t) > 20*time.Hour {
		return day.Format("01-02 15:04:05")
	}
	return t.Local().Format("15:04:05.000")
}

// iso is a time for programs (RFC 3339).
func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// ago says how far a time is from now, as exactly as one cares.
func ago(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	d := time.Since(t)
	switch {
	case d < 0 && d > -time.Second, d >= 0 && d < time.Second:
		return "now"
	case d < 0:
		return "in " + span(-d)
	}
	return span(d) + " ago"
}

// span is a duration in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
