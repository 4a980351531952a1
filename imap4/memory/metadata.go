package memory

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4"
)

// An annotation is the place of one. What begins with "/private" is each user's
// own (RFC 5464, 3.1).
type annotation struct {
	box  imap4.MailboxID
	user string // "" for all
	name string
}

// annotations are a layer.
type annotations struct {
	layer
	a *account
}

func (l annotations) place(box imap4.MailboxID, name string) annotation {
	if strings.HasPrefix(name, "/private/") {
		return annotation{box, l.a.user.name, name}
	}
	return annotation{box, "", name}
}

// Metadata implements imap4.MetadataStore.
func (l annotations) Metadata(ctx context.Context, box imap4.MailboxID, names []string, depth int) iter.Seq2[imap4.MetadataEntry, error] {
	return func(yield func(imap4.MetadataEntry, error) bool) {
		err := l.a.enter(ctx, "Metadata", box)
		var list []imap4.MetadataEntry
		if err == nil {
			list, err = l.find(box, names, depth)
		}
		if err != nil {
			yield(imap4.MetadataEntry{}, err)
			return
		}
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (l annotations) find(box imap4.MailboxID, names []string, depth int) ([]imap4.MetadataEntry, error) {
	s := l.a.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := l.check(box); err != nil {
		return nil, err
	}
	var list []imap4.MetadataEntry
	for at, value := range s.annotations {
		wanted := func(name string) bool {
			rest, ok := strings.CutPrefix(at.name, name)
			below := strings.Count(rest, "/")
			return ok && (rest == "" || rest[0] == '/' && (depth < 0 || below <= depth))
		}
		if at == l.place(box, at.name) && slices.ContainsFunc(names, wanted) {
			list = append(list, imap4.MetadataEntry{Name: at.name, Value: value})
		}
	}
	slices.SortFunc(list, func(a, b imap4.MetadataEntry) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// check tells whether there is such a mailbox; the server is there. The caller
// has the lock.
func (l annotations) check(box imap4.MailboxID) error {
	if box == 0 {
		return nil
	}
	if _, err := l.a.node(box); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	return nil
}

// SetMetadata implements imap4.MetadataStore.
func (l annotations) SetMetadata(ctx context.Context, box imap4.MailboxID, entries []imap4.MetadataEntry) error {
	if err := l.a.enter(ctx, "SetMetadata", box); err != nil {
		return err
	}
	s := l.a.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := l.check(box); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Value == nil {
			delete(s.annotations, l.place(box, e.Name))
		} else {
			s.annotations[l.place(box, e.Name)] = bytes.Clone(e.Value)
		}
	}
	s.wake(box)
	return nil
}

// dropAnnotations drops those of a mailbox that is gone. The caller has the lock.
func (s *Store) dropAnnotations(box imap4.MailboxID) {
	for at := range s.annotations {
		if at.box == box {
			delete(s.annotations, at)
		}
	}
}
