package sqlite

import (
	"bytes"
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// OpenArticle is FolderArticles for one article, and Open, in one step. It returns ErrNotFound if
// that message is none, or is gone.
func (s *Store) OpenArticle(ctx context.Context, folder store.FolderID, uid store.UID) (store.Article, store.Body, error) {
	var (
		a      article
		e      entry
		sender string
		name   *string
		data   []byte
	)
	err := s.read(ctx, func(c *conn) error {
		err := a.scan(c.Row("SELECT "+articleColumns+", "+articleEntry+`, b.sender, b.file, b.body FROM entry e
			CROSS JOIN article a ON a.id = e.article CROSS JOIN blob b ON b.id = e.blob CROSS JOIN folder d ON d.id = e.folder
			WHERE e.folder = ? AND e.uid = ? AND d.doomed = 0`, folder, uid),
			&e.uid, &e.modseq, &e.blob, &e.size, &e.received, &e.saved, &e.system, &e.keywords, &sender, &name, &data)
		return orNotFound(err, "article", folder, uid)
	})
	if err != nil {
		return store.Article{}, nil, err
	}
	a.Folder, a.Message = folder, e.meta()
	if name != nil {
		body, err := s.Open(ctx, folder, uid)
		return a.Article, body, err
	}
	return a.Article, &inlineBody{Reader: bytes.NewReader(data), sender: sender}, nil
}
