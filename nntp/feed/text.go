package feed

import (
	"context"
	"errors"
	"io"

	"github.com/wirepost/wirepost/internal/wire"
	"github.com/wirepost/wirepost/nntp"
)

// A text is an article that is being sent.
type text struct {
	r   *io.SectionReader
	err error // of the Store
}

func textOf(a nntp.Article) *text {
	return &text{r: io.NewSectionReader(a.Text, 0, a.Text.Size())}
}

// Read implements io.Reader.
func (t *text) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

// Size is the article's octets.
func (t *text) Size() int64 { return t.r.Size() }

// atFault reports whether err, of sending it, is the article's own: it could not
// be read, or is not what can be sent.
func (t *text) atFault(err error) bool {
	return err != nil && (t.err != nil || errors.Is(err, wire.ErrBareCR) || errors.Is(err, wire.ErrBareLF) || errors.Is(err, wire.ErrNUL))
}

// unsound puts off an article that has ended a connection by what it is: at
// once it would end the next one as well.
func (p *peer) unsound(ctx context.Context, e *entry, err error) {
	p.log.ErrorContext(ctx, "feed: article cannot be sent", "peer", p.Name, "id", e.MessageID, "err", err)
	p.putOff(e)
}
