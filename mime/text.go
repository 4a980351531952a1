package mime

import (
	"bufio"
	"io"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/charset"
)

// maxSample is how much of a text its charset is guessed from.
const maxSample = 4 << 10

// Text is the decoded body as UTF-8. Its charset is that of the Content-Type; where that is missing, unknown, or
// evidently wrong, it is guessed from the first 4 KiB. Line ends stay as they are. Its errors are those of the source.
func (p *Part) Text() io.Reader {
	b := bufio.NewReaderSize(p.Decoded(), int(min(p.Size(), maxSample)))
	sample, _ := b.Peek(maxSample) // an error comes again, behind what there is
	r, _ := charset.NewReader(textCharset(p.Params.Get("charset"), sample), b)
	return r
}

// textCharset is the charset to read a text with.
func textCharset(label string, sample []byte) string {
	switch name := charset.Canonical(label); {
	case label == "" || name == "":
	case equalFold(name, "utf-8") && !mostlyUTF8(sample):
	case equalFold(name, "us-ascii") && !isASCII(sample):
	default:
		return label
	}
	return charset.Detect(sample)
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
