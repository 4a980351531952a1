package sqlite

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/wirepost/wirepost/queue"
)

const (
	// shelfLimit is how much the shelf takes, in octets; what comes then is written by PutBody.
	shelfLimit = 64 << 20
	// shelfCost is what a body takes besides its octets, about.
	shelfCost = 256
	// shelfAge is how long a body waits for a message before a sweep writes it, so that memory is not for the forgotten.
	shelfAge = time.Hour
	// shelfBatch is how many bodies a sweep writes in one change.
	shelfBatch = 64
)

// A shelf has short bodies in memory from PutBody to the first message that names them: they are written in that one's
// transaction, which spares each its own. Bodies leave the shelf when they are committed and not before, by the writer's
// hand, so that a body is always on the shelf or in the database, and a change that is undone has nothing to put back.
type shelf struct {
	mu      sync.Mutex
	bodies  map[int64]shelved
	weight  int
	numbers numbers // for bodies to come
}

// A shelved body does not change.
type shelved struct {
	created int64
	octets  []byte
}

func (b shelved) weight() int { return cap(b.octets) + shelfCost }

// put keeps a body and numbers it. It is false if there is no room, or no number: whoever goes to the writer gets one, and
// brings more.
func (s *shelf) put(b shelved) (n int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.weight+b.weight() > shelfLimit {
		return 0, false
	}
	if n, ok = s.numbers.take(); ok {
		s.bodies[n] = b
		s.weight += b.weight()
	}
	return n, ok
}

// number takes a number for a body that is not kept here.
func (s *shelf) number() (n int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.numbers.take()
}

// supply brings numbers, when those before have been taken.
func (s *shelf) supply(n numbers) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.numbers = n
}

func (s *shelf) get(n int64) (shelved, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.bodies[n]
	return b, ok
}

// octets is how much entries have here, which will be written with them.
func (s *shelf) octets(entries []queue.Entry) (sum int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range entries {
		if n, ok := bodyNumber(entries[i].Message.Body); ok {
			sum += len(s.bodies[n].octets)
		}
	}
	return sum
}

// before lists the bodies that are older than that, the oldest first.
func (s *shelf) before(created int64) (all []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, b := range s.bodies {
		if b.created < created {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all
}

func (s *shelf) drop(all []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range all {
		if b, ok := s.bodies[n]; ok {
			delete(s.bodies, n)
			s.weight -= b.weight()
		}
	}
}

// unshelve writes a body that is on the shelf. An earlier change of the same transaction may have done so.
func (t *tx) unshelve(n int64) (found bool, err error) {
	b, found := t.shelf.get(n)
	if !found {
		return false, nil
	}
	_, err = t.Exec("INSERT INTO body (n, created, size, data) VALUES (?, ?, ?, ?) ON CONFLICT (n) DO NOTHING",
		n, b.created, len(b.octets), b.octets)
	t.written = append(t.written, n)
	return true, err
}

// clearShelf writes the bodies that have waited too long. Those that would be removed at once are not written; so no disk
// that stays full has an old body come to the database after removeOrphans has gone past its number.
func (s *Store) clearShelf(ctx context.Context) error {
	now := s.now()
	s.shelf.drop(s.shelf.before(stamp(now.Add(-orphanAge))))
	for batch := range slices.Chunk(s.shelf.before(stamp(now.Add(-shelfAge))), shelfBatch) {
		err := s.write(ctx, 0, func(t *tx) error {
			for _, n := range batch {
				if _, err := t.unshelve(n); err != nil {
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
