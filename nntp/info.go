package nntp

import (
	"context"
	"strconv"
	"strings"
)

// Info is what LIST tells beyond the newsgroups. What is empty is answered by
// 503, except for a list of moderators.
type Info struct {
	MOTD          string   // the message of the day, lines parted by "\n", UTF-8 (RFC 6048, 2.5)
	Subscriptions []string // newsgroups that new readers should see (RFC 6048, 2.6)
	Distributions []Distribution
	DistribPats   []DistribPat
	Moderators    []ModeratorAddress // the first whose pattern matches counts
}

// A Distribution is one that an article's Distribution field can have (RFC
// 6048, 2.3).
type Distribution struct {
	Name        string
	Description string
}

// A DistribPat says which distribution to suggest for articles to some
// newsgroups (RFC 3977, 7.6.5).
type DistribPat struct {
	Weight  int // the highest that matches counts
	Groups  string
	Default string
}

// A ModeratorAddress says where articles for some moderated newsgroups go (RFC
// 6048, 2.4). "%s" in Address stands for the group's name with hyphens for its
// dots, "%%" for a percent sign.
type ModeratorAddress struct {
	Groups  string // as ParsePatterns reads it
	Address string
}

// moderator is the address for a group, none if it is empty.
func (info *Info) moderator(group string) string {
	for _, m := range info.Moderators {
		if w, err := ParsePatterns(m.Groups); err == nil && w.Match(group) {
			return strings.NewReplacer("%s", strings.ReplaceAll(group, ".", "-"), "%%", "%").Replace(m.Address)
		}
	}
	return ""
}

func (s *Server) info(ctx context.Context) (Info, error) {
	if s.Info == nil {
		return Info{}, nil
	}
	return s.Info(ctx)
}

// listInfo answers with n lines of what Info has, noSuchList if there are none.
func (c *Conn) listInfo(ctx context.Context, count func(*Info) int, write func(*Info, *lines, int) error) Reply {
	info, err := c.srv.info(ctx)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	n := count(&info)
	if n == 0 {
		return noSuchList
	}
	return listReply.with(func(l *lines) error {
		for i := range n {
			if err := write(&info, l, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Conn) listMOTD(ctx context.Context, _ struct{}) Reply {
	var text []string
	return c.listInfo(ctx, func(info *Info) int {
		if info.MOTD == "" {
			return 0
		}
		text = strings.Split(strings.TrimSuffix(info.MOTD, "\n"), "\n")
		return len(text)
	}, func(_ *Info, l *lines, i int) error {
		return l.line(strings.TrimSuffix(text[i], "\r"))
	})
}

func (c *Conn) listSubscriptions(ctx context.Context, w Wildmat) Reply {
	return c.listInfo(ctx, func(info *Info) int {
		return len(info.Subscriptions)
	}, func(info *Info, l *lines, i int) error {
		if group := info.Subscriptions[i]; w.Match(group) && c.access.Read.Match(group) {
			return l.line(group)
		}
		return nil
	})
}

func (c *Conn) listDistributions(ctx context.Context, _ struct{}) Reply {
	return c.listInfo(ctx, func(info *Info) int {
		return len(info.Distributions)
	}, func(info *Info, l *lines, i int) error {
		return l.line(info.Distributions[i].Name + "\t" + info.Distributions[i].Description)
	})
}

func (c *Conn) listDistribPats(ctx context.Context, _ struct{}) Reply {
	return c.listInfo(ctx, func(info *Info) int {
		return len(info.DistribPats)
	}, func(info *Info, l *lines, i int) error {
		d := info.DistribPats[i]
		return l.line(strconv.Itoa(d.Weight) + ":" + d.Groups + ":" + d.Default)
	})
}

func (c *Conn) listModerators(ctx context.Context, _ struct{}) Reply {
	return c.listInfo(ctx, func(info *Info) int {
		return len(info.Moderators)
	}, func(info *Info, l *lines, i int) error {
		return l.line(info.Moderators[i].Groups + ":" + info.Moderators[i].Address)
	})
}
