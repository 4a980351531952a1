package nntp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/header"
)

// ErrHeader is what ParseHeader returns, wrapped, for what is not the header of
// an article.
var ErrHeader = errors.New("nntp: bad article header")

// A Field is one header field, as an article has it: Value is what is between
// the space behind the colon and the last CRLF, so it may be folded.
type Field struct {
	Name, Value string
}

// A Header is the fields of an article, in their order.
type Header []Field

// maxFields bounds the fields of one article.
const maxFields = 1000

// ParseHeader reads the header of an article and returns what is behind the
// empty line that ends it: the body, a part of text. An article without that
// line is an error, as are bare CR, bare LF, NUL, a line that is neither a field
// nor the continuation of one, and a field folded over nothing but white space
// (RFC 5536, 2.2).
//
// A field without content is no error here, since old articles have them.
func ParseHeader(text []byte) (h Header, body []byte, err error) {
	size := bytes.Index(text, []byte("\r\n\r\n"))
	switch {
	case bytes.HasPrefix(text, []byte("\r\n")):
		return nil, text[2:], nil
	case size < 0:
		return nil, nil, fmt.Errorf("%w: no empty line behind it", ErrHeader)
	}
	size += len("\r\n")
	h, err = parseFields(string(text[:size]))
	return h, text[size+len("\r\n"):], err
}

// parseFields reads fields, all of whose lines end in CRLF.
func parseFields(s string) (Header, error) {
	h := make(Header, 0, min(strings.Count(s, "\n"), maxFields))
	for s != "" {
		end := fieldEnd(s)
		if end < 0 {
			return nil, fmt.Errorf("%w: LF without CR", ErrHeader)
		}
		f, err := parseField(s[:end-len("\r\n")])
		switch {
		case err != nil:
			return nil, err
		case len(h) == maxFields:
			return nil, fmt.Errorf("%w: more than %d fields", ErrHeader, maxFields)
		}
		h = append(h, f)
		s = s[end:]
	}
	return h, nil
}

// fieldEnd finds the end of the field that s begins with: behind a CRLF that no
// white space follows. It is -1 at a bare LF.
func fieldEnd(s string) int {
	at := 0
	for {
		i := strings.IndexByte(s[at:], '\n')
		if i <= 0 || s[at+i-1] != '\r' {
			return -1
		}
		at += i + 1
		if at == len(s) || s[at] != ' ' && s[at] != '\t' {
			return at
		}
	}
}

// parseField reads one field without its last CRLF.
func parseField(s string) (Field, error) {
	colon := strings.IndexByte(s, ':')
	if colon <= 0 || !validFieldName(s[:colon]) {
		return Field{}, fmt.Errorf("%w: a line that is no field", ErrHeader)
	}
	f := Field{Name: s[:colon], Value: s[colon+1:]}
	if f.Value != "" && f.Value[0] != ' ' && f.Value[0] != '\t' && f.Value[0] != '\r' {
		return Field{}, fmt.Errorf("%w: no space behind %q", ErrHeader, f.Name+":")
	}
	if len(f.Value) > 0 && f.Value[0] != '\r' {
		f.Value = f.Value[1:]
	}
	if strings.IndexByte(f.Value, 0) >= 0 {
		return Field{}, fmt.Errorf("%w: NUL in %q", ErrHeader, f.Name)
	}
	rest := f.Value
	for {
		i := strings.IndexByte(rest, '\r')
		if i < 0 {
			return f, nil
		}
		if i+1 == len(rest) || rest[i+1] != '\n' {
			return Field{}, fmt.Errorf("%w: CR without LF in %q", ErrHeader, f.Name)
		}
		rest = rest[i+2:]
		line, _, _ := strings.Cut(rest, "\r")
		if strings.Trim(line, " \t") == "" {
			return Field{}, fmt.Errorf("%w: %q is folded over nothing", ErrHeader, f.Name)
		}
	}
}

func validFieldName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// Get returns the content of the first field of that name: unfolded, without
// white space around it, and with its ASCII letters compared in either case. It
// is empty if there is none.
func (h Header) Get(name string) string {
	for i := range h {
		if ascii.EqualFold(h[i].Name, name) {
			return content(h[i].Value)
		}
	}
	return ""
}

// Count returns how many fields have that name.
func (h Header) Count(name string) int {
	n := 0
	for i := range h {
		if ascii.EqualFold(h[i].Name, name) {
			n++
		}
	}
	return n
}

// List returns the items of a field whose content is a list with commas, such
// as Newsgroups, without the empty ones.
func (h Header) List(name string) []string {
	return splitList(h.Get(name))
}

func splitList(s string) []string {
	items := make([]string, 0, 1+strings.Count(s, ","))
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.Trim(item, " \t"); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// content is a value without its folding.
func content(value string) string {
	if strings.IndexByte(value, '\r') >= 0 {
		value = header.Unfold(value)
	}
	return strings.Trim(value, " \t")
}
