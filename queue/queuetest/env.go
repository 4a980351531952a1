package queuetest

import (
	"cmp"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// An env is a store that a rule is checked on.
type env struct {
	tb testing.TB
	*require.Assertions
	ctx     context.Context
	subject Subject
	dir     string
	s       queue.Store
	now     func() time.Time
	clock   *clock // nil if it is the real one
}

// A clock stands still unless it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// start is when clocks begin.
var start = time.Date(2026, 3, 29, 0, 59, 59, 123456000, time.UTC)

// patience ends what would hang. It is far longer than anything takes.
const patience = time.Minute

func newEnv(tb testing.TB, s Subject, real bool) *env {
	ctx, cancel := context.WithTimeout(tb.Context(), cmp.Or(s.patience, patience))
	tb.Cleanup(cancel)
	e := &env{tb: tb, Assertions: require.New(tb), ctx: ctx, subject: s, dir: tb.TempDir(), now: time.Now}
	if !real {
		e.clock = &clock{at: start}
		e.now = e.clock.now
	}
	e.s = s.Open(tb, e.dir, e.now)
	tb.Cleanup(func() { e.NoError(e.s.Close()) })
	return e
}

// reopen closes the store and opens it again.
func (e *env) reopen() {
	e.NoError(e.s.Close())
	e.s = e.subject.Open(e.tb, e.dir, e.now)
}

// another opens the data once more.
func (e *env) another() queue.Store {
	s := e.subject.Open(e.tb, e.dir, e.now)
	e.tb.Cleanup(func() { e.NoError(s.Close()) })
	return s
}

func (e *env) sweep() {
	if e.subject.Sweep != nil {
		e.subject.Sweep(e.tb, e.s)
	}
}

// body keeps octets and returns their name.
func (e *env) body(text string) string {
	e.tb.Helper()
	return e.bodyIn(e.s, text)
}

// bodyIn is body, in one of several stores: an Add there may name it.
func (e *env) bodyIn(s queue.Store, text string) string {
	e.tb.Helper()
	name, err := s.PutBody(e.ctx, strings.NewReader(text), int64(len(text)))
	e.NoError(err)
	return name
}

// read returns the octets of a body.
func (e *env) read(name string) (string, error) {
	e.tb.Helper()
	b, err := e.s.OpenBody(e.ctx, name)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	e.NoError(err)
	e.NoError(b.Close())
	return string(text), nil
}

// holds checks that a body has the octets that it was made of.
func (e *env) holds(name, want string) {
	e.tb.Helper()
	text, err := e.read(name)
	e.NoError(err)
	e.True(want == text, "%.20q, want %.20q", text, want) // they are long
}

// entry makes a message of one item, due now, with a body of its own.
func (e *env) entry(id, route, source string) queue.Entry {
	e.tb.Helper()
	return e.entryOf(e.body("body of "+id), id, route, source)
}

// entryOf is entry with a body that is there.
func (e *env) entryOf(body, id, route, source string) queue.Entry {
	now := e.now()
	return queue.Entry{
		Message: queue.Message{
			ID: id, Body: body, Size: int64(len("body of " + id)), Arrived: now, Source: source,
			From: smtp.MailParams{Path: smtp.Path{Local: "sender", Domain: "example.org"}},
		},
		Items: []queue.Item{item(id+".0", id, route, now)},
	}
}

// item makes an item of one recipient.
func item(id, message, route string, due time.Time) queue.Item {
	return queue.Item{
		ID: id, Message: message, Route: route, Priority: queue.Normal, Due: due, Expires: due.Add(72 * time.Hour),
		To:      recipients("rcpt@" + "example.net"),
		History: queue.History{First: due},
	}
}

func recipients(addresses ...string) (all []queue.Recipient) {
	for i, a := range addresses {
		local, domain, _ := strings.Cut(a, "@")
		all = append(all, queue.Recipient{Index: i, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: local, Domain: domain}}})
	}
	return all
}

// add keeps a message of one item that is due now.
func (e *env) add(id, route, source string) {
	e.tb.Helper()
	e.NoError(e.s.Add(e.ctx, e.entry(id, route, source)))
}

// leaseTime is how long claims are for.
const leaseTime = 5 * time.Minute

// claim leases without limits to routes.
func (e *env) claim(n int) []queue.Lease {
	e.tb.Helper()
	return e.claimWith(queue.ClaimRequest{Max: n})
}

func (e *env) claimWith(q queue.ClaimRequest) []queue.Lease {
	e.tb.Helper()
	q.Lease, q.Owner = leaseTime, "queuetest"
	leases, err := e.s.Claim(e.ctx, q)
	e.NoError(err)
	e.LessOrEqual(len(leases), q.Max)
	return leases
}

// one leases one item.
func (e *env) one() *queue.Lease {
	e.tb.Helper()
	leases := e.claim(1)
	e.Len(leases, 1)
	return &leases[0]
}

func (e *env) settle(s queue.Settlement) error {
	e.tb.Helper()
	errs := e.s.Settle(e.ctx, s)
	e.Len(errs, 1)
	return errs[0]
}

// done settles a lease for good.
func (e *env) done(l *queue.Lease) {
	e.tb.Helper()
	e.NoError(e.settle(queue.Settlement{Lease: l}))
}

// find lists everything, by small pages.
func (e *env) find(f queue.Filter) []queue.Lease {
	e.tb.Helper()
	return e.findBy(f, 7)
}

func (e *env) findBy(f queue.Filter, page int) (all []queue.Lease) {
	e.tb.Helper()
	for cursor := queue.Cursor(""); ; {
		leases, next, err := e.s.Find(e.ctx, f, cursor, page)
		e.NoError(err)
		e.LessOrEqual(len(leases), page)
		all = append(all, leases...)
		if next == "" {
			return all
		}
		e.NotEqual(cursor, next, "the list goes on")
		cursor = next
	}
}

// item finds one item.
func (e *env) item(id string) *queue.Lease {
	e.tb.Helper()
	found := e.find(queue.Filter{ID: id})
	e.Len(found, 1, id)
	return &found[0]
}

// update changes items and returns how many.
func (e *env) update(f queue.Filter, c queue.Change) int {
	e.tb.Helper()
	n, err := e.s.Update(e.ctx, f, c)
	e.NoError(err)
	return n
}

// ids lists the items' IDs.
func ids(leases []queue.Lease) []string {
	all := make([]string, len(leases))
	for i, l := range leases {
		all[i] = l.Item.ID
	}
	return all
}

// same compares times, whatever their zones.
func (e *env) same(want, got time.Time, what string) {
	e.tb.Helper()
	e.True(want.Equal(got), "%s is %v, want %v", what, got, want)
}
