package office

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// firstGroups are the newsgroups of a first start, with their descriptions.
var firstGroups = [][2]string{
	{"local.general", "What is of interest here"},
	{"local.test", "Tests of posting"},
}

// addFirstGroups makes those that there are not yet.
func (o *Office) addFirstGroups(ctx context.Context) error {
	groups := news.New(o.store, "")
	for _, g := range firstGroups {
		if err := groups.ChangeGroup(ctx, nntp.GroupChange{Name: g[0], Description: &g[1]}); err != nil {
			return fmt.Errorf("newsgroups: %w", err)
		}
	}
	return nil
}

// cancelFile holds what makes cancel-locks (RFC 8315). Whoever has it can cancel what was posted
// here; whoever removes it makes a new one, and older articles can no longer be cancelled by who
// posted them.
const cancelFile = "news-cancel.key"

// openNews opens what the news servers share.
func (o *Office) openNews() (err error) {
	o.groups = news.New(o.store, cmp.Or(o.config.News.PathIdentity, o.hostname()))
	o.news.Store(&o.config.News)
	if o.cancelSecret, err = o.key(cancelFile); err != nil {
		return err
	}
	o.exchange = newExchange(o)
	return o.exchange.open(&o.config)
}

// newsServer makes a news server. If its settings say nothing else, everybody reads, who has logged
// in posts, and nobody feeds.
func (o *Office) newsServer(s *setting) *nntp.Server {
	options, peers := &s.config.News.Options, s.config.News.Peers
	return &nntp.Server{
		Store:    o.groups,
		Hostname: s.Hostname,
		Access: func(ctx context.Context, c *nntp.Conn) (nntp.Access, error) {
			access, err := o.newsAccess(ctx, c)
			if err != nil {
				return access, err
			}
			if access, err = options.Permit(c.Identity().Name(), access); err == nil {
				o.feeder(ctx, c, peers).permit(&access)
			}
			return access, err
		},
		Info: func(ctx context.Context) (nntp.Info, error) {
			info, err := o.newsInfo(ctx)
			return options.Tell(info), err
		},
		Moderator:    &moderation{queue: o.outbound.queue, log: o.log},
		Control:      s.config.News.policy().Decide,
		CancelSecret: o.cancelSecret,
		Accepted:     o.exchange.accepted,
		Complaints:   store.Postmaster + "@" + o.domains.main(),
		Compress:     true,
		Logger:       s.log,
		Trace:        o.watchNNTP(s),
	}
}

// newsAccess says what somebody may do with newsgroups: what the rights to their folders are.
func (o *Office) newsAccess(ctx context.Context, c *nntp.Conn) (nntp.Access, error) {
	who := &mailbox.Account{Store: o.store}
	name := c.Identity().Name()
	if name != "" {
		user, err := o.store.Account(ctx, name)
		if err != nil {
			return nntp.Access{}, err
		}
		if !isOn(user, "nntp") {
			return nntp.Access{}, noNNTP
		}
		who.User = user
		who.Administrator = user.Administrator
	}
	usual, special, err := who.PublicRights(ctx)
	if err != nil {
		return nntp.Access{}, err
	}
	var access nntp.Access
	if access.Read, err = o.groupsWith(ctx, "lr", usual, special); err != nil || name == "" {
		return access, err
	}
	if access.Post, err = o.groupsWith(ctx, "p", usual, special); err != nil {
		return access, err
	}
	access.Control = who.Administrator
	access.Approve, err = o.moderates(ctx, who)
	return access, err
}

// groupsWith matches the newsgroups to whose folders there are all the rights that are needed.
func (o *Office) groupsWith(ctx context.Context, needed, usual string, special map[store.FolderID]string) (nntp.Wildmat, error) {
	has := func(rights string) bool {
		return !strings.ContainsFunc(needed, func(r rune) bool { return !strings.ContainsRune(rights, r) })
	}
	var patterns []string
	if has(usual) {
		patterns = append(patterns, "*")
	}
	for id, rights := range special {
		f, err := o.store.Folder(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound): // deleted since
		case err != nil:
			return nntp.Wildmat{}, err
		case f.Kind != store.News || !nntp.ValidGroupName(f.Name): // whose characters are all literal
		case has(rights) && !has(usual):
			patterns = append(patterns, f.Name)
		case !has(rights) && has(usual):
			patterns = append(patterns, "!"+f.Name)
		}
	}
	return nntp.ParsePatterns(strings.Join(patterns, ","))
}

// moderates matches the newsgroups that the user may approve articles for: an administrator all,
// others those whose moderator has one of their addresses.
func (o *Office) moderates(ctx context.Context, who *mailbox.Account) (nntp.Wildmat, error) {
	if who.Administrator {
		return nntp.MatchAll(), nil
	}
	moderators, err := o.groups.Moderators(ctx)
	if err != nil {
		return nntp.Wildmat{}, err
	}
	var patterns []string
	for _, m := range moderators {
		p, err := smtp.ParsePath(m.Address)
		key := directory.NewAddress(p.Local, p.Domain).Key()
		if err == nil && slices.ContainsFunc(who.User.Addresses, func(a store.Address) bool { return a.Key() == key }) {
			patterns = append(patterns, m.Group)
		}
	}
	return nntp.ParsePatterns(strings.Join(patterns, ","))
}

// newsInfo is what the server tells beyond the newsgroups.
func (o *Office) newsInfo(ctx context.Context) (info nntp.Info, err error) {
	moderators, err := o.groups.Moderators(ctx)
	for _, m := range moderators {
		address := strings.ReplaceAll(m.Address, "%", "%%") // as it has it there
		info.Moderators = append(info.Moderators, nntp.ModeratorAddress{Groups: m.Group, Address: address})
	}
	return info, err
}

// A moderation mails what is posted to moderated newsgroups.
type moderation struct {
	queue *queue.Queue
	log   *slog.Logger
}

// Submit implements nntp.Moderator. The article is the mail (RFC 5537, 3.5.1), by the null path: the
// poster is not told what becomes of it on its way.
func (m *moderation) Submit(ctx context.Context, group, address string, article []byte) error {
	env, err := smtp.NewEnvelope("", address)
	if err != nil {
		return fmt.Errorf("moderator of %s: %w", group, err)
	}
	id, err := m.queue.Add(ctx, queue.Submission{
		Envelope: env,
		Body:     bytes.NewReader(article),
		Size:     int64(len(article)),
		Own:      true,
		Source:   "news",
	})
	if err != nil {
		return fmt.Errorf("moderator of %s: %w", group, err)
	}
	m.log.InfoContext(ctx, "mailed to a moderator", "group", group, "message", id)
	return nil
}
