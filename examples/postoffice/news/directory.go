package news

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
)

// A directory is what is known of groups, but for their articles, as long as the store's listing
// stays the same. Of each group it is read when it is first asked for.
type directory struct {
	listing uint64
	groups  map[string]known
	names   map[store.FolderID]string // of all groups; nil until that is asked for
}

// known is what a directory has of a group.
type known struct {
	folder               store.FolderID
	status               nntp.Status
	creator, description string
}

// at makes d that of a listing, empty if it was another's. The caller holds the lock.
func (d *directory) at(listing uint64) {
	if d.groups == nil || d.listing != listing {
		*d = directory{listing: listing, groups: make(map[string]known)}
	}
}

// lookUp returns what is known of a group.
func (s *Store) lookUp(ctx context.Context, group string) (known, error) {
	listing := s.store.Listing()
	s.mu.Lock()
	s.names.at(listing)
	k, found := s.names.groups[group]
	s.mu.Unlock()
	if found {
		return k, nil
	}
	f, err := s.folder(ctx, group)
	if err != nil {
		return known{}, err
	}
	g := nntp.Group{Status: nntp.Posting}
	for n, err := range s.store.Notes(ctx, f.ID, store.Public, "") {
		if err != nil {
			return known{}, told(err)
		}
		read(&g, n)
	}
	k = known{folder: f.ID, status: g.Status, creator: g.Creator, description: g.Description}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names.listing == listing {
		s.names.groups[group] = k
	}
	return k, nil
}

// groupNames are the names of all groups' folders.
func (s *Store) groupNames(ctx context.Context) (map[store.FolderID]string, error) {
	listing := s.store.Listing()
	s.mu.Lock()
	s.names.at(listing)
	names := s.names.names
	s.mu.Unlock()
	if names != nil {
		return names, nil
	}
	folders, err := s.folders(ctx)
	if err != nil {
		return nil, err
	}
	names = make(map[store.FolderID]string, len(folders))
	for _, f := range folders {
		names[f.ID] = f.Name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names.listing == listing {
		s.names.names = names
	}
	return names, nil
}
