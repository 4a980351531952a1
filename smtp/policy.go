package smtp

import (
	"context"
	"slices"
	"strings"
)

// The replies of the policies below.
var (
	// SenderRestricted refuses a sender that a recipient takes no mail from.
	SenderRestricted = R(550, Enhanced{5, 7, 1}, "this recipient takes no mail from you")

	// SenderNotYours refuses a sender address that is not the client's.
	SenderNotYours = R(553, Enhanced{5, 7, 1}, "not an address of yours")
)

// A SenderList says whose mail a recipient, or a group, takes. An entry is an
// address "ann@example.org", a domain "example.org", a domain with all below it
// ".example.org", or "<>" for reports, which have no sender. Domains compare
// without case and A-labels as U-labels; local parts compare without ASCII case.
type SenderList struct {
	Accept []string // if there are any, only from these
	Reject []string // never from these; they outdo Accept
}

// Allows reports whether mail from a sender is taken. The zero SenderList takes
// all. Reports are taken unless Reject has "<>".
func (l SenderList) Allows(from Path) bool {
	is := func(entry string) bool { return matchesSender(entry, from) }
	if slices.ContainsFunc(l.Reject, is) {
		return false
	}
	return len(l.Accept) == 0 || from.IsNull() || slices.ContainsFunc(l.Accept, is)
}

func matchesSender(entry string, from Path) bool {
	if from.IsNull() || entry == "<>" {
		return from.IsNull() && entry == "<>"
	}
	if at := strings.LastIndexByte(entry, '@'); at >= 0 {
		p, err := ParsePath(entry)
		return err == nil && lower(p.Local) == lower(from.Local) && foldDomain(p.Domain) == foldDomain(from.Domain)
	}
	if parent, below := strings.CutPrefix(entry, "."); below {
		domain, parent := foldDomain(from.Domain), foldDomain(parent)
		return domain == parent || strings.HasSuffix(domain, "."+parent)
	}
	return foldDomain(entry) == foldDomain(from.Domain)
}

// A SenderLookup finds the SenderList of a recipient or of the group that it
// stands for; the zero one if it has none.
type SenderLookup func(ctx context.Context, to Path) (SenderList, error)

// RestrictSenders wraps a Backend so that each recipient takes mail only from
// senders that its SenderList allows; others are refused with
// SenderRestricted. The sender is what MAIL claims: see Server.MaySend and
// SenderIsLogin for one that is proved.
func RestrictSenders(b Backend, lists SenderLookup) Backend {
	return BackendFunc(func(ctx context.Context, c *Conn) (Session, error) {
		s, err := b.NewSession(ctx, c)
		if err != nil {
			return nil, err
		}
		return &senderSession{Session: s, lists: lists}, nil
	})
}

type senderSession struct {
	Session
	lists SenderLookup
	from  Path
}

// Unwrap implements Unwrapper.
func (s *senderSession) Unwrap() Session { return s.Session }

// Mail implements Session.
func (s *senderSession) Mail(ctx context.Context, from MailParams) error {
	s.from = from.Path
	return s.Session.Mail(ctx, from)
}

// Rcpt implements Session.
func (s *senderSession) Rcpt(ctx context.Context, to RcptParams) error {
	list, err := s.lists(ctx, to.Path)
	switch {
	case err != nil:
		return err
	case !list.Allows(s.from):
		return SenderRestricted
	}
	return s.Session.Rcpt(ctx, to)
}

// SenderIsLogin returns a SenderFunc for Server.MaySend that lets a client send
// only from the addresses of the account that it has logged in to. Clients that
// have not logged in are none of its business: Server.RequireAuth is.
func SenderIsLogin(addresses func(ctx context.Context, user string) ([]Path, error)) SenderFunc {
	return func(ctx context.Context, c *Conn, from Path) error {
		user := c.Identity().Name()
		if user == "" {
			return nil
		}
		own, err := addresses(ctx, user)
		if err != nil {
			return err
		}
		for _, p := range own {
			if lower(p.Local) == lower(from.Local) && foldDomain(p.Domain) == foldDomain(from.Domain) {
				return nil
			}
		}
		return SenderNotYours
	}
}
