package mime

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Errors of sections.
var (
	// ErrSection is a section that is not written as RFC 9051, 6.4.5.1 has it.
	ErrSection = errors.New("mime: a section is numbers, then HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME")
	// ErrNoPart is a section of a message that has no such part.
	ErrNoPart = errors.New("mime: the message has no such part")
)

// A Specifier says what of a part a section is.
type Specifier uint8

// What of a part a section is (RFC 9051, 6.4.5.1).
const (
	WholePart      Specifier = iota // the body of a part, or all of a message
	HeaderPart                      // the header of a message
	FieldsPart                      // the fields named
	FieldsNotPart                   // the fields but those named
	TextPart                        // the body of a message
	MIMEPart                        // the header of a part
	specifierCount                  // has to be last
)

var specifiers = [specifierCount]string{"", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"}

// A Section names a piece of a message, as in BODY[1.2.HEADER.FIELDS (From To)] of IMAP.
type Section struct {
	Path      []int // numbers of parts, from 1; none for the message
	Specifier Specifier
	Fields    []string // of FieldsPart and FieldsNotPart
}

// ParseSection reads what is between the brackets, such as "1.2.MIME" or "HEADER.FIELDS (From To)". Its error is
// [ErrSection].
func ParseSection(s string) (Section, error) {
	text, list, hasList := strings.Cut(s, " ")
	numbers, name := text, ""
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); i >= 0 {
		numbers, name = text[:i], text[i:]
		if i > 0 && !strings.HasSuffix(numbers, ".") {
			return Section{}, ErrSection
		}
		numbers = strings.TrimSuffix(numbers, ".")
		if i == 1 {
			return Section{}, ErrSection
		}
	}
	var section Section
	if numbers != "" {
		path, ok := parsePath(numbers)
		if !ok {
			return Section{}, ErrSection
		}
		section.Path = path
	}
	i := slices.IndexFunc(specifiers[:], func(s string) bool { return equalFold(s, name) })
	section.Specifier = Specifier(max(i, 0))
	named := section.Specifier == FieldsPart || section.Specifier == FieldsNotPart
	if i < 0 || named != hasList || section.Specifier == MIMEPart && section.Path == nil {
		return Section{}, ErrSection
	}
	if named {
		list, ok := strings.CutPrefix(list, "(")
		list, closed := strings.CutSuffix(list, ")")
		section.Fields = strings.Fields(strings.ReplaceAll(list, `"`, ""))
		if !ok || !closed || len(section.Fields) == 0 || strings.ContainsAny(list, "()\r\n\x00") {
			return Section{}, ErrSection
		}
	}
	return section, nil
}

// String is the section as IMAP writes it, without brackets.
func (s Section) String() string {
	var words []string
	for _, n := range s.Path {
		words = append(words, strconv.Itoa(n))
	}
	if s.Specifier != WholePart {
		words = append(words, specifiers[s.Specifier])
	}
	text := strings.Join(words, ".")
	if s.Specifier == FieldsPart || s.Specifier == FieldsNotPart {
		text += " (" + strings.Join(s.Fields, " ") + ")"
	}
	return text
}

// Section opens a section of the message: its size, and a reader of its octets, for a piece of which see [Partial]. Named
// fields are those of the first 1 MiB of the header. Its error is [ErrNoPart] for what the message does not have, which
// IMAP says as NIL, or that of the source.
func (m *Message) Section(s Section) (*io.SectionReader, error) {
	p := m.Root.find(s.Path)
	if p == nil {
		return nil, ErrNoPart
	}
	if s.Specifier == MIMEPart {
		if len(s.Path) == 0 {
			return nil, ErrNoPart
		}
		return p.HeaderSection(), nil
	}
	if len(s.Path) > 0 {
		if s.Specifier == WholePart {
			return p.Body(), nil
		}
		if p = p.Message; p == nil {
			return nil, ErrNoPart
		}
	}
	switch s.Specifier {
	case WholePart:
		return p.Raw(), nil
	case HeaderPart:
		return p.HeaderSection(), nil
	case TextPart:
		return p.Body(), nil
	}
	h, err := p.Header()
	if err != nil {
		return nil, err
	}
	b := h.subset(s.Fields, s.Specifier == FieldsPart)
	if len(h.blank) == 0 && p.Size() > 0 {
		b = append(b, "\r\n"...)
	}
	return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))), nil
}

// subset is the fields that are named, or those that are not, and the blank line, if there is one.
func (h *Header) subset(names []string, named bool) []byte {
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[lower(name)] = true
	}
	var b []byte
	for _, f := range h.fields {
		if wanted[lower(f.Name)] == named {
			b = append(b, f.Raw...)
		}
	}
	return append(b, h.blank...)
}

// Partial is the octets of a section from an offset on, count of them at most: what <offset.count> asks for (RFC 9051,
// 6.4.5). What lies beyond the end is not there.
func Partial(r *io.SectionReader, offset, count int64) *io.SectionReader {
	offset = min(max(offset, 0), r.Size())
	return io.NewSectionReader(r, offset, min(max(count, 0), r.Size()-offset))
}
