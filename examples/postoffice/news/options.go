package news

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/nntp"
)

// Options are what an administrator says of newsgroups. The zero value leaves all to what the server
// says otherwise.
type Options struct {
	Access     []Rule                  // the first whose Groups match counts; the rights to folders if none does
	Moderators []nntp.ModeratorAddress // the first that matches counts, before those that groups have

	MaxArticle int64         // octets; 0: the server's own limit
	Posts      int           // that one poster may post in PostsTime; 0: the server's own limit; negative: no limit
	PostsTime  time.Duration // 0: the server's own
	Cutoff     time.Duration // how old an article is at most that others send; 0: the server's own; negative: any

	MOTD          string // see nntp.Info
	Subscriptions []string
	Distributions []nntp.Distribution

	Retention nntp.Retention // for Expire
}

// A Rule says who may read and post in some newsgroups.
type Rule struct {
	Groups     string // patterns as nntp.ParsePatterns reads them
	Read, Post Who
}

// Who are those who may do something. The zero Who is nobody.
type Who struct {
	Everyone bool
	Users    bool     // whoever has logged in
	Named    []string // these users; ASCII letters compare without regard to case
}

// includes reports whether a user is among them; empty is one who has not logged in.
func (w *Who) includes(user string) bool {
	if user == "" {
		return w.Everyone
	}
	return w.Everyone || w.Users || slices.ContainsFunc(w.Named, func(s string) bool { return ascii.EqualFold(s, user) })
}

// Check returns what is wrong with the Options, or nil.
func (o *Options) Check() error {
	for i := range o.Access {
		if _, err := nntp.ParsePatterns(o.Access[i].Groups); err != nil {
			return fmt.Errorf("news: access to %q: %w", o.Access[i].Groups, err)
		}
	}
	for _, m := range o.Moderators {
		if _, err := nntp.ParsePatterns(m.Groups); err != nil {
			return fmt.Errorf("news: moderator of %q: %w", m.Groups, err)
		}
		if m.Address == "" {
			return fmt.Errorf("news: moderator of %q: give an address", m.Groups)
		}
	}
	return nil
}

// Permit returns what a user may do, where access is what the rights to folders permit. The user is
// empty if nobody has logged in.
func (o *Options) Permit(user string, access nntp.Access) (nntp.Access, error) {
	if len(o.Access) == 0 {
		return access, nil
	}
	read, post := make([]nntp.Choice, len(o.Access)), make([]nntp.Choice, len(o.Access))
	for i := range o.Access {
		r := &o.Access[i]
		groups, err := nntp.ParsePatterns(r.Groups)
		if err != nil {
			return nntp.Access{}, fmt.Errorf("news: access to %q: %w", r.Groups, err)
		}
		mayRead := r.Read.includes(user)
		read[i] = nntp.Choice{Groups: groups, Permit: mayRead}
		post[i] = nntp.Choice{Groups: groups, Permit: mayRead && r.Post.includes(user)}
	}
	access.Read, access.Post = access.Read.Choose(read...), access.Post.Choose(post...)
	return access, nil
}

// Set makes the limits those of a server.
func (o *Options) Set(srv *nntp.Server) {
	srv.Limits.Article = cmp.Or(o.MaxArticle, srv.Limits.Article)
	srv.Limits.Posts = cmp.Or(o.Posts, srv.Limits.Posts)
	srv.Limits.PostsTime = cmp.Or(o.PostsTime, srv.Limits.PostsTime)
	srv.Cutoff = cmp.Or(o.Cutoff, srv.Cutoff)
}

// Tell adds to info what the Options say; what they do not say stays.
func (o *Options) Tell(info nntp.Info) nntp.Info {
	info.MOTD = cmp.Or(o.MOTD, info.MOTD)
	if len(o.Subscriptions) > 0 {
		info.Subscriptions = o.Subscriptions
	}
	if len(o.Distributions) > 0 {
		info.Distributions = o.Distributions
	}
	info.Moderators = slices.Concat(o.Moderators, info.Moderators)
	return info
}

// Expire removes what has outlived its use after o.Retention, and forgets what has been gone for
// long. Call it every hour or so. It works in small steps between which others get their turn; what
// it has done when it fails, or ctx ends, stays done.
func (s *Store) Expire(ctx context.Context, o *Options, now time.Time) (nntp.Expired, error) {
	return o.Retention.Expire(ctx, s, now)
}
