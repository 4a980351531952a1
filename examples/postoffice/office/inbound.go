package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// inbound is the smtp.Backend that puts mail into the store, and hands what is
// for others to the queue.
type inbound struct {
	store    store.Store
	people   accounts
	queue    *queue.Queue
	domains  *domains
	main     string // the domain of addresses that have none
	dispatch *dispatch
	gateway  *gateway
	relay    smtp.RelayFunc // the server's: who may send to others is one of us
	now      func() time.Time
	log      *slog.Logger
}

// The refusals.
var (
	noSuchUser    = smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user here")
	userDisabled  = smtp.R(550, smtp.Enhanced{5, 2, 1}, "mailbox disabled")
	mailboxFull   = smtp.R(552, smtp.Enhanced{5, 2, 2}, "mailbox full")
	systemFull    = smtp.R(452, smtp.Enhanced{4, 3, 1}, "no space left, try again later")
	directoryAway = smtp.R(451, smtp.Enhanced{4, 4, 3}, "the directory of users does not answer, try again later") // RFC 3463, 3.5
	tooManyCopies = smtp.R(452, smtp.Enhanced{4, 5, 3}, "too many recipients, send the rest in another transaction")
)

// NewSession implements smtp.Backend.
func (b *inbound) NewSession(_ context.Context, c *smtp.Conn) (smtp.Session, error) {
	return &inboundSession{inbound: b, conn: c}, nil
}

// An inboundSession takes mail from one client.
type inboundSession struct {
	*inbound
	conn     *smtp.Conn
	from     smtp.Path
	size     int64            // of the message, as it was declared; 0 if it was not
	folders  []store.FolderID // of the accepted recipients
	queued   bool             // the queue is to have the message
	lists    bool             // there are lists among the recipients
	directly []string         // keys of the others
	own      bool             // the sender is one of us
	leaving  bool             // and may send to others, as has turned out
	outside  bool             // the conversation counts for Connector.Inbound
}

// futureRelease is how long a message may be held back (RFC 4865).
const futureRelease = 30 * 24 * time.Hour

// Capabilities implements smtp.Capable: what the queue can do.
func (s *inboundSession) Capabilities() smtp.Capabilities {
	return smtp.Capabilities{
		DSN:           true,
		RequireTLS:    true,
		DeliverBy:     true,
		Priority:      true,
		FutureRelease: futureRelease,
	}
}

// Mail implements smtp.Session. What the sender wants of the way, only the queue
// can give.
func (s *inboundSession) Mail(ctx context.Context, from smtp.MailParams) error {
	if err := s.maySend(ctx); err != nil {
		return err
	}
	if short, ok := s.store.(interface{ Short() bool }); ok && short.Short() {
		return systemFull
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	s.from, s.size = from.Path, from.Size
	s.queued = !from.HoldUntil.IsZero() || from.DeliverBy != smtp.DeliverBy{}
	return nil
}

// Rcpt implements smtp.Session.
func (s *inboundSession) Rcpt(ctx context.Context, to smtp.RcptParams) error {
	if to.Notify&smtp.NotifySuccess != 0 {
		s.queued = true // which makes reports
	}
	if !s.isLocal(to.Path) {
		if err := s.mayLeave(ctx); err != nil {
			return err
		}
		s.queued = true
		s.directly = append(s.directly, awayKey(to.Path))
		return nil
	}
	path := s.domains.canonical(smtp.Path{Local: to.Path.Local, Domain: cmp.Or(to.Path.Domain, s.main)})
	if isList, err := s.rcptList(ctx, path); isList || err != nil {
		return err
	}
	account, err := findAccount(ctx, s.people, path, s.size)
	if errors.Is(err, directory.ErrAway) {
		s.log.WarnContext(ctx, "a recipient was put off", "err", err)
	}
	if err != nil {
		return err
	}
	if len(s.folders) >= store.MaxRecipients {
		return tooManyCopies
	}
	s.folders = append(s.folders, account.Inbox)
	s.directly = append(s.directly, accountKey(account.ID))
	return nil
}

// rcptList takes a recipient that is a list, or another name for somebody. The queue expands it.
func (s *inboundSession) rcptList(ctx context.Context, p smtp.Path) (isList bool, err error) {
	x := s.expander()
	list, isList, err := x.find(ctx, p)
	if err != nil || !isList {
		return isList, err
	}
	if err := x.mayWrite(&list, s.from, s.conn.Identity().Name()); err != nil {
		return true, err
	}
	if err := x.check(ctx, list, s.size); err != nil {
		return true, err
	}
	s.queued, s.lists = true, true
	return true, nil
}

func (b *inbound) expander() *expander { return &expander{b.store, b.people, b.domains} }

func (b *inbound) isLocal(p smtp.Path) bool {
	return p.Domain == "" || b.domains.has(p.Domain)
}

// findAccount finds the account of an address that is to get so many octets.
func findAccount(ctx context.Context, people accounts, p smtp.Path, size int64) (store.Account, error) {
	account, err := people.Mailbox(ctx, directory.NewAddress(p.Local, p.Domain))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrInvalid):
		return account, noSuchUser
	case errors.Is(err, directory.ErrAway):
		return account, fmt.Errorf("%w: %w", directoryAway, err)
	case err != nil:
		return account, err
	case account.Disabled:
		return account, userDisabled
	case account.Limits.NoReceive > 0 && account.Used+max(size, 1) > account.Limits.NoReceive:
		return account, mailboxFull
	}
	return account, nil
}

