package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/wirepost/wirepost/internal/litedb"
)

// maxProblems is how many problems Check reports.
const maxProblems = 100

// recounts are queries that find nothing in a sound database; their rows say what is wrong.
var recounts = []string{
	"SELECT 'database: ' || quick_check FROM pragma_quick_check WHERE quick_check <> 'ok'",
	`SELECT 'database: a row of ' || "table" || ' refers to a row of ' || parent || ' that is missing' FROM pragma_foreign_key_check`,

	`SELECT 'folder ' || f.id || ' counts ' || format('%d/%d/%d/%d', messages, unseen, deleted, bytes)
		|| ' messages/unseen/deleted/bytes and has ' || format('%d/%d/%d/%d', ifnull(n, 0), ifnull(u, 0), ifnull(d, 0), ifnull(b, 0))
	FROM folder f LEFT JOIN (SELECT folder, count(*) n, sum(system & 1 = 0) u, sum(system & 8 != 0) d, sum(size) b
		FROM entry GROUP BY folder) e ON e.folder = f.id
	WHERE (messages, unseen, deleted, bytes) IS NOT (ifnull(n, 0), ifnull(u, 0), ifnull(d, 0), ifnull(b, 0))`,

	`SELECT 'message ' || folder || ' ' || uid || ' is above its folder''s UIDNEXT or mod-sequence'
	FROM entry e JOIN folder f ON f.id = e.folder WHERE e.uid >= f.uidnext OR e.modseq > f.modseq`,

	`SELECT 'message ' || folder || ' ' || uid || ' has no body of its size'
	FROM entry e LEFT JOIN blob b ON b.id = e.blob WHERE b.size IS NOT e.size`,

	`SELECT 'blob ' || b.id || ' counts ' || refs || ' references and has ' || ifnull(n, 0)
	FROM blob b LEFT JOIN (SELECT blob, count(*) n FROM entry GROUP BY blob) e ON e.blob = b.id WHERE refs = 0 OR refs <> ifnull(n, 0)`,

	`SELECT 'address ' || key || ' is both an account''s and a list''s' FROM list WHERE key IN (SELECT key FROM address)`,

	`SELECT 'note ' || name || ' is about folder ' || folder || ', which is not there'
	FROM note WHERE folder <> 0 AND folder NOT IN (SELECT id FROM folder)`,

	`SELECT 'summary ' || blob || ' is about a blob that is not there' FROM summary WHERE blob NOT IN (SELECT id FROM blob)`,

	`SELECT 'message ' || folder || ' ' || uid || ' is article ' || article || ', which is not there'
	FROM entry WHERE article <> 0 AND article NOT IN (SELECT id FROM article)`,

	`SELECT 'blob ' || id || ' has ' || length(body) || ' octets, not ' || size
	FROM blob WHERE file IS NULL AND ifnull(length(body), 0) <> size`,
}

// Check looks for what should not be: counters that are not what they count, rows that name
// nothing, files that are missing or cut short. It reads everything but the files' contents, beside
// normal work, and returns a line for each problem, up to 100.
func (s *Store) Check(ctx context.Context) (problems []string, err error) {
	for _, query := range recounts {
		err := s.read(ctx, func(c *conn) error {
			return c.Each(func(r scanner) error {
				var p string
				err := r.Scan(&p)
				problems = append(problems, p)
				return err
			}, query+litedb.Limit(maxProblems))
		})
		if err != nil {
			return problems, err
		}
	}
	for i := 0; i < 256 && len(problems) < maxProblems; i++ {
		found, err := s.checkFiles(ctx, fmt.Sprintf("%02x", i))
		problems = append(problems, found...)
		if err != nil {
			return problems, err
		}
	}
	return problems[:min(len(problems), maxProblems)], nil
}

// checkFiles compares the files that rows name with their sizes.
func (s *Store) checkFiles(ctx context.Context, sub string) (problems []string, err error) {
	sizes := make(map[string]int64)
	err = s.read(ctx, func(c *conn) error {
		return c.Each(func(r scanner) error {
			var name string
			var size int64
			err := r.Scan(&name, &size)
			sizes[name] = size
			return err
		}, "SELECT file, size FROM blob WHERE file >= ? AND file < ?", sub, sub+"~")
	})
	for name, size := range sizes {
		info, serr := os.Stat(s.blobPath(name))
		switch {
		case serr == nil && info.Size() == size:
			continue
		case serr == nil:
			problems = append(problems, fmt.Sprintf("file %s has %d octets, not %d", name, info.Size(), size))
		case errors.Is(serr, fs.ErrNotExist):
			still := false // it may have been deleted meanwhile
			err = errors.Join(err, s.read(ctx, func(c *conn) error {
				return c.Row("SELECT EXISTS (SELECT 1 FROM blob WHERE file = ?)", name).Scan(&still)
			}))
			if still {
				problems = append(problems, fmt.Sprintf("file %s is missing", name))
			}
		default:
			err = errors.Join(err, fail(serr))
		}
	}
	return problems, err
}
