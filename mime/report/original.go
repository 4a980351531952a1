package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/header"
)

// An Original is the message that a report is about, and how much of it goes back. It is read twice, so it must not
// change; without Message nothing goes back.
type Original struct {
	Message io.ReaderAt // header and all
	Size    int64       // in octets
	Return  Return
}

// A Return is how much of a message goes back with a report.
type Return uint8

// What goes back. ReturnFull is lessened to the header where the way back or the message itself does not allow more: it
// has octets above 127, which message/rfc822 cannot hide from a way for ASCII alone, or NULs, lone CRs or LFs, or lines of
// more than 998 octets.
const (
	ReturnHeaders Return = iota // the header, up to 256 kB of it
	ReturnFull                  // all of the message
	ReturnNothing               // the report only refers to it
)

// IsReport tells whether the message is itself a report, of delivery or of disposition, that says to be automatic (RFC
// 3834, 2 and 5). Nobody is to be told of one, even if it has a return address. Its errors are those of Message.
func (o *Original) IsReport() (bool, error) {
	head, err := o.read()
	if err != nil {
		return false, fmt.Errorf("report: reading the message: %w", err)
	}
	auto, _, _ := strings.Cut(head.fields["auto-submitted"], ";")
	if auto = lower(strings.Trim(auto, " ")); auto == "" || auto == "no" {
		return false, nil
	}
	kind, params := header.ParseParams(head.fields["content-type"], nil)
	switch lower(params.Get("report-type")) {
	case "delivery-status", "global-delivery-status", "disposition-notification", "global-disposition-notification":
		return kind == "multipart/report", nil
	}
	return false, nil
}

// maxHeader is how much of a header is looked at and returned.
const maxHeader = 256 << 10

// An original is what the header of a message says.
type original struct {
	fields map[string]string // clean values by the name in lower case, the first of each
	header []byte            // without the blank line, each line ended
	utf8   bool              // the header is UTF-8 beyond ASCII (RFC 6532)
}

// read reads the header.
func (o *Original) read() (*original, error) {
	head := new(original)
	if o.Message == nil {
		return head, nil
	}
	b := make([]byte, min(max(0, o.Size), maxHeader))
	if n, err := o.Message.ReadAt(b, 0); n < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	head.header = b[:headerEnd(b, o.Size > maxHeader)]
	head.fields = make(map[string]string)
	for f := range scan(head.header, nil) {
		if _, there := head.fields[f.name]; !there && f.is("date subject message-id references in-reply-to auto-submitted content-type") {
			head.fields[f.name] = f.value
		}
	}
	head.utf8 = !ascii(head.header) && utf8.Valid(head.header)
	return head, nil
}

// headerEnd finds the blank line. If there is none, all of b is header, but for a line that was cut.
func headerEnd(b []byte, cut bool) int {
	for pos := 0; pos < len(b); {
		n := bytes.IndexByte(b[pos:], '\n')
		if n < 0 {
			if cut && pos > 0 {
				return pos
			}
			return len(b)
		}
		if n == 0 || n == 1 && b[pos] == '\r' {
			return pos
		}
		pos += n + 1
	}
	return len(b)
}

// traits are what decides how octets can be transferred (RFC 2045, 2.7 to 2.9).
type traits struct {
	high   bool // octets above 127
	binary bool // NUL, lone CR or LF, or lines of more than 998 octets

	line int
	last byte
}

// maxLine is the longest line of 7bit and 8bit, without its end.
const maxLine = 998

// Write looks at octets.
func (t *traits) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		n := bytes.IndexByte(rest, '\n')
		if n < 0 {
			t.text(rest)
			break
		}
		t.text(rest[:n])
		t.binary = t.binary || t.last != '\r'
		t.line, t.last = 0, '\n'
		rest = rest[n+1:]
	}
	return len(b), nil
}

// text looks at octets of one line, which may end in CR.
func (t *traits) text(b []byte) {
	if len(b) == 0 {
		return
	}
	t.binary = t.binary || t.last == '\r'
	t.high = t.high || !ascii(b)
	t.last = b[len(b)-1]
	b = bytes.TrimSuffix(b, []byte("\r"))
	t.line += len(b)
	t.binary = t.binary || t.line > maxLine || bytes.IndexByte(b, '\r') >= 0 || bytes.IndexByte(b, 0) >= 0
}

// end looks at the end, where a CR has no LF.
func (t *traits) end() { t.binary = t.binary || t.last == '\r' }

// traitsOf looks at octets that are in memory.
func traitsOf(b []byte) traits {
	var t traits
	_, _ = t.Write(b)
	t.end()
	return t
}

// scan looks at all of the message.
func (o *Original) scan() (t traits, err error) {
	n, err := io.Copy(&t, io.NewSectionReader(o.Message, 0, o.Size))
	if err == nil && n < o.Size {
		err = io.ErrUnexpectedEOF
	}
	t.end()
	return t, err
}
