package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A Reindexed tells what Reindex has found and done.
type Reindexed struct {
	Mended   int64    // rows that count, put right
	Dropped  int64    // rows about what is not there, and summaries, which are made again when they are needed
	Problems []string // what it can't mend, up to 100; such as a message whose file is missing
}

// mendings put right what follows from the rest. The numbers that they change are counted, as Mended
// the first ones, as Dropped the others.
var (
	mendings = []string{
		`UPDATE folder SET (messages, unseen, deleted, bytes) = (SELECT count(*), ifnull(sum(system & 1 = 0), 0), ifnull(sum(system & 8 != 0), 0), ifnull(sum(size), 0)
			FROM entry WHERE folder = folder.id)
		WHERE (messages, unseen, deleted, bytes) IS NOT (SELECT count(*), ifnull(sum(system & 1 = 0), 0), ifnull(sum(system & 8 != 0), 0), ifnull(sum(size), 0)
			FROM entry WHERE folder = folder.id)`,
		`UPDATE folder SET uidnext = (SELECT max(uid) + 1 FROM entry WHERE folder = folder.id)
		WHERE uidnext <= (SELECT max(uid) FROM entry WHERE folder = folder.id)`,
		`UPDATE folder SET modseq = (SELECT max(modseq) FROM entry WHERE folder = folder.id)
		WHERE modseq < (SELECT max(modseq) FROM entry WHERE folder = folder.id)`,
		`UPDATE blob SET refs = n FROM (SELECT blob b, count(*) n FROM entry GROUP BY blob) WHERE id = b AND refs <> n`,
	}
	droppings = []string{
		`DELETE FROM summary`,
		`DELETE FROM blob WHERE id NOT IN (SELECT blob FROM entry)`,
		`DELETE FROM note WHERE folder <> 0 AND folder NOT IN (SELECT id FROM folder)`,
		`DELETE FROM filing WHERE article <> 0 AND article NOT IN (SELECT id FROM article)`,
	}
)

// Reindex counts everything again that is counted, forgets what can be made again, and then looks for
// what is wrong still, as Check does; every large body is read to its end besides, so that a disk that
// fails is noticed. It is for a store that nobody else uses: a change of many rows keeps all others
// waiting. progress is told how many of how many large bodies are read; it may be nil.
func (s *Store) Reindex(ctx context.Context, progress func(done, total int64)) (*Reindexed, error) {
	r := new(Reindexed)
	err := s.write(ctx, 0, func(t *tx) error {
		*r = Reindexed{}
		for _, part := range []struct {
			statements []string
			count      *int64
		}{{mendings, &r.Mended}, {droppings, &r.Dropped}} {
			for _, statement := range part.statements {
				n, err := t.Exec(statement)
				if err != nil {
					return err
				}
				*part.count += n
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if r.Problems, err = s.Check(ctx); err != nil {
		return r, err
	}
	unreadable, err := s.readFiles(ctx, progress)
	r.Problems = append(r.Problems, unreadable...)
	return r, err
}

// readFiles reads the files of bodies, and tells which can't be.
func (s *Store) readFiles(ctx context.Context, progress func(done, total int64)) (problems []string, err error) {
	var names []string
	err = s.read(ctx, func(c *conn) error {
		return c.Each(func(r scanner) error {
			var name string
			err := r.Scan(&name)
			names = append(names, name)
			return err
		}, "SELECT file FROM blob WHERE file IS NOT NULL")
	})
	if err != nil {
		return nil, err
	}
	buffer := make([]byte, 256<<10)
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return problems, err
		}
		if err := readThrough(s.blobPath(name), buffer); err != nil && !errors.Is(err, fs.ErrNotExist) { // Check has told
			problems = append(problems, fmt.Sprintf("file %s cannot be read: %v", name, err))
		}
		if progress != nil {
			progress(int64(i+1), int64(len(names)))
		}
	}
	return problems, nil
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
