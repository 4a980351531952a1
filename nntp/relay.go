package nntp

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Relay takes an article that another server has, as IHAVE and TAKETHIS do: for
// feeds that come another way. The article is lines that end in CRLF, without
// dot-stuffing. The error is nil if it was stored, ErrDuplicate if it was here
// before, and a Reply otherwise: 437 if it is not wanted, 436 if it may come
// again later.
func (s *Server) Relay(ctx context.Context, from *Source, article []byte) error {
	if s.Store == nil {
		return errNoStore
	}
	if err := checkText(article); err != nil {
		return R(437, err.Error())
	}
	a, err := s.parse(article)
	if err == nil {
		err = s.relay(ctx, from, announced{}, a)
	}
	return s.asReply(ctx, err, 437)
}

// asReply is what Relay and Inject return for err.
func (s *Server) asReply(ctx context.Context, err error, refused int) error {
	if err == nil {
		return nil
	}
	switch r := s.refusalOf(ctx, err); r.kind {
	case duplicate:
		return ErrDuplicate
	case deferred:
		return R(436, r.text)
	default:
		return R(refused, r.text)
	}
}

// announced is what was said of an article before it came.
type announced struct {
	id    string // empty if nothing was
	begun bool   // its flight has begun; the caller ends it
}

// relay takes an article from another server (RFC 5537, 3.6).
func (s *Server) relay(ctx context.Context, from *Source, as announced, a *Candidate) error {
	now := time.Now()
	a.Source = from
	if err := s.checkFields(a, now); err != nil {
		return err
	}
	a.Path = a.fields.value[fieldPath]
	switch {
	case as.id != "" && a.MessageID != as.id:
		return reject("Message-ID is another one than was announced")
	case inPath(a.Path, s.hostname()):
		return reject("it has been here before, says Path")
	}
	file := func() error { return s.fileRelayed(ctx, a, now) }
	if as.begun {
		return file()
	}
	return s.fly(ctx, a, file)
}

// fileRelayed gives an article its new Path, and files it.
func (s *Server) fileRelayed(ctx context.Context, a *Candidate, now time.Time) error {
	if err := s.placeRelayed(ctx, a); err != nil {
		return err
	}
	out := texts.Get().(*textBuffer)
	defer out.release()
	from := a.Source
	out.b = appendHead(out.b, a.head, pathPrefix(s.hostname(), a.Path, from.Access.Peer, from.Addr))
	out.b = append(append(out.b, "\r\n"...), a.Body...)
	return s.store(ctx, a, out.b, now)
}

// placeRelayed decides which groups a relayed article is filed in.
func (s *Server) placeRelayed(ctx context.Context, a *Candidate) error {
	// A control message is placed by judge, and its groups need not be here; but
	// it too must be about groups that the peer may feed.
	control, taken := a.fields.has[fieldControl], false
	for _, name := range a.Newsgroups {
		feed := &a.Source.Access.Feed
		if feed.Poisons(name) {
			return reject("%s is not wanted here", name)
		}
		if !feed.Match(name) {
			continue
		}
		taken = taken || control
		g, err := s.standing(ctx, name)
		if errors.Is(err, ErrNoGroup) {
			continue
		}
		if err == nil {
			err = s.resolve(ctx, &g)
		}
		switch {
		case err != nil:
			return err
		case g.Status == Moderated && !a.fields.has[fieldApproved]:
			return reject("not approved for %s", name)
		}
		taken = a.file(&g) || taken
	}
	if !taken {
		return reject("none of its newsgroups is wanted here")
	}
	wanted := &a.Source.Access.Distributions
	match := func(name string) bool { return wanted.Match(ascii.Lower(name)) }
	if names := a.Distributions(); len(names) > 0 && !wanted.IsEmpty() && !slices.ContainsFunc(names, match) {
		return reject("none of its distributions is wanted here")
	}
	return nil
}

// A statusTeller is a Store that knows what is asked of each group of each
// article without the rest of Group.
type statusTeller interface {
	GroupStatus(ctx context.Context, name string) (Status, error)
}

// standing is a group's Name and Status.
func (s *Server) standing(ctx context.Context, name string) (Group, error) {
	if t, ok := s.Store.(statusTeller); ok {
		status, err := t.GroupStatus(ctx, name)
		return Group{Name: name, Status: status}, err
	}
	return s.Store.Group(ctx, name)
}

// resolve is the group that articles for g are filed in: g, or the one that it
// is an alias of, whose status counts. It is Closed if there is none, or if that
// is an alias too.
func (s *Server) resolve(ctx context.Context, g *Group) error {
	name, ok := g.Status.Alias()
	if !ok {
		return nil
	}
	to, err := s.standing(ctx, name)
	if err != nil && !errors.Is(err, ErrNoGroup) {
		return err
	}
	if _, again := to.Status.Alias(); err != nil || again {
		to = Group{Name: name, Status: Closed}
	}
	*g = to
	return nil
}

// file adds a group to those that an article is filed in. It reports whether the
// group takes articles at all.
func (a *Candidate) file(g *Group) (taken bool) {
	switch {
	case g.Status == Closed:
		return false
	case g.Status == Junk:
	case !slices.Contains(a.Groups, g.Name):
		a.Groups = append(a.Groups, g.Name)
	}
	return true
}
