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
		a      store.Article
		row    listedScan
		sender string
		name   *string
		data   []byte
	)
	err := s.read(ctx, func(c *conn) (err error) {
		a, err = row.scan(c.Row("SELECT "+listedColumns+`, b.sender, b.file, b.body FROM entry e
			CROSS JOIN article a ON a.id = e.article CROSS JOIN blob b ON b.id = e.blob CROSS JOIN folder d ON d.id = e.folder
			WHERE e.folder = ? AND e.uid = ? AND d.doomed = 0`, folder, uid), folder,
			&sender, &name, &data)
		return orNotFound(err, "article", folder, uid)
	})
	if err != nil {
		return store.Article{}, nil, err
	}
	if name != nil {
		body, err := s.Open(ctx, folder, uid)
		return a, body, err
	}
	return a, &inlineBody{Reader: bytes.NewReader(data), sender: sender}, nil
}
