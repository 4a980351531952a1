package report

import (
	"bytes"
	"iter"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

// Defects of the machine-readable parts. Those of dates and message identifiers are header's.
const (
	NotAField      defect.Kind = "a line that is no field of a report"
	MissingField   defect.Kind = "a field that a report must have is missing"
	DuplicateField defect.Kind = "a field that may appear once is there again"
	MisplacedField defect.Kind = "a field among those of another group"
	TooManyFields  defect.Kind = "more fields or recipients than a report may have"
	MissingType    defect.Kind = "a name without its type"
	AngleBrackets  defect.Kind = "angle brackets around an address"
	BadEscape      defect.Kind = "an escaped character that is none"
	BadStatus      defect.Kind = "a status code that is not of RFC 3463"
	BadAction      defect.Kind = "an action that is not known"
	BadValue       defect.Kind = "a value that is not of the form that the field has"
)

// What is read at most, so that a hostile report takes no more memory than a few times its own size.
const (
	maxFields     = 50_000
	maxRecipients = 10_000
)

// A field is one that was read.
type field struct {
	name   string // in lower case
	given  string // as it was written
	value  string // clean
	first  bool   // a blank line or nothing is before it
	offset int64
	found  *defect.List
}

// wrong tells that the field breaks a rule.
func (f *field) wrong(kind defect.Kind) { f.found.Add(kind, f.offset) }

// is tells whether the field has one of the names.
func (f *field) is(names string) bool {
	for name := range strings.SplitSeq(names, " ") {
		if f.name == name {
			return true
		}
	}
	return false
}

// scan yields the fields of a machine-readable part.
func scan(b []byte, found *defect.List) iter.Seq[*field] {
	return func(yield func(*field) bool) {
		first := true
		fields := 0
		for pos := 0; pos < len(b); {
			start := pos
			pos = endOfField(b, pos)
			raw := b[start:pos]
			if len(bytes.Trim(raw, " \t\r\n")) == 0 {
				first = true
				continue
			}
			if fields++; fields > maxFields {
				found.Add(TooManyFields, int64(start))
				return
			}
			name, value, ok := bytes.Cut(raw, []byte(":"))
			name = bytes.TrimRight(name, " \t")
			f := &field{given: string(name[:min(len(name), maxName+1)]), first: first, offset: int64(start), found: found}
			if !ok || len(f.given) > maxName || !header.ValidFieldName(f.given) {
				f.wrong(NotAField)
				continue
			}
			f.name, f.value = lower(f.given), clean(header.Unfold(string(value[:min(len(value), 2*maxValue)])))
			first = false
			if !yield(f) {
				return
			}
		}
	}
}

// endOfField finds where the field or blank line ends that begins at pos. A blank line has no continuation.
func endOfField(b []byte, pos int) int {
	blank := isBlank(b[pos:])
	for {
		n := bytes.IndexByte(b[pos:], '\n')
		if n < 0 {
			return len(b)
		}
		pos += n + 1
		if blank || pos == len(b) || b[pos] != ' ' && b[pos] != '\t' || isBlank(b[pos:]) {
			return pos
		}
	}
}

// isBlank tells that the line at the start of b has white space alone.
func isBlank(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r")
	return len(b) == 0 || b[0] == '\n'
}

// set gives a value to what has none yet.
func set[T comparable](f *field, to *T, value T) {
	var zero T
	if *to != zero {
		f.wrong(DuplicateField)
		return
	}
	*to = value
}

// setDate reads a date.
func setDate(f *field, to *time.Time) {
	var found defect.List
	t, ok := header.ParseDate(f.value, &found)
	for d := range found.All() {
		f.wrong(d.Kind)
	}
	if ok {
		set(f, to, t)
	}
}

// extension keeps a field that has no place of its own.
func extension(f *field, to *[]Field) { *to = append(*to, Field{f.given, f.value}) }
