package news

import "github.com/wirepost/wirepost/examples/postoffice/store"

// looks are which messages of a folder need not be looked at any more, in this process: all up to
// one, and some above it, which were filed here while others were on their way.
type looks struct {
	upTo  store.UID
	above map[store.UID]bool
}

// maxAbove bounds what is remembered above a message that came otherwise: whoever asks about the
// group next looks at more, and finds that it is known.
const maxAbove = 4096

// pass notes one message that was filed.
func (l *looks) pass(uid store.UID) {
	switch {
	case uid <= l.upTo:
		return
	case uid > l.upTo+1:
		if len(l.above) < maxAbove {
			if l.above == nil {
				l.above = make(map[store.UID]bool)
			}
			l.above[uid] = true
		}
		return
	}
	l.upTo = uid
	l.join()
}

// join takes what has come to be next to the others.
func (l *looks) join() {
	for l.above[l.upTo+1] {
		l.upTo++
		delete(l.above, l.upTo)
	}
}

// looksAt are those of a folder. The caller holds s.mu.
func (s *Store) looksAt(folder store.FolderID) *looks {
	l := s.looked[folder]
	if l == nil {
		l = new(looks)
		s.looked[folder] = l
	}
	return l
}

// unseen is the first UID of a folder that is to be looked at.
func (s *Store) unseen(folder store.FolderID) store.UID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looksAt(folder).upTo + 1
}

// seen notes that a folder has been looked at up to a UID.
func (s *Store) seen(folder store.FolderID, upTo store.UID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.looksAt(folder)
	if upTo <= l.upTo {
		return
	}
	l.upTo = upTo
	for uid := range l.above {
		if uid <= upTo {
			delete(l.above, uid)
		}
	}
	l.join()
}

// filed notes where an article was filed, which is known to be one.
func (s *Store) filed(places []store.Placed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range places {
		s.looksAt(p.Folder).pass(p.UID)
	}
}
