package nntp

import (
	"context"
	"strconv"
	"strings"
)

// listGroups answers with a line for each group that the client may read and w
// matches. Write leaves l.b as it was for those that get none.
func (c *Conn) listGroups(ctx context.Context, r Reply, w Wildmat, write func(l *lines, g *Group)) Reply {
	return r.with(func(l *lines) error {
		for g, err := range c.srv.Store.Groups(ctx) {
			if err != nil {
				return err
			}
			if !w.Match(g.Name) || !c.access.Read.Match(g.Name) {
				continue
			}
			before := len(l.b)
			if write(l, &g); len(l.b) == before {
				continue
			}
			if err := l.end(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Conn) listActive(ctx context.Context, w Wildmat) Reply {
	return c.listGroups(ctx, listReply, w, func(l *lines, g *Group) {
		l.b = appendMarks(append(l.b, g.Name...), g)
		l.b = append(append(l.b, ' '), c.statusFor(g)...)
	})
}

// listCounts is listActive with how many articles there are (RFC 6048, 2.2).
func (c *Conn) listCounts(ctx context.Context, w Wildmat) Reply {
	return c.listGroups(ctx, listReply, w, func(l *lines, g *Group) {
		l.b = appendMarks(append(l.b, g.Name...), g)
		l.b = strconv.AppendInt(append(l.b, ' '), g.Count, 10)
		l.b = append(append(l.b, ' '), c.statusFor(g)...)
	})
}

// appendMarks appends the water marks, the high one first (RFC 3977, 7.6.3).
func appendMarks(b []byte, g *Group) []byte {
	b = strconv.AppendUint(append(b, ' '), uint64(g.High), 10)
	return strconv.AppendUint(append(b, ' '), uint64(g.Low), 10)
}

// statusFor is the status that the client sees: what it may not post to is "n"
// for it (RFC 3977, 7.6.3).
func (c *Conn) statusFor(g *Group) Status {
	if (g.Status == Posting || g.Status == Moderated) && !c.access.Post.Match(g.Name) {
		return NoPosting
	}
	return g.Status
}

func (c *Conn) listNewsgroups(ctx context.Context, w Wildmat) Reply {
	return c.listGroups(ctx, listReply, w, appendTitle)
}

// xgtitle is LIST NEWSGROUPS with codes of its own; without an argument it is
// about the current group (RFC 2980, 2.4).
func (c *Conn) xgtitle(ctx context.Context, w Wildmat) Reply {
	if c.group.name != "" && len(w.patterns) == 1 && w.patterns[0].isEverything() {
		g, refusal := c.readable(ctx, c.group.name)
		if !refusal.isNone() {
			return noTitles
		}
		return titlesReply.with(func(l *lines) error {
			if appendTitle(l, &g); len(l.b) == 0 {
				return nil
			}
			return l.end()
		})
	}
	return c.listGroups(ctx, titlesReply, w, appendTitle)
}

// appendTitle appends the name and the description, if there is one.
func appendTitle(l *lines, g *Group) {
	if g.Description != "" {
		l.b = append(append(l.b, g.Name...), '\t')
		l.b = appendClean(l.b, g.Description)
	}
}

// listTimes tells when groups were made, and by whom (RFC 3977, 7.6.4).
func (c *Conn) listTimes(ctx context.Context, w Wildmat) Reply {
	return c.listGroups(ctx, listReply, w, func(l *lines, g *Group) {
		l.b = append(append(l.b, g.Name...), ' ')
		l.b = strconv.AppendInt(l.b, max(0, g.Created.Unix()), 10)
		creator := strings.ReplaceAll(g.Creator, " ", "_")
		if creator == "" {
			creator = "unknown"
		}
		l.b = appendClean(append(l.b, ' '), creator)
	})
}

func (c *Conn) listOverviewFmt(context.Context, struct{}) Reply {
	return listReply.with(func(l *lines) error {
		for _, f := range overviewFormat {
			if err := l.line(f); err != nil {
				return err
			}
		}
		return nil
	})
}

// listHeaders: HDR takes any field, and these metadata items (RFC 3977, 8.6).
func (c *Conn) listHeaders(context.Context, struct{}) Reply {
	return listReply.with(func(l *lines) error {
		for _, f := range [...]string{":", ":bytes", ":lines"} {
			if err := l.line(f); err != nil {
				return err
			}
		}
		return nil
	})
}
