package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// reserveName is a file that holds room on the disk for nothing, until what frees room finds none to do it in: SQLite writes
// down what it is about to remove.
const reserveName = "reserve"

// A reserve is such a file. The writer alone uses it, but for isKept.
type reserve struct {
	path  string
	size  int64 // 0: there is none
	kept  bool
	tried time.Time // when it could not be made
	told  time.Time // when the log was told that the disk is full
}

// tellEvery bounds how often the log is told of a full disk, and retryEvery how often the reserve is tried to be made again.
const (
	tellEvery  = time.Minute
	retryEvery = time.Second
)

// keep makes the reserve, if it is not there: all of it, or half where there is no more room. It reports whether it is there.
func (r *reserve) keep(now time.Time) bool {
	if r.size == 0 || r.kept {
		return true
	}
	if !r.tried.IsZero() && now.Sub(r.tried) < retryEvery {
		return false
	}
	for _, size := range []int64{r.size, r.size / 2} {
		info, err := os.Stat(r.path)
		if err == nil && info.Size() == size || r.fill(size) == nil {
			r.kept, r.tried = true, time.Time{}
			return true
		}
	}
	r.tried = now
	return false
}

// fill writes the file. Zeros that are not written hold no room.
func (r *reserve) fill(size int64) error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for left := size; left > 0 && err == nil; left -= int64(len(block)) {
		_, err = f.Write(block[:min(left, int64(len(block)))])
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(r.path)
	}
	return err
}

// give gives the room away. It reports whether there was any.
func (r *reserve) give() bool {
	if !r.kept {
		return false
	}
	r.kept = false
	err := os.Remove(r.path)
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

// Short reports whether the disk is so full that the room which deletions need was given away. Until there is room for it
// again, no mail is taken.
func (s *Store) Short() bool { return s.short.Load() }

// free is write for what makes room, which must be possible on a full disk too.
func (s *Store) free(ctx context.Context, apply func(*tx) error) error {
	return s.submit(ctx, &change{apply: apply, frees: true, done: make(chan error, 1)})
}

// again makes those changes once more that make room and have found none, with the room of the reserve.
func (s *Store) again(t *tx, group []*change, results []error) {
	given := false
	for i, ch := range group {
		if classify(results[i]) != store.ErrFull {
			continue
		}
		now := s.now()
		if now.Sub(s.reserve.told) >= tellEvery {
			s.reserve.told = now
			s.log.Error("there is no space left on the disk of the store: mail is refused until there is; make room on it",
				"folder", s.dir, "err", results[i])
		}
		if given = ch.frees && s.reserve.give() || given; !ch.frees || !given {
			continue
		}
		s.short.Store(true)
		if err := s.transact(t, []*change{ch}, results[i:i+1]); err != nil && !errors.Is(err, errTogether) {
			results[i] = err
		}
	}
}

// mustHaveRoom returns ErrFull for a change that takes room while there is no reserve.
func (s *Store) mustHaveRoom(ch *change) error {
	if ch.frees || ch.bytes == 0 || s.reserve.keep(s.now()) {
		return nil
	}
	return store.ErrFull
}

func (s *Store) openReserve(size int64) {
	s.reserve = reserve{path: filepath.Join(s.dir, reserveName), size: size}
	s.short.Store(!s.reserve.keep(s.now()))
}
