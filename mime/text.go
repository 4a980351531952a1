package mime

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/charset"
)

// maxSample is how much of a text its charset is guessed from.
const maxSample = 4 << 10

// Text is the decoded body as UTF-8. Its charset is that of the Content-Type, unless a mark of Unicode's byte order at the
// start says better. Where it is missing, unknown, or evidently wrong, it is guessed: from the first 4 KiB; for HTML, if those
// are no UTF-8, from what a <meta> in the first 1,024 octets says; and if all of that is ASCII, from what follows the first
// octet that is not. Line ends stay as they are. Its errors are those of the source.
func (p *Part) Text() io.Reader {
	b := bufio.NewReaderSize(p.Decoded(), int(min(p.Size(), maxSample)))
	sample, _ := b.Peek(maxSample) // an error comes again, behind what there is
	r, _ := charset.NewReader(p.textCharset(sample), b)
	return r
}

// textCharset is the charset to read a text with, "" if only what follows can tell.
func (p *Part) textCharset(sample []byte) string {
	const (
		ascii  = "US-ASCII"
		legacy = "windows-1252"
	)
	label := p.Params.Get("charset")
	name := charset.Canonical(label)
	switch {
	case strings.HasPrefix(name, "UTF-16") || strings.HasPrefix(name, "UTF-32"):
		return label // such a text may start with a mark of its own
	case hasMark(sample):
		return charset.Detect(sample)
	case name == "" || name == ascii:
	case name != "UTF-8" || mostlyUTF8(sample):
		return label
	}
	guess := charset.Detect(sample)
	if p.Type == "text/html" && (guess == legacy || guess == ascii) {
		switch meta := charset.Canonical(metaCharset(sample[:min(len(sample), maxMeta)])); {
		case meta == "" || meta == ascii || strings.HasPrefix(meta, "UTF-"): // UTF-16 it can't be, or it could not be read
		default:
			return meta
		}
	}
	if guess == ascii {
		return ""
	}
	return guess
}

// hasMark reports whether b starts with a mark of byte order. That of UTF-16 is two letters in other charsets, where there
// is no NUL, which the line ends of UTF-16 have.
func hasMark(b []byte) bool {
	if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		return true
	}
	wide := bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff"))
	return wide && bytes.IndexByte(b, 0) >= 0
}

// mostlyUTF8 reports whether b is UTF-8, with no more than a few faults: a text of another charset has more. What is cut off
// at the end of b is no fault.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			if !utf8.FullRune(b) {
				return bad*4 <= good
			}
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return bad*4 <= good
}
