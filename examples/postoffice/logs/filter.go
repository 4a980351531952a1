package logs

import (
	"cmp"
	"log/slog"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Filter says which records are wanted: those that all of its fields allow.
// An empty string allows all.
type Filter struct {
	Category string
	Server   string
	Min      slog.Level // this level and above; note that 0 is Info
	Text     string     // a part of message or attributes, in any case of ASCII letters
	After    uint64     // only records with a greater Seq, for a page that follows the log
	Max      int        // as many, the newest; 0 is all
}

func (f *Filter) allows(r *Record) bool {
	return r.Seq > f.After && r.Level >= f.Min && (f.Server == "" || r.Server == f.Server) &&
		(f.Text == "" || hasFold(r.Message, f.Text) || hasFold(r.Attrs, f.Text))
}

func hasFold(s, part string) bool { return strings.Contains(ascii.Lower(s), ascii.Lower(part)) }

// Records returns the records in memory that f wants, newest first. Who logs
// never waits for it.
func (b *Book) Records(f Filter) []Record {
	var list []Record
	for _, c := range b.snapshot() {
		if f.Category == "" || f.Category == c.name {
			list = c.ring.appendTo(list, &f)
		}
	}
	slices.SortFunc(list, func(a, b Record) int { return cmp.Compare(b.Seq, a.Seq) })
	if f.Max > 0 && len(list) > f.Max {
		list = list[:f.Max]
	}
	return list
}
