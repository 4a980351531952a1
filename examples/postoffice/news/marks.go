package news

import (
	"context"
	"fmt"
	"strconv"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
)

// highNote, with the name of a group behind it, is the note of the highest number that a group gave
// that was removed. Readers remember numbers, so none is given twice, even if the group is made
// again (RFC 3977, 6.1.1.2).
const highNote = "news/high/"

// highSlack is for articles that come while the group is being removed.
const highSlack = 10_000

// A raiser is a store that can leave out UIDs of a folder.
type raiser interface {
	RaiseUIDNext(ctx context.Context, folder store.FolderID, next store.UID) error
}

// usedUp is how many numbers a group may have given for the next of its name to go on behind them;
// beyond it that begins anew, since numbers end at nntp.MaxNumber.
const usedUp = nntp.MaxNumber / 2

// removeGroup removes a group's folder, and first notes how far it has counted.
func (s *Store) removeGroup(ctx context.Context, f store.Folder) error {
	if f.UIDNext > 1 {
		n := store.Note{Account: store.Public, Name: highNote + f.Name}
		if f.UIDNext <= store.UID(usedUp) {
			n.Value = strconv.AppendUint(nil, uint64(f.UIDNext)-1+highSlack, 10)
		}
		if err := s.store.SetNotes(ctx, []store.Note{n}); err != nil {
			return told(err)
		}
	}
	return told(s.store.DeleteFolder(ctx, f.ID))
}

// goOn has a new group count on where one of its name has ended.
func (s *Store) goOn(ctx context.Context, f store.Folder) error {
	to, ok := s.store.(raiser)
	if !ok {
		return nil
	}
	for n, err := range s.store.Notes(ctx, 0, store.Public, highNote+f.Name) {
		if err != nil {
			return told(err)
		}
		if n.Name != highNote+f.Name {
			continue // of a group whose name is longer
		}
		high, err := strconv.ParseUint(string(n.Value), 10, 31)
		if err != nil {
			return fmt.Errorf("news: note %s is damaged: %w", n.Name, err)
		}
		return told(to.RaiseUIDNext(ctx, f.ID, store.UID(high+1)))
	}
	return nil
}
