package nntp

import (
	"context"
	"slices"
	"time"
)

// newGroups lists the groups that have come since, as LIST ACTIVE does (RFC
// 3977, 7.3).
func (c *Conn) newGroups(ctx context.Context, since time.Time) Reply {
	return c.listGroups(ctx, newgroupsReply, everything, func(l *lines, g *Group) {
		if g.Created.Truncate(time.Second).Before(since) {
			return
		}
		l.b = appendMarks(append(l.b, g.Name...), g)
		l.b = append(append(l.b, ' '), c.statusFor(g)...)
	})
}

// newNews lists the articles that have come since in the groups that match, each
// once (RFC 3977, 7.4).
func (c *Conn) newNews(ctx context.Context, req newNewsRequest) Reply {
	return newnewsReply.with(func(l *lines) error {
		for a, err := range c.srv.Store.Arrivals(ctx, req.since) {
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(a.Groups, func(g string) bool { return req.groups.Match(g) && c.access.Read.Match(g) }) {
				continue
			}
			l.b = append(l.b, a.MessageID...)
			if err := l.end(); err != nil {
				return err
			}
		}
		return nil
	})
}

// date tells the server's time (RFC 3977, 7.1).
func (c *Conn) date(context.Context, struct{}) Reply {
	return R(111, time.Now().UTC().Format("20060102150405"))
}
