package mime

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/mime/header"
)

// A Field is one header field with all its octets: name, colon, value, folds and the end of each line. A line that is no
// field belongs to the one before; at the start of a header, where there is none, it is a Field without a Name.
type Field struct {
	Name string // as written
	Raw  []byte
}

// Value is the value without the folds (RFC 5322, 2.2.3) and the white space around it. It has no CR, LF or NUL: what is
// left of those is a space. It is not decoded: that is what package header is for.
func (f Field) Value() string {
	at := 0
	if f.Name != "" {
		at = bytes.IndexByte(f.Raw, ':') + 1 // a name has no colon
	}
	return strings.Trim(header.Unfold(string(f.Raw[at:])), " \t")
}

// A Header is the fields of a message or part in order, byte for byte as they were read or added. The zero value is
// empty.
type Header struct {
	fields []Field
	blank  []byte // the line that ends the header
	read   bool   // blank is what was found, if only nothing
}

// ParseHeader reads a header up to the blank line that ends it, or the end of b, which it keeps. What it writes is what
// it read, as long as nothing is changed. It never fails: see [Field] for lines that are no fields.
func ParseHeader(b []byte) Header {
	h := Header{read: true, fields: make([]Field, 0, min(bytes.Count(b, []byte{'\n'}), 64))}
	start := 0 // of the field
	name := ""
	for at := 0; at < len(b); {
		line := b[at:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		text := trimEOL(line)
		n := fieldName(text)
		if (n > 0 || len(text) == 0) && at > start {
			h.fields = append(h.fields, Field{name, b[start:at:at]})
			start, name = at, ""
		}
		if len(text) == 0 {
			h.blank = line
			return h
		}
		if n > 0 {
			name = string(text[:n])
		}
		at += len(line)
	}
	if start < len(b) {
		h.fields = append(h.fields, Field{name, b[start:]})
	}
	return h
}

// All yields the fields in order.
func (h *Header) All() iter.Seq[Field] { return slices.Values(h.fields) }

// Len is the number of fields.
func (h *Header) Len() int { return len(h.fields) }

// Has reports whether there is a field of this name. Names are compared without regard to the case of ASCII letters.
func (h *Header) Has(name string) bool { return h.index(name) >= 0 }

// Get is the value of the first field of this name, "" if there is none.
func (h *Header) Get(name string) string {
	if i := h.index(name); i >= 0 {
		return h.fields[i].Value()
	}
	return ""
}

// Values are the values of all fields of this name, in order.
func (h *Header) Values(name string) []string {
	var values []string
	for _, f := range h.fields {
		if equalFold(f.Name, name) {
			values = append(values, f.Value())
		}
	}
	return values
}

func (h *Header) index(name string) int {
	return slices.IndexFunc(h.fields, func(f Field) bool { return equalFold(f.Name, name) })
}

// Add appends a field, folded. The value is what is to stand there, encoded already (see package header). A name or value
// that can't be in a header, such as one with a CR, LF or NUL, is an error, and nothing is added.
func (h *Header) Add(name, value string) error {
	f, err := newField(name, value)
	if err == nil {
		h.fields = append(h.fields, f)
	}
	return err
}

// Prepend is [Header.Add] at the top, where trace fields belong (RFC 5321, 4.4); but behind lines that are no fields.
func (h *Header) Prepend(name, value string) error {
	f, err := newField(name, value)
	if err == nil {
		at := 0
		for at < len(h.fields) && h.fields[at].Name == "" {
			at++
		}
		h.fields = slices.Insert(h.fields, at, f)
	}
	return err
}

// Set puts a field in the place of the first one of its name and removes the others, or appends it if there is none.
func (h *Header) Set(name, value string) error {
	i := h.index(name)
	if i < 0 {
		return h.Add(name, value)
	}
	f, err := newField(name, value)
	if err != nil {
		return err
	}
	h.fields[i] = f
	rest := slices.DeleteFunc(h.fields[i+1:], func(f Field) bool { return equalFold(f.Name, name) })
	h.fields = h.fields[:i+1+len(rest)]
	return nil
}

// Del removes all fields of this name.
func (h *Header) Del(name string) {
	h.fields = slices.DeleteFunc(h.fields, func(f Field) bool { return equalFold(f.Name, name) })
}

// WriteTo writes the fields and the blank line that ends them. A header that was read without that line is written
// without it.
func (h *Header) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(h.Bytes())
	return int64(n), err
}

// Bytes is what [Header.WriteTo] writes.
func (h *Header) Bytes() []byte {
	var b []byte
	for i, f := range h.fields {
		b = append(b, f.Raw...)
		if i+1 < len(h.fields) && !bytes.HasSuffix(f.Raw, []byte{'\n'}) { // it was the last one, and its line did not end
			b = append(b, "\r\n"...)
		}
	}
	if !h.read {
		return append(b, "\r\n"...)
	}
	return append(b, h.blank...)
}

func newField(name, value string) (Field, error) {
	raw, err := header.Fold(name, value)
	if err != nil {
		return Field{}, fmt.Errorf("mime: %w", err)
	}
	return Field{name, raw}, nil
}
