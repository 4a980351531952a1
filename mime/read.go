package mime

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"github.com/wirepost/wirepost/mime/transfer"
)

// Raw is the part with its header, byte for byte.
func (p *Part) Raw() *io.SectionReader { return io.NewSectionReader(p.doc, p.Start, p.End-p.Start) }

// HeaderSection is the header with the blank line that ends it, byte for byte.
func (p *Part) HeaderSection() *io.SectionReader {
	return io.NewSectionReader(p.doc, p.Start, p.BodyStart-p.Start)
}

// Body is the body as it is transferred, byte for byte.
func (p *Part) Body() *io.SectionReader {
	return io.NewSectionReader(p.doc, p.BodyStart, p.End-p.BodyStart)
}

// maxHeader is how much of a header is ever held.
const maxHeader = 1 << 20

// Header reads the header. Of one that is longer than 1 MiB it is the start, without its end. Its error is that of the
// source.
func (p *Part) Header() (Header, error) { return p.readHeader(maxHeader) }

// readHeader is the first octets of the header, so many at most.
func (p *Part) readHeader(most int64) (Header, error) {
	b := make([]byte, min(p.BodyStart-p.Start, most))
	if _, err := io.ReadFull(p.HeaderSection(), b); err != nil {
		return Header{}, fmt.Errorf("mime: reading a header: %w", err)
	}
	return ParseHeader(b), nil
}

// Decoded is the body without its transfer encoding. A body whose encoding is unknown, and that of a multipart or a message
// that was indexed, is as it is. Its errors are those of the source. Who wants to know the defects of an encoding, makes a
// reader of [transfer.NewReader] and [Part.Body].
func (p *Part) Decoded() io.Reader {
	if p.Message != nil || p.IsMultipart() {
		return p.Body()
	}
	return transfer.NewReader(p.Encoding, p.Body(), nil)
}

// OpenMessage returns the message that a message/rfc822 or message/global encloses as one of its own, with paths and offsets
// of its own, whether it is encoded or not. An encoded one is decoded into memory, and is [ErrLimit] if it has more than most
// octets. A part of another type is decoded likewise, for there are messages in application/octet-stream.
func (p *Part) OpenMessage(limits Limits, most int64) (*Message, error) {
	if p.Message != nil || !p.encoded() {
		return Index(p.Body(), p.Size(), limits)
	}
	most = min(most, math.MaxInt64-1)
	b, err := io.ReadAll(io.LimitReader(p.Decoded(), most+1))
	if err != nil {
		return nil, fmt.Errorf("mime: decoding a message: %w", err)
	}
	if int64(len(b)) > most {
		return nil, ErrLimit
	}
	return Index(bytes.NewReader(b), int64(len(b)), limits)
}

// encoded reports whether the octets of the body are not those of the content.
func (p *Part) encoded() bool {
	switch p.Encoding {
	case transfer.SevenBit, transfer.EightBit, transfer.Binary, "":
		return false
	}
	return true
}
