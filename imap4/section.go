package imap4

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/mime"
)

// section tells a piece of a message.
func (f *fetching) section(ctx context.Context, item *fetchItem, m *message) error {
	if item.kind == fetchBinary || item.kind == fetchBinarySize {
		return f.binary(ctx, item, m)
	}
	r, err := m.section(ctx, item)
	f.b = append(f.b, item.label...)
	if item.partial {
		f.b = append(appendNumber(append(f.b, '<'), item.offset), '>')
		if err == nil {
			r = mime.Partial(r, item.offset, item.count)
		}
	}
	f.b = append(f.b, ' ')
	switch {
	case errors.Is(err, mime.ErrNoPart):
		f.b = append(f.b, "NIL"...)
		return nil
	case err != nil:
		return err
	}
	f.b = summary.AppendLiteral(f.b, r.Size())
	return f.stream(withoutNUL{r}, r.Size())
}

// withoutNUL reads 0x80 for each NUL, which no literal but a literal8 may hold (RFC
// 9051, 9: CHAR8), so that a message which was stored with one can be read.
type withoutNUL struct{ io.Reader }

// Read implements io.Reader.
func (r withoutNUL) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for rest := p[:n]; ; {
		i := bytes.IndexByte(rest, 0)
		if i < 0 {
			return n, err
		}
		rest[i] = 0x80
		rest = rest[i+1:]
	}
}

// section opens a piece of the message.
func (m *message) section(ctx context.Context, item *fetchItem) (*io.SectionReader, error) {
	s := item.section
	if len(s.Path) == 0 && s.Specifier == mime.WholePart {
		return io.NewSectionReader(m.body, 0, m.body.Size()), nil
	}
	if len(s.Path) == 0 && (s.Specifier == mime.HeaderPart || s.Specifier == mime.TextPart) {
		sum, err := m.summarize(ctx)
		if err != nil {
			return nil, err
		}
		if s.Specifier == mime.HeaderPart {
			return io.NewSectionReader(m.body, 0, sum.HeaderSize), nil
		}
		return io.NewSectionReader(m.body, sum.HeaderSize, m.body.Size()-sum.HeaderSize), nil
	}
	if len(s.Path) == 0 && (s.Specifier == mime.FieldsPart || s.Specifier == mime.FieldsNotPart) {
		if r, ok, err := m.topFields(ctx, s); ok || err != nil {
			return r, err
		}
	}
	parsed, err := m.parts(ctx)
	if err != nil {
		return nil, err
	}
	return parsed.Section(s)
}

// smallSection is what is made a part of the response at once.
const smallSection = 4 << 10

// stream tells the octets of a literal that was announced. From its first one on
// the response cannot be taken back.
func (f *fetching) stream(r io.Reader, size int64) error {
	if size <= smallSection {
		at := len(f.b)
		f.b = append(f.b, make([]byte, size)...)
		if _, err := io.ReadFull(r, f.b[at:]); err != nil {
			return fmt.Errorf("reading a message: %w", err)
		}
		return nil
	}
	f.flush()
	f.c.inside = true
	n, err := f.c.wire.ReadFrom(io.LimitReader(r, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("reading a message: %w", err)
	}
	return nil
}

// binary tells a part, decoded, or its size (RFC 3516, 4).
func (f *fetching) binary(ctx context.Context, item *fetchItem, m *message) error {
	parsed, err := m.parts(ctx)
	if err != nil {
		return err
	}
	size, err := parsed.BinarySize(item.section.Path)
	switch {
	case errors.Is(err, mime.ErrUnknownEncoding):
		f.unknown = true
		f.b = append(append(f.b, item.label...), " NIL"...)
		return nil
	case errors.Is(err, mime.ErrNoPart):
		f.b = append(append(f.b, item.label...), " NIL"...)
		return nil
	case err != nil:
		return err
	}
	f.b = append(f.b, item.label...)
	if item.kind == fetchBinarySize {
		f.b = appendNumber(append(f.b, ' '), size)
		return nil
	}
	r, err := parsed.Binary(item.section.Path)
	if err != nil {
		return err
	}
	if item.partial {
		f.b = append(appendNumber(append(f.b, '<'), item.offset), '>')
		skip := min(item.offset, size)
		if _, err := io.CopyN(io.Discard, r, skip); err != nil {
			return fmt.Errorf("decoding a part: %w", err)
		}
		size = min(size-skip, item.count)
	}
	f.b = summary.AppendLiteral8(append(f.b, ' '), size)
	return f.stream(r, size)
}
