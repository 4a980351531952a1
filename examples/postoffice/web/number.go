package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// octets is a size for people to read, as exact as they need it.
func octets(n int64) string {
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	f, i := float64(n), 0
	for ; math.Abs(f) >= 1023.95 && i < len(units)-1; i++ {
		f /= 1024
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

// number groups the digits of a number.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := len(s) % 3
	if n < 0 {
		start = 1 + (len(s)-1)%3
	}
	var b strings.Builder
	b.WriteString(s[:start])
	for i := start; i < len(s); i += 3 {
		if i > 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// unlimited is what is written for a bound that is none.
const unlimited = "none"

// bound writes a bound of a quota so that parseBound reads the same: empty is the default, below 0 none.
func bound(n int64) string {
	switch {
	case n == 0:
		return ""
	case n < 0:
		return unlimited
	case n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return strconv.FormatInt(n, 10)
}

// parseBound reads a bound of a quota.
func parseBound(s string) (int64, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return 0, nil
	case ascii.EqualFold(s, unlimited):
		return -1, nil
	}
	digits := strings.TrimRight(s, "BKMGTIbkmgti ")
	n, err := strconv.ParseUint(digits, 10, 63)
	factor, ok := factors(ascii.Lower(strings.TrimLeft(s[len(digits):], " ")))
	if err != nil || !ok || n == 0 || int64(n) > math.MaxInt64/factor {
		return 0, fmt.Errorf("%q is not a size: write 500 MB or 2 GiB, %q for no bound, or nothing for the default", s, unlimited)
	}
	return int64(n) * factor, nil
}

// factors returns what a unit, in lower case, is worth.
func factors(unit string) (int64, bool) {
	switch unit {
	case "", "b":
		return 1, true
	case "kb":
		return 1e3, true
	case "mb":
		return 1e6, true
	case "gb":
		return 1e9, true
	case "tb":
		return 1e12, true
	case "kib":
		return 1 << 10, true
	case "mib":
		return 1 << 20, true
	case "gib":
		return 1 << 30, true
	case "tib":
		return 1 << 40, true
	}
	return 0, false
}
