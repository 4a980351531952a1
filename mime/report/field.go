package report

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wirepost/wirepost/mime/header"
)

// A Field is one that has no place of its own in the type that holds it: an extension (RFC 3464, 2.4; RFC 8098, 3.3).
type Field struct {
	Name  string // 76 octets at most, and none of the names that the format defines
	Value string
}

// ErrField is an extension field that cannot be written.
var ErrField = errors.New("report: not an extension field: take another name")

// A fieldWriter collects the fields of a machine-readable part.
type fieldWriter struct {
	b       []byte
	utf8    bool // addresses may be written as they are
	escaped bool // an address was not
	err     error
}

// text writes a field unless its value is empty.
func (w *fieldWriter) text(name, value string) {
	if value = clean(value); value != "" {
		w.add(name, value)
	}
}

// add writes a field whose value is clean.
func (w *fieldWriter) add(name, value string) {
	folded, err := header.Fold(name, value)
	if err != nil {
		w.err = errors.Join(w.err, fmt.Errorf("report: field %q: %w", clean(name), err))
	}
	w.b = append(w.b, folded...)
}

// typed writes a field with the type that it has without one, unless there is no value.
func (w *fieldWriter) typed(name string, t Typed, otherwise string) {
	if t = t.tidy(otherwise); t.Value != "" {
		w.add(name, t.Type+"; "+t.Value)
	}
}

// address writes a mailbox address. One beyond ASCII is escaped where it must be.
func (w *fieldWriter) address(name string, t Typed) {
	t = t.address()
	if t.Type == typeUTF8 {
		w.escaped = w.escaped || !ascii(t.Value)
		if w.utf8 {
			t.Value = escapeBackslash(t.Value)
		} else {
			t.Value = escape(t.Value)
		}
	}
	if t.Value != "" {
		w.add(name, t.Type+";"+t.Value)
	}
}

// date writes a date that the format can say.
func (w *fieldWriter) date(name string, t time.Time) {
	if year := t.Year(); !t.IsZero() && 1 <= year && year <= 9999 {
		w.add(name, header.FormatDate(t))
	}
}

// extensions writes the fields that are not among the known ones.
func (w *fieldWriter) extensions(list []Field, known ...string) {
	for _, f := range list {
		if len(f.Name) > maxName || !header.ValidFieldName(f.Name) || slices.Contains(known, lower(f.Name)) {
			w.err = errors.Join(w.err, fmt.Errorf("%w: %q", ErrField, clean(f.Name)))
			continue
		}
		w.add(f.Name, clean(f.Value))
	}
}

// blank ends a group of fields.
func (w *fieldWriter) blank() { w.b = append(w.b, "\r\n"...) }
