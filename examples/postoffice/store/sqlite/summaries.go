package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Summaries implements store.Store.
func (s *Store) Summaries(ctx context.Context, blobs []store.BlobID) iter.Seq2[store.Summary, error] {
	return func(yield func(store.Summary, error) bool) {
		for some := range slices.Chunk(blobs, listPage) {
			var page []store.Summary
			err := s.read(ctx, func(c *conn) error {
				for _, id := range some {
					sum := store.Summary{Blob: id}
					err := c.Row("SELECT data FROM summary WHERE blob = ?", id).Scan(&sum.Data)
					if errors.Is(err, sql.ErrNoRows) {
						continue
					}
					if err != nil {
						return err
					}
					page = append(page, sum)
				}
				return nil
			})
			if err != nil {
				yield(store.Summary{}, err)
				return
			}
			for _, sum := range page {
				if !yield(sum, nil) {
					return
				}
			}
		}
	}
}

// SaveSummaries implements store.Store.
func (s *Store) SaveSummaries(ctx context.Context, all []store.Summary) error {
	for some := range slices.Chunk(all, listPage) { // others get their turn between
		size := 0
		for _, sum := range some {
			size += len(sum.Data)
		}
		err := s.write(ctx, size, func(t *tx) error {
			for _, sum := range some {
				_, err := t.Exec("INSERT OR REPLACE INTO summary (blob, data) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM blob WHERE id = ?1)",
					sum.Blob, sum.Data)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
