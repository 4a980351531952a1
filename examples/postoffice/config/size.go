package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Size is a number of octets, written as a number or with a unit: "10 MB" is ten million, "10MiB" is 10,485,760. The
// case of units does not count. It is never negative.
type Size int64

var (
	sizeUnits = [...]string{"B", "kB", "KiB", "MB", "MiB", "GB", "GiB", "TB", "TiB"}
	sizes     = [...]int64{1, 1e3, 1 << 10, 1e6, 1 << 20, 1e9, 1 << 30, 1e12, 1 << 40}
)

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Size) UnmarshalText(text []byte) error {
	t := string(text)
	if strings.HasPrefix(t, "-") {
		return &flaw{fmt.Sprintf("%q is negative", t), `write 0 for the default, or a size such as "10 MiB"`}
	}
	digits := strings.TrimRight(t, "BKMGTIbkmgti ")
	unit := strings.TrimLeft(t[len(digits):], " ")
	n, err := strconv.ParseUint(digits, 10, 63)
	factor := int64(0)
	if unit == "" && len(digits) == len(t) {
		factor = 1
	}
	for i, u := range sizeUnits {
		if ascii.EqualFold(u, unit) {
			factor = sizes[i]
		}
	}
	if err != nil || factor == 0 || int64(n) > math.MaxInt64/factor {
		return &flaw{fmt.Sprintf("%q is not a size", t), `write octets as a number, or with a unit: "500 kB", "10 MiB", "2 GiB"`}
	}
	*s = Size(int64(n) * factor)
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String is the Size in the largest unit that it is a multiple of, powers of two before those of ten.
func (s Size) String() string {
	for i := len(sizes) - 1; i > 0; i -= 2 {
		for _, u := range [...]int{i, i - 1} {
			if s != 0 && int64(s)%sizes[u] == 0 {
				return fmt.Sprintf("%d %s", int64(s)/sizes[u], sizeUnits[u])
			}
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
