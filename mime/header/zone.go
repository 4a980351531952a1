package header

import (
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// maxZone is what no zone is away from UTC, in seconds. RFC 5322, 3.3 allows +9959, but no such place exists.
const maxZone = 24 * 60 * 60

// zoneHours are the zones of RFC 5322, 4.3, and European and Asian ones that programs write as if they were.
var zoneHours = []struct {
	name  string
	hours int
}{
	{"gmt", 0},
	{"ut", 0},
	{"utc", 0},
	{"z", 0},
	{"est", -5},
	{"edt", -4},
	{"cst", -6},
	{"cdt", -5},
	{"mst", -7},
	{"mdt", -6},
	{"pst", -8},
	{"pdt", -7},
	{"wet", 0},
	{"west", 1},
	{"cet", 1},
	{"cest", 2},
	{"met", 1},
	{"mest", 2},
	{"mez", 1},
	{"mesz", 2},
	{"eet", 2},
	{"eest", 3},
	{"msk", 3},
	{"jst", 9},
	{"kst", 9},
}

// namedZone finds a zone by its name.
func namedZone(name string) (offset int, ok bool) {
	for i := range zoneHours {
		if ascii.EqualFold(zoneHours[i].name, name) {
			return zoneHours[i].hours * 60 * 60, true
		}
	}
	return 0, false
}

// location is the zone with this offset from UTC in seconds.
func location(offset int) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	return time.FixedZone("", offset)
}
