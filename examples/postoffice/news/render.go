package news

import (
	"bytes"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/nntp"
)

// A pattern says what a message that came otherwise gets where it lacks something that articles
// have (RFC 5536, 3.1).
type pattern struct {
	id, group, host string
	received        time.Time
}

// render writes a message as an article: lines end in CRLF, NULs and Xref are gone, as are header
// lines that are no fields, and what is missing of the header is there. It is not ok if nothing
// helps. The message may be anything.
func (p *pattern) render(raw []byte) (text []byte, h nntp.Header, body []byte, ok bool) {
	lines := normalize(raw)
	head, rest := split(lines)
	fields := readFields(head)
	if ids := valuesOf(fields, "message-id"); len(ids) != 1 || !nntp.ValidMessageID(ids[0]) {
		fields = without(fields, "message-id")
	}
	fields = without(fields, "xref")
	var b []byte
	for _, f := range []struct{ name, value string }{
		{"Path", p.host + "!not-for-mail"},
		{"From", "nobody@" + p.host},
		{"Newsgroups", p.group},
		{"Subject", "(none)"},
		{"Message-ID", p.id},
		{"Date", header.FormatDate(p.received)},
	} {
		if len(valuesOf(fields, strings.ToLower(f.name))) == 0 {
			b = append(b, f.name+": "+f.value+"\r\n"...)
		}
	}
	for _, f := range fields {
		b = append(b, f.text...)
	}
	b = append(append(b, "\r\n"...), rest...)
	h, body, err := nntp.ParseHeader(b)
	return b, h, body, err == nil
}

// normalize ends lines in CRLF, whatever they ended in, and drops NULs.
func normalize(raw []byte) []byte {
	b := make([]byte, 0, len(raw)+2)
	for i, c := range raw {
		switch {
		case c == 0, c == '\n' && i > 0 && raw[i-1] == '\r':
		case c == '\n', c == '\r':
			b = append(b, "\r\n"...)
		default:
			b = append(b, c)
		}
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		b = append(b, "\r\n"...)
	}
	return b
}

// split parts the header from the body. Without an empty line it is all header.
func split(lines []byte) (head, body []byte) {
	if bytes.HasPrefix(lines, []byte("\r\n")) {
		return nil, lines[2:]
	}
	if i := bytes.Index(lines, []byte("\r\n\r\n")); i >= 0 {
		return lines[:i+2], lines[i+4:]
	}
	return lines, nil
}

// A field is one of a header: its name in lower case, its value on one line, and its text with the
// last CRLF.
type field struct{ name, value, text string }

// readFields reads those that are some, and have content.
func readFields(head []byte) []field {
	var fields []field
	var text strings.Builder // of the one that is being read
	flush := func() {
		name, value, _ := strings.Cut(text.String(), ":")
		text.Reset()
		value = strings.Trim(value, " \t\r\n")
		if value != "" && isName(name) {
			fields = append(fields, field{strings.ToLower(name), header.Unfold(value), name + ": " + value + "\r\n"})
		}
	}
	for line := range strings.Lines(string(head)) {
		if line[0] != ' ' && line[0] != '\t' {
			flush()
		} else if strings.Trim(line, " \t\r\n") == "" {
			continue // folded over nothing
		}
		text.WriteString(line)
	}
	flush()
	return fields
}

func isName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

func valuesOf(fields []field, name string) (values []string) {
	for _, f := range fields {
		if f.name == name {
			values = append(values, f.value)
		}
	}
	return values
}

func without(fields []field, name string) (rest []field) {
	for _, f := range fields {
		if f.name != name {
			rest = append(rest, f)
		}
	}
	return rest
}
