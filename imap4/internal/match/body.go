package match

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/mime"
)

// Text looks through a message for TEXT (RFC 9051, 6.4.4): the headers of the message and of its parts, and what Body looks
// through. It ends where all is found. Its error is that of the source, or of ctx.
func Text(ctx context.Context, m *mime.Message, s *collate.Search) error {
	return look(ctx, m, s, true)
}

// Body looks through a message for BODY: texts, decoded; the headers of enclosed messages; and the names of files, which
// people look for as well. It ends where all is found. Its error is that of the source, or of ctx.
func Body(ctx context.Context, m *mime.Message, s *collate.Search) error {
	return look(ctx, m, s, false)
}

func look(ctx context.Context, m *mime.Message, s *collate.Search, headers bool) error {
	s.String("") // what is empty is found in any message
	for p := range m.Root.All() {
		if s.Done() {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("match: %w", context.Cause(ctx))
		}
		enclosed := p != m.Root && p.Parent().Message == p
		switch {
		case headers || enclosed:
			h, err := p.Header()
			if err != nil {
				return fmt.Errorf("match: %w", err)
			}
			Header(&h, s)
		case p != m.Root:
			s.String(p.Filename())
		}
		if !isText(p) {
			continue
		}
		if err := s.Text(&reader{ctx, p.Text()}); err != nil {
			return fmt.Errorf("match: reading a text: %w", err)
		}
	}
	return nil
}

// isText reports whether there is text in a part itself: not what its parts have.
func isText(p *mime.Part) bool {
	if p.IsMultipart() || p.Message != nil {
		return false
	}
	kind, _, _ := strings.Cut(p.Type, "/")
	return kind == "text" || kind == "message" || kind == "multipart"
}

// A reader ends with a context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}
