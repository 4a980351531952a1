package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Duration is written with units, such as "15m", "1h30m" or "3d"; "0" needs none. The units are d, h, m, s and ms. It
// is never negative.
type Duration time.Duration

const day = 24 * time.Hour

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "0" {
		*d = 0
		return nil
	}
	bad := &flaw{fmt.Sprintf("%q is not a duration", s), `write a number and its unit, such as "15m", "1h30m" or "3d"`}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
		return &flaw{fmt.Sprintf("%q has no unit", s), fmt.Sprintf(`write "%ds" for seconds or "%dm" for minutes`, n, n)}
	}
	if strings.HasPrefix(s, "-") {
		return &flaw{fmt.Sprintf("%q is negative", s), `write "0" or a duration such as "15m"`}
	}
	var sum time.Duration
	if days, rest, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 31)
		if err != nil || n > uint64(math.MaxInt64/int64(day)) {
			return bad
		}
		sum, s = time.Duration(n)*day, rest
	}
	if s != "" {
		more, err := time.ParseDuration(s)
		if err != nil || more < 0 || sum+more < sum || s[0] == '+' {
			return bad
		}
		sum += more
	} else if sum == 0 && !strings.HasSuffix(string(text), "d") {
		return bad
	}
	*d = Duration(sum)
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String is the Duration in a form that UnmarshalText reads.
func (d Duration) String() string {
	switch t := time.Duration(d); {
	case t == 0:
		return "0"
	case t%day == 0 && t > 3*day:
		return fmt.Sprintf("%dd", t/day)
	default:
		s := t.String()
		if strings.HasSuffix(s, "m0s") {
			s = strings.TrimSuffix(s, "0s")
		}
		if strings.HasSuffix(s, "h0m") {
			s = strings.TrimSuffix(s, "0m")
		}
		return s
	}
}
