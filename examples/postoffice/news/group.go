package news

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
)

// The names of notes on a group's folder. The description is the comment that IMAP tells (RFC
// 5464, 6.2.1).
const (
	statusNote      = "news/status"
	creatorNote     = "news/creator"
	moderatorNote   = "news/moderator"
	descriptionNote = "shared/comment"
	anyoneNote      = "acl/anyone" // everybody's rights to the folder, as package mailbox has them
)

// What everybody may do by IMAP in groups that are not for posting (RFC 4314, 2.1): not insert, or a
// moderator could be passed by.
const (
	rightsModerated = "lrp"
	rightsClosed    = "lr"
)

// folder returns the folder of a group.
func (s *Store) folder(ctx context.Context, group string) (store.Folder, error) {
	f, err := s.store.FolderAt(ctx, store.Public, group)
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrInvalid), err == nil && !isGroup(f):
		return f, nntp.ErrNoGroup
	}
	return f, err
}

func isGroup(f store.Folder) bool {
	return f.Kind == store.News && f.Parent == 0 && nntp.ValidGroupName(f.Name)
}

// current is a group's folder as it is now, with all its messages looked at.
func (s *Store) current(ctx context.Context, group string) (store.Folder, error) {
	k, err := s.lookUp(ctx, group)
	if err != nil {
		return store.Folder{}, err
	}
	f, err := s.store.Folder(ctx, k.folder)
	if err == nil {
		err = s.look(ctx, f)
	}
	return f, told(err)
}

// Group implements nntp.Store.
func (s *Store) Group(ctx context.Context, name string) (nntp.Group, error) {
	k, err := s.lookUp(ctx, name)
	if err != nil {
		return nntp.Group{}, err
	}
	f, err := s.current(ctx, name)
	if err != nil {
		return nntp.Group{}, err
	}
	g, err := s.group(ctx, f)
	g.Status, g.Creator, g.Description = k.status, k.creator, k.description
	return g, told(err)
}

// GroupStatus tells a newsgroup's status without what else Group does.
func (s *Store) GroupStatus(ctx context.Context, name string) (nntp.Status, error) {
	k, err := s.lookUp(ctx, name)
	return k.status, err
}

// group is a group without what its notes say.
func (s *Store) group(ctx context.Context, f store.Folder) (nntp.Group, error) {
	low, err := s.store.FirstUID(ctx, f.ID)
	if low == 0 {
		low = f.UIDNext
	}
	return nntp.Group{
		Name: f.Name, Low: nntp.Number(min(low, f.UIDNext)), High: nntp.Number(f.UIDNext - 1), Count: f.Counts.Messages,
		Status: nntp.Posting, Created: f.Created,
	}, err
}

// read reads a note. A description is one line.
func read(g *nntp.Group, n store.Note) {
	switch n.Name {
	case statusNote:
		g.Status = nntp.Status(n.Value)
	case creatorNote:
		g.Creator = string(n.Value)
	case descriptionNote:
		g.Description = oneLine.Replace(strings.ToValidUTF8(string(n.Value), "\ufffd"))
	}
}

var oneLine = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\x00", "")

