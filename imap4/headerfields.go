package imap4

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
)

// smallHeader is the longest header that fields are taken from without a look at how
// the message is made up.
const smallHeader = 64 << 10

// topFields takes some fields of the message's own header, which clients ask for more
// often than for any other section. ok is false where that is better left to package
// mime: the header is long, or does not end in a blank line.
func (m *message) topFields(ctx context.Context, s mime.Section) (r *io.SectionReader, ok bool, err error) {
	sum, err := m.summarize(ctx)
	if err != nil || sum.HeaderSize > smallHeader {
		return nil, false, err
	}
	b := make([]byte, sum.HeaderSize)
	if n, err := m.body.ReadAt(b, 0); n < len(b) {
		return nil, false, fmt.Errorf("reading a header: %w", err)
	}
	blank := []byte("\r\n")
	if !bytes.Equal(b, blank) && !bytes.HasSuffix(b, []byte("\r\n\r\n")) {
		return nil, false, nil
	}
	h := mime.ParseHeader(b)
	out := make([]byte, 0, 512)
	for f := range h.All() {
		if isNamed(f.Name, s.Fields) == (s.Specifier == mime.FieldsPart) {
			out = append(out, f.Raw...)
		}
	}
	out = append(out, blank...)
	return io.NewSectionReader(bytes.NewReader(out), 0, int64(len(out))), true, nil
}

// isNamed reports whether a field has one of some names.
func isNamed(name string, names []string) bool {
	for _, n := range names {
		if ascii.EqualFold(n, name) {
			return true
		}
	}
	return false
}
