package office

import (
	"context"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
)

// News is what an administrator says of newsgroups.
type News struct {
	Options      news.Options
	Control      []nntp.ControlRule // if nil, an administrator's control messages are obeyed
	PathIdentity string             // the hostname if empty
	Peers        []NewsPeer         // other servers that may feed us; the first that a client is counts
	Feeds        []feed.Site        // other servers that are fed, or fetched from
}

// newsOf is what a configuration file says.
func newsOf(c *config.News) (n News, err error) {
	n.PathIdentity = c.PathIdentity
	n.Options.Cutoff = time.Duration(c.Cutoff)
	n.Options.Retention.History = time.Duration(c.History)
	for _, a := range c.Access {
		n.Options.Access = append(n.Options.Access, news.Rule{Groups: a.Groups, Read: who(a.Read), Post: who(a.Post)})
	}
	for _, m := range c.Moderators {
		n.Options.Moderators = append(n.Options.Moderators, nntp.ModeratorAddress{Groups: m.Groups, Address: m.Address})
	}
	for _, e := range c.Expire {
		groups, err := nntp.ParsePatterns(e.Groups)
		if err != nil {
			return n, fmt.Errorf("news.expire: %w", err)
		}
		n.Options.Retention.Rules = append(n.Options.Retention.Rules, nntp.RetentionRule{
			Groups: groups, Age: time.Duration(e.Age), MaxAge: time.Duration(e.MaxAge), MinAge: time.Duration(e.MinAge),
			Articles: int64(e.Articles), Bytes: int64(e.Size),
		})
	}
	n.Control = []nntp.ControlRule{}
	for _, r := range c.Control {
		groups, err := nntp.ParsePatterns(r.Groups)
		if err != nil {
			return n, fmt.Errorf("news.control: %w", err)
		}
		n.Control = append(n.Control, nntp.ControlRule{
			Verbs: r.Verbs, From: r.From, Groups: groups, Signer: r.Signer, Posted: r.Posted, Unlock: r.Unlock,
			Action: map[string]nntp.Action{"obey": nntp.Obey, "refuse": nntp.Refuse}[r.Action],
		})
	}
	for i := range c.Peers {
		peer, err := newsPeerOf(&c.Peers[i])
		if err != nil {
			return n, fmt.Errorf("news.peer: %s: %w", c.Peers[i].Name, err)
		}
		n.Peers = append(n.Peers, peer)
	}
	for i := range c.Feeds {
		site, err := siteOf(&c.Feeds[i])
		if err != nil {
			return n, fmt.Errorf("news.feed: %s: %w", c.Feeds[i].Name, err)
		}
		n.Feeds = append(n.Feeds, site)
	}
	return n, nil
}

func who(name string) news.Who {
	return news.Who{Everyone: name == "everyone", Users: name == "users"}
}

func siteOf(f *config.Feed) (feed.Site, error) {
	s := feed.Site{
		Name: f.Name, Pull: f.Direction == "pull", Address: f.Host,
		TLS:    map[string]feed.TLSMode{"starttls": feed.StartTLS, "implicit": feed.ImplicitTLS}[f.TLS],
		Groups: f.Groups, Distributions: f.Distributions, Exclude: f.Exclude, MaxSize: int64(f.MaxSize),
		NoStreaming: !f.Streaming, Conns: f.Conns, MaxBacklog: f.Backlog,
		Interval: time.Duration(f.Interval), ByNumber: f.ByNumber, First: time.Duration(f.First),
	}
	if f.Login.User == "" {
		return s, nil
	}
	password, err := f.Login.Read()
	s.Login = &auth.Credentials{Name: f.Login.User, Password: password.Reveal(), AllowInsecure: f.TLS == "none"}
	return s, err
}

// policy is what is done about control messages.
func (n *News) policy() *nntp.ControlPolicy {
	if n.Control == nil {
		return &nntp.ControlPolicy{Rules: []nntp.ControlRule{{Posted: true, Action: nntp.Obey}}}
	}
	return &nntp.ControlPolicy{Rules: n.Control}
}

// expireNews removes articles that have outlived their use, and forgets the identifiers of those
// that have been gone for long.
func (o *Office) expireNews(ctx context.Context) error {
	_, err := o.groups.Expire(ctx, &o.news.Load().Options, o.now())
	return err
}
