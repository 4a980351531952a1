package news

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
)

// MaxArticle is how many octets a message may have that came otherwise than as an article, to be
// one: as many as nntp.Limits permits those that are posted. It bounds memory, too.
const MaxArticle = 1 << 20

// lookStep is how many messages are looked at before it is written down what they are.
const lookStep = 64

// look looks at the messages of a group that have come since it was last done, in this process. Where
// nothing can be written, what was known before can be read all the same.
func (s *Store) look(ctx context.Context, f store.Folder) error {
	err := s.lookFrom(ctx, f)
	if errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrReadOnly) {
		return nil
	}
	return err
}

func (s *Store) lookFrom(ctx context.Context, f store.Folder) error {
	from := s.unseen(f.ID)
	if from >= f.UIDNext {
		return nil
	}
	var found []store.NotedArticle
	for m, err := range s.store.UnnotedMessages(ctx, f.ID, from) {
		if err != nil {
			return told(err)
		}
		n, err := s.examine(ctx, f, m)
		if errors.Is(err, store.ErrNotFound) {
			continue // gone since
		}
		if err != nil {
			return err
		}
		if found = append(found, n); len(found) == lookStep {
			if err := s.store.NoteArticles(ctx, found); err != nil {
				return err
			}
			found = found[:0]
		}
	}
	if len(found) > 0 {
		if err := s.store.NoteArticles(ctx, found); err != nil {
			return err
		}
	}
	s.seen(f.ID, f.UIDNext-1)
	return nil
}

// lookAtAll looks at the messages of all groups.
func (s *Store) lookAtAll(ctx context.Context) error {
	folders, err := s.folders(ctx)
	for _, f := range folders {
		if err == nil {
			err = s.look(ctx, f)
		}
		if errors.Is(err, nntp.ErrNoGroup) {
			err = nil // removed since
		}
	}
	return err
}

// examine finds out what a message is.
func (s *Store) examine(ctx context.Context, f store.Folder, m store.Meta) (store.NotedArticle, error) {
	n := store.NotedArticle{Folder: f.ID, UID: m.UID}
	if m.Size > MaxArticle {
		return n, nil
	}
	body, err := s.store.Open(ctx, f.ID, m.UID)
	if err != nil {
		return n, err
	}
	raw, err := readBody(body)
	if err != nil {
		return n, err
	}
	p := pattern{id: s.madeID(f, m.UID), group: f.Name, host: s.hostname, received: m.Received}
	text, h, content, ok := p.render(raw)
	if !ok {
		return n, nil
	}
	o := nntp.NewOverview(h, content, len(text))
	if n.NewArticle = (store.NewArticle{ID: h.Get("Message-ID"), Data: appendSummary(nil, summary{overview: o})}); n.Check() != nil {
		n.NewArticle = store.NewArticle{} // its header is beyond what is kept
	}
	return n, nil
}

// madeID is the identifier of a message that has none. No other message has it, since no two
// folders have one UIDVALIDITY.
func (s *Store) madeID(f store.Folder, uid store.UID) string {
	return fmt.Sprintf("<folder-%d-%d@%s>", f.UIDValidity, uid, s.hostname)
}

// readBody reads a body whole, and closes it.
func readBody(body store.Body) ([]byte, error) {
	raw := make([]byte, body.Size())
	_, err := io.ReadFull(io.NewSectionReader(body, 0, body.Size()), raw)
	return raw, errors.Join(err, body.Close())
}

// readable is the article that a message is which came otherwise.
func (s *Store) readable(ctx context.Context, a *store.Article, body store.Body) (nntp.Text, error) {
	if body.Size() > MaxArticle { // it has the identifier of one that was shorter
		return nil, errors.Join(nntp.ErrNoArticle, body.Close())
	}
	names, err := s.groupNames(ctx)
	if err != nil {
		return nil, errors.Join(err, body.Close())
	}
	raw, err := readBody(body)
	if err != nil {
		return nil, fmt.Errorf("news: article %s: %w", a.ID, err)
	}
	p := pattern{id: a.ID, group: names[a.Folder], host: s.hostname, received: a.Message.Received}
	text, _, _, ok := p.render(raw)
	if !ok {
		return nil, nntp.ErrNoArticle
	}
	return memText{bytes.NewReader(text)}, nil
}

// A memText is an article in memory.
type memText struct{ *bytes.Reader }

// Close implements nntp.Text.
func (memText) Close() error { return nil }