// folders returns the folders of all groups, in the order of their names.
func (s *Store) folders(ctx context.Context) ([]store.Folder, error) {
	var all []store.Folder
	for f, err := range s.store.ListFolders(ctx, store.Public) {
		if err != nil {
			return nil, told(err)
		}
		if isGroup(f) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b store.Folder) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Groups implements nntp.Store.
func (s *Store) Groups(ctx context.Context) iter.Seq2[nntp.Group, error] {
	return func(yield func(nntp.Group, error) bool) {
		folders, err := s.folders(ctx)
		notes := make(map[store.FolderID][]store.Note)
		if err == nil {
			err = s.readNotes(ctx, notes)
		}
		if err != nil {
			yield(nntp.Group{}, err)
			return
		}
		for _, f := range folders {
			g, err := s.group(ctx, f)
			if errors.Is(err, store.ErrNotFound) {
				continue // removed since
			}
			if err != nil {
				yield(g, err)
				return
			}
			for _, n := range notes[f.ID] {
				read(&g, n)
			}
			if !yield(g, nil) {
				return
			}
		}
	}
}

func (s *Store) readNotes(ctx context.Context, to map[store.FolderID][]store.Note) error {
	for _, prefix := range []string{"news/", descriptionNote} {
		for n, err := range s.store.FolderNotes(ctx, store.Public, store.Public, prefix) {
			if err != nil {
				return told(err)
			}
			to[n.Folder] = append(to[n.Folder], n)
		}
	}
	return nil
}

// ChangeGroup implements nntp.Store. A group whose folder has folders below cannot be removed, nor
// one be made that has the name of another public folder. A group that is made again goes on
// counting above all that it gave, unless its folder was removed otherwise.
func (s *Store) ChangeGroup(ctx context.Context, c nntp.GroupChange) error {
	f, err := s.folder(ctx, c.Name)
	switch {
	case c.Remove && err != nil:
		return err
	case c.Remove:
		return s.removeGroup(ctx, f)
	case err != nil && !errors.Is(err, nntp.ErrNoGroup):
		return err
	case err != nil && !nntp.ValidGroupName(c.Name):
		return fmt.Errorf("news: %q cannot be the name of a group", c.Name)
	}
	made := err != nil
	if made {
		f, err = s.store.CreateFolder(ctx, store.NewFolder{Owner: store.Public, Name: c.Name, Kind: store.News})
		if errors.Is(err, store.ErrExists) { // somebody was faster, or it is no group
			made = false
			f, err = s.folder(ctx, c.Name)
		}
		if err != nil {
			return fmt.Errorf("news: group %q: %w", c.Name, err)
		}
	}
	err = nil
	if made {
		err = s.goOn(ctx, f)
	}
	if err == nil {
		err = s.describe(ctx, f.ID, c)
	}
	if err != nil && made {
		err = errors.Join(err, s.store.DeleteFolder(ctx, f.ID))
	}
	return err
}

// describe writes the notes of a group; what is nil stays.
func (s *Store) describe(ctx context.Context, f store.FolderID, c nntp.GroupChange) error {
	var notes []store.Note
	for name, v := range map[string]*string{statusNote: (*string)(c.Status), creatorNote: c.Creator, descriptionNote: c.Description} {
		if v != nil {
			notes = append(notes, store.Note{Folder: f, Name: name, Value: []byte(*v)})
		}
	}
	if c.Status != nil {
		rights, changed, err := s.rights(ctx, f, *c.Status)
		if err != nil {
			return err
		}
		if changed {
			notes = append(notes, rights)
		}
	}
	if len(notes) == 0 {
		return nil
	}
	return told(s.store.SetNotes(ctx, notes))
}

// rights are everybody's in a group of that status. Those that an administrator has set stay.
func (s *Store) rights(ctx context.Context, f store.FolderID, status nntp.Status) (n store.Note, changed bool, err error) {
	n = store.Note{Folder: f, Name: anyoneNote}
	there := false
	for old, err := range s.store.Notes(ctx, f, store.Public, anyoneNote) {
		if err != nil {
			return n, false, told(err)
		}
		if old.Name != anyoneNote {
			continue
		}
		if there = true; string(old.Value) != rightsModerated && string(old.Value) != rightsClosed {
			return n, false, nil
		}
	}
	switch status {
	case nntp.Posting:
		return n, there, nil
	case nntp.Moderated:
		n.Value = []byte(rightsModerated)
	default:
		n.Value = []byte(rightsClosed)
	}
	return n, true, nil
}

// A Moderator is the mail address to which what is posted to a moderated group goes.
type Moderator struct{ Group, Address string }

// Moderators returns those of all groups that have one.
func (s *Store) Moderators(ctx context.Context) ([]Moderator, error) {
	names, err := s.groupNames(ctx)
	if err != nil {
		return nil, err
	}
	var all []Moderator
	for n, err := range s.store.NamedNotes(ctx, store.Public, moderatorNote) {
		if err != nil {
			return nil, told(err)
		}
		if name, ok := names[n.Folder]; ok {
			all = append(all, Moderator{name, string(n.Value)})
		}
	}
	return all, nil
}

// SetModerator sets the mail address of a group's moderator; empty is none.
func (s *Store) SetModerator(ctx context.Context, group, address string) error {
	f, err := s.folder(ctx, group)
	if err != nil {
		return err
	}
	n := store.Note{Folder: f.ID, Name: moderatorNote}
	if address != "" {
		n.Value = []byte(address)
	}
	return told(s.store.SetNotes(ctx, []store.Note{n}))
}