// deliver puts a message into folders, once for all of them, with the header
// that final delivery adds (RFC 5321, 4.4). If some have no room nobody gets it, and the error tells of one of them; see
// noRoom.
func deliver(ctx context.Context, s store.Store, d store.Delivery, from smtp.Path, body io.Reader) (store.Receipt, error) {
	d.Sender = from.String()
	r, err := s.Deliver(ctx, d, withReturnPath(from, body))
	if errors.Is(err, store.ErrFull) {
		return r, fmt.Errorf("%w: %w", systemFull, err)
	}
	return r, err
}

// noRoom tells whose mailbox is full, or was removed meanwhile, and what he is refused with.
func noRoom(err error) (store.FolderID, smtp.Reply, bool) {
	f, isFolder := errors.AsType[*store.FolderError](err)
	switch {
	case isFolder && errors.Is(err, store.ErrQuota):
		return f.Folder, mailboxFull, true
	case isFolder && errors.Is(err, store.ErrNotFound):
		return f.Folder, noSuchUser, true
	}
	return 0, smtp.Reply{}, false
}

func withReturnPath(from smtp.Path, body io.Reader) io.Reader {
	return io.MultiReader(strings.NewReader("Return-Path: <"+from.String()+">\r\n"), body)
}

// addressed is the envelope with our own domains in the form in which routes
// know them.
func (b *inbound) addressed(env *smtp.Envelope) *smtp.Envelope {
	routed := &smtp.Envelope{From: env.From, To: slices.Clone(env.To)}
	for i := range routed.To {
		if p := &routed.To[i].Path; b.isLocal(*p) {
			p.Domain = cmp.Or(p.Domain, b.main)
			*p = b.domains.canonical(*p)
		}
	}
	return routed
}

// hostOf is the address without its port.
func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}

// asReply finds the Reply in an error.
func asReply(err error) (smtp.Reply, bool) { return errors.AsType[smtp.Reply](err) }

// Dequeue implements smtp.Dequeuer: mail that waits for a host to ask is sent to
// that host, whoever asks (RFC 1985, 5).
func (s *inboundSession) Dequeue(ctx context.Context, req smtp.DequeueRequest) (smtp.Reply, error) {
	if s.gateway.isStopped() {
		return smtp.DequeueNothing, nil
	}
	f := queue.Filter{Domain: req.Name}
	if req.Queue {
		f = queue.Filter{Route: req.Name}
	}
	n, err := s.release(ctx, f)
	if err == nil && req.Subdomains {
		var below int
		below, err = s.release(ctx, queue.Filter{Domain: "." + req.Name})
		n += below
	}
	if err != nil {
		return smtp.Reply{}, err
	}
	if n == 0 {
		return smtp.DequeueNothing, nil
	}
	return smtp.DequeueStarted, nil
}

// release lets go what is parked; what an operator holds stays.
func (s *inboundSession) release(ctx context.Context, f queue.Filter) (int, error) {
	parked := queue.Parked
	f.State = &parked
	return s.queue.Release(ctx, f)
}

// Reset implements smtp.Session.
func (s *inboundSession) Reset() {
	s.from, s.size, s.folders, s.queued, s.lists, s.directly = smtp.Path{}, 0, nil, false, false, nil
}

// Close implements smtp.Session.
func (s *inboundSession) Close() error {
	if s.outside {
		s.gateway.leave()
	}
	return nil
}
