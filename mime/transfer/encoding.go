package transfer

import (
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// An Encoding is a content transfer encoding, named as in a Content-Transfer-Encoding field.
type Encoding string

// The encodings of RFC 2045, section 6, and the two that grew on Usenet.
const (
	SevenBit        Encoding = "7bit"
	EightBit        Encoding = "8bit"
	Binary          Encoding = "binary"
	Base64          Encoding = "base64"
	QuotedPrintable Encoding = "quoted-printable"
	UUEncode        Encoding = "x-uuencode"
	YEnc            Encoding = "x-yenc"
)

// names has what Parse knows, in lower case.
var names = map[string]Encoding{
	"7bit": SevenBit, "7bits": SevenBit, "7-bit": SevenBit, "7-bits": SevenBit, "7 bit": SevenBit,
	"8bit": EightBit, "8bits": EightBit, "8-bit": EightBit, "8-bits": EightBit, "8 bit": EightBit,
	"binary":           Binary,
	"base64":           Base64,
	"base-64":          Base64,
	"quoted-printable": QuotedPrintable, "quotedprintable": QuotedPrintable, "quoted_printable": QuotedPrintable,
	"quoted printable": QuotedPrintable,
	"x-uuencode":       UUEncode, "uuencode": UUEncode, "x-uue": UUEncode, "uue": UUEncode, "x-uu": UUEncode,
	"x-yenc": YEnc, "yenc": YEnc,
}

// Parse reads the value of a Content-Transfer-Encoding field. It overlooks comments, quotes, case and what follows the
// first word, and knows the names that careless senders use. For one that it does not know it reports false and Binary,
// since such a body must be left alone (RFC 2045, 6.4). So it does for an empty value, which is not the same as no field.
func Parse(value string) (Encoding, bool) {
	words := strings.FieldsFunc(lower(withoutComments(value)), func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"';,<>:=`, r)
	})
	if len(words) == 0 {
		return Binary, false
	}
	if len(words) > 1 {
		if e, ok := names[words[0]+" "+words[1]]; ok {
			return e, true
		}
	}
	if e, ok := names[words[0]]; ok {
		return e, true
	}
	return Binary, false
}

// lower folds ASCII only.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// withoutComments puts a space for each comment (RFC 5322, 3.2.2). One that is not closed reaches to the end.
func withoutComments(s string) string {
	if !strings.Contains(s, "(") {
		return s
	}
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && depth > 0:
			i++
		case c == '(':
			depth++
			b.WriteByte(' ')
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// NewReader returns a reader of what r holds in the encoding e. It reports no error but those of r: whatever breaks the
// rules is read as well as it can be, and told to found, which may be nil. Each kind of defect is told once, with the place
// where it was found first, in octets of r. The list must not be read before the reader has returned an error.
//
// The identity encodings give r's octets, and an unknown encoding does as well (RFC 2045, 6.4). UUEncode and YEnc give
// the first file in r and pass over the text around it, which [Scanner] does not. The reader may read ahead.
func NewReader(e Encoding, r io.Reader, found *defect.List) io.Reader {
	told := &report{list: found}
	switch e {
	case Base64:
		return newReader(r, &base64Decoder{report: told})
	case QuotedPrintable:
		return newReader(r, &qpDecoder{lines: lines{report: told, max: maxEncodedLine}})
	case UUEncode, YEnc:
		return &fileReader{scan: &Scanner{in: input{src: r}, report: told, trust: true}}
	case SevenBit, EightBit:
		if found != nil {
			if e == EightBit {
				told.told = append(told.told, HighOctet) // they are allowed
			}
			return newReader(r, &plainDecoder{lines: lines{report: told, max: maxTextLine}})
		}
	}
	return r
}

// NewWriter returns a writer that encodes text to w. Close ends the encoding and leaves w open; nothing is whole before.
//
// Base64 writes lines of 76 octets. QuotedPrintable takes CRLF and a bare LF for line breaks, writes them as CRLF, and
// protects what transports are known to change: blanks at the end of a line, "." and "From " at its start; for anything
// but text see [NewBinaryWriter]. UUEncode names the file "attachment", with the mode 644; [NewFileWriter] is for better
// ones, and needed for YEnc. The other encodings write what they are given, without a check.
func NewWriter(e Encoding, w io.Writer) io.WriteCloser {
	switch e {
	case Base64:
		return newBase64Writer(w)
	case QuotedPrintable:
		return &qpWriter{out: output{w: w}}
	case UUEncode, YEnc:
		return NewFileWriter(File{Encoding: e, Name: "attachment", Size: -1}, w)
	}
	return plainWriter{w}
}

// NewBinaryWriter is [NewWriter] for content that is not text: QuotedPrintable escapes CR and LF, so that each octet
// comes back as it was (RFC 2045, 6.7, rule 4).
func NewBinaryWriter(e Encoding, w io.Writer) io.WriteCloser {
	if e == QuotedPrintable {
		return &qpWriter{out: output{w: w}, binary: true}
	}
	return NewWriter(e, w)
}

// plainWriter is the writer of the identity encodings.
type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }
