package report

import (
	"bytes"
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// A part is one of a report: its header and how to read its body.
type part struct {
	kind     string // media type, with parameters
	encoding transfer.Encoding
	body     io.Reader
	size     int64
	needs    Way
}

// bytesPart is a part that is in memory, encoded as it has to be.
func bytesPart(kind string, e transfer.Encoding, b []byte, needs Way) *part {
	b = encode(e, b)
	return &part{kind, e, bytes.NewReader(b), int64(len(b)), needs}
}

// textPart is a part of lines of text, which are short and end in CRLF.
func textPart(kind string, b []byte, way Way) *part {
	switch {
	case ascii(b):
		return bytesPart(kind, transfer.SevenBit, b, SevenBit)
	case way >= EightBit:
		return bytesPart(kind, transfer.EightBit, b, EightBit)
	}
	return bytesPart(kind, transfer.QuotedPrintable, b, SevenBit)
}

// returned is what goes back of the message: nil for nothing.
func (o *Original) returned(head *original, way Way) (*part, error) {
	switch {
	case o.Message == nil || o.Return == ReturnNothing:
		return nil, nil
	case o.Return == ReturnHeaders:
		return head.part(way), nil
	}
	t, err := o.scan()
	if err != nil {
		return nil, err
	}
	body := newExactly(io.NewSectionReader(o.Message, 0, o.Size), o.Size)
	switch {
	case head.utf8 && (way < UTF8 || t.binary): // RFC 6533, 4.5
		return &part{"message/global", transfer.Base64, newBase64Reader(body), base64Size(o.Size), SevenBit}, nil
	case head.utf8:
		return &part{"message/global", transfer.EightBit, body, o.Size, UTF8}, nil
	case t.binary || t.high && way < EightBit: // RFC 6522, 3
		return head.part(way), nil
	case t.high:
		return &part{"message/rfc822", transfer.EightBit, body, o.Size, EightBit}, nil
	}
	return &part{"message/rfc822", transfer.SevenBit, body, o.Size, SevenBit}, nil
}

// part is the header alone.
func (o *original) part(way Way) *part {
	kind := "text/rfc822-headers"
	if o.utf8 {
		kind = "message/global-headers"
	}
	switch t := traitsOf(o.header); {
	case !t.high && !t.binary:
		return bytesPart(kind, transfer.SevenBit, o.header, SevenBit)
	case t.binary || way < EightBit || o.utf8 && way < UTF8:
		return bytesPart(kind, transfer.QuotedPrintable, o.header, SevenBit)
	case o.utf8:
		return bytesPart(kind, transfer.EightBit, o.header, UTF8)
	}
	return bytesPart(kind, transfer.EightBit, o.header, EightBit)
}
