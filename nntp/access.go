package nntp

import (
	"context"

	"github.com/wirepost/wirepost/internal/serve"
)

// Access is what one client may do.
type Access struct {
	Read Wildmat // newsgroups that it can see and read; the others are not there for it
	Post Wildmat // newsgroups that it may post to

	// Approve is the moderated newsgroups in which an Approved field of its own
	// counts; elsewhere a post goes to the moderator.
	Approve Wildmat

	// Control says that it may post control messages other than cancel.
	// Server.Control still decides whether they are obeyed.
	Control bool

	// Feed is the newsgroups whose articles are taken by IHAVE, CHECK and
	// TAKETHIS. An article is filed in those of its groups that match, and
	// refused if there are none, or one is poisoned. An empty Wildmat permits
	// none of these commands.
	Feed Wildmat

	// Distributions are those of which one must be among a fed article's, if it
	// names any (RFC 5537, 3.6); empty is all. They are matched in lower case,
	// since US and us are the same (RFC 5536, 3.2.4).
	Distributions Wildmat

	// Peer is the path identity that a feed's articles should come from (RFC
	// 5537, 3.2). It is compared with what the article's Path begins with, and
	// the outcome is told in the Path. Without it the address is told.
	Peer string

	NoNewNews   bool // refuse NEWNEWS, which is dear in large stores
	NoStreaming bool // refuse CHECK and TAKETHIS, so that Feed is for IHAVE alone
}

// admit asks what the client may do.
func (c *Conn) admit(ctx context.Context) error {
	access, err := c.srv.access(ctx, c)
	if err != nil {
		return err
	}
	c.access = access
	c.source = c.newSource()
	return c.watch()
}

func (s *Server) access(ctx context.Context, c *Conn) (Access, error) {
	if s.Access != nil {
		return s.Access(ctx, c)
	}
	a := Access{Read: everything}
	if c.identity.Name() != "" {
		a.Post = everything
	}
	return a, nil
}

// What a command asks of a client's access. Nil is nothing.
func (c *Conn) mayRead() bool    { return !c.access.Read.IsEmpty() }
func (c *Conn) mayPost() bool    { return !c.access.Post.IsEmpty() }
func (c *Conn) mayFeed() bool    { return !c.access.Feed.IsEmpty() }
func (c *Conn) mayStream() bool  { return c.mayFeed() && !c.access.NoStreaming }
func (c *Conn) mayNewNews() bool { return c.mayRead() && !c.access.NoNewNews }

// forbidden is the answer to a command that access does not permit: a login may
// help, unless there has been one (RFC 3977, 3.2.1).
func (c *Conn) forbidden() Reply {
	if c.state == Fresh && c.srv.Auth != nil {
		return authRequired
	}
	return notPermitted
}

// newSource is where the articles of the conversation come from, from now on.
func (c *Conn) newSource() *Source {
	return &Source{
		Access: c.access,
		User:   c.identity.Name(),
		Addr:   serve.Addr(c.wire.NetConn()),
		conn:   c,
	}
}
