package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/litedb"
)

// A Reindexed tells what Reindex has found and done.
type Reindexed struct {
	Mended   int64    // rows that count, put right
	Dropped  int64    // rows about what is not there, and summaries, which are made again when they are needed
	Problems []string // what it can't mend, up to 100; such as a message whose file is missing
}

// A mending puts right, or drops, what find finds. find reads beside normal work; change, which is told
// some of what was found in a list of JSON, looks again.
type mending struct {
	find, change string
	drops        bool
}

// mendStep is how many rows one step of a mending takes; that of blobs reads all entries once.
const mendStep = 1000

var mendings = []mending{
	{
		find: `SELECT id FROM folder LEFT JOIN (SELECT folder, count(*) n, sum(system & 1 = 0) u, sum(system & 8 != 0) d, sum(size) b,
				max(uid) top, max(modseq) last FROM entry GROUP BY folder) ON folder = id
			WHERE (messages, unseen, deleted, bytes) IS NOT (ifnull(n, 0), ifnull(u, 0), ifnull(d, 0), ifnull(b, 0)) OR uidnext <= top OR modseq < last`,
		change: `UPDATE folder SET (messages, unseen, deleted, bytes, uidnext, modseq) = (
				SELECT count(*), ifnull(sum(system & 1 = 0), 0), ifnull(sum(system & 8 != 0), 0), ifnull(sum(size), 0),
					max(uidnext, ifnull(max(uid) + 1, 0)), max(folder.modseq, ifnull(max(entry.modseq), 0))
				FROM entry WHERE folder = folder.id)
			WHERE id IN (SELECT value FROM json_each(?))`,
	},
	{
		find: `SELECT id FROM blob JOIN (SELECT blob, count(*) n FROM entry GROUP BY blob) ON blob = id WHERE refs <> n`,
		change: `UPDATE blob SET refs = n FROM (SELECT blob b, count(*) n FROM entry WHERE blob IN (SELECT value FROM json_each(?)) GROUP BY blob)
			WHERE id = b AND refs <> n`,
	},
	{find: `SELECT blob FROM summary`, change: `DELETE FROM summary WHERE blob IN (SELECT value FROM json_each(?))`, drops: true},
	{
		find: `SELECT id FROM blob WHERE id NOT IN (SELECT blob FROM entry)`,
		change: `DELETE FROM blob WHERE id IN (SELECT value FROM json_each(?1))
			AND id NOT IN (SELECT blob FROM entry WHERE blob IN (SELECT value FROM json_each(?1))) RETURNING file`,
		drops: true,
	},
	{
		find:   `SELECT DISTINCT folder FROM note WHERE folder <> 0 AND folder NOT IN (SELECT id FROM folder)`,
		change: `DELETE FROM note WHERE folder IN (SELECT value FROM json_each(?)) AND folder NOT IN (SELECT id FROM folder)`,
		drops:  true,
	},
	{
		find:   `SELECT DISTINCT article FROM entry WHERE article <> 0 AND article NOT IN (SELECT id FROM article)`,
		change: `UPDATE entry SET article = NULL WHERE article IN (SELECT value FROM json_each(?)) AND article NOT IN (SELECT id FROM article)`,
		drops:  true,
	},
}

// Reindex counts everything again that is counted, forgets what can be made again, and then looks for
// what is wrong still, as Check does; every large body is read to its end besides, so that a disk that
// fails is noticed. Others go on meanwhile: they wait for no more than a step. progress is told how
// many of how many large bodies are read; it may be nil.
func (s *Store) Reindex(ctx context.Context, progress func(done, total int64)) (*Reindexed, error) {
	r := new(Reindexed)
	for i := range mendings {
		n, err := s.mend(ctx, &mendings[i])
		if err != nil {
			return nil, err
		}
		if mendings[i].drops {
			r.Dropped += n
		} else {
			r.Mended += n
		}
	}
	var err error
	if r.Problems, err = s.Check(ctx); err != nil {
		return r, err
	}
	unreadable, err := s.readFiles(ctx, maxProblems-len(r.Problems), progress)
	r.Problems = append(r.Problems, unreadable...)
	return r, err
}

// mend does one mending and returns how many rows were changed.
func (s *Store) mend(ctx context.Context, m *mending) (changed int64, err error) {
	var found []int64
	err = s.read(ctx, func(c *conn) error {
		return c.Each(func(r scanner) error {
			var id int64
			err := r.Scan(&id)
			found = append(found, id)
			return err
		}, m.find)
	})
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(found, mendStep) {
		list := strings.ReplaceAll(fmt.Sprint(some), " ", ",")
		var n int64
		err := s.write(ctx, 0, func(t *tx) (err error) {
			n, err = t.mend(m.change, list)
			return err
		})
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

// mend makes a change of a mending. Files that nothing names any more are removed.
func (t *tx) mend(change, list string) (n int64, err error) {
	if !strings.HasSuffix(change, "RETURNING file") {
		return t.Exec(change, list)
	}
	t.dirty = true
	err = t.Each(func(r scanner) error {
		n++
		var name *string
		err := r.Scan(&name)
		if name != nil {
			t.files = append(t.files, *name)
		}
		return err
	}, change, list)
	return n, err
}

// readFiles reads the files of bodies, and tells which can't be, up to most.
func (s *Store) readFiles(ctx context.Context, most int, progress func(done, total int64)) (problems []string, err error) {
	var done, total int64
	err = s.read(ctx, func(c *conn) error {
		return c.Row("SELECT count(*) FROM blob WHERE file IS NOT NULL").Scan(&total)
	})
	buffer := make([]byte, 256<<10)
	last := ""
	for err == nil {
		var names []string
		err = s.read(ctx, func(c *conn) error {
			return c.Each(func(r scanner) error {
				var name string
				err := r.Scan(&name)
				names = append(names, name)
				return err
			}, "SELECT file FROM blob WHERE file > ? ORDER BY file"+litedb.Limit(mendStep), last)
		})
		if err != nil || len(names) == 0 {
			break
		}
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return problems, err
			}
			if err := readThrough(s.blobPath(name), buffer); err != nil && !errors.Is(err, fs.ErrNotExist) && len(problems) < most { // Check has told
				problems = append(problems, fmt.Sprintf("file %s cannot be read: %v", name, err))
			}
			if done++; progress != nil {
				progress(done, max(done, total))
			}
		}
		last = names[len(names)-1]
	}
	return problems, err
}

func readThrough(path string, buffer []byte) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, buffer)
	return err
}
