package office

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// A gateway is what holds of Relaying and Connector now. It is the queue's Router and Reporter, since those can't be
// exchanged while mail is being sent.
type gateway struct {
	store    store.Store
	now      func() time.Time
	hostname string
	rules    atomic.Pointer[rules] // exchanged as a whole

	mu   sync.Mutex // guards what follows
	mode manage.Mode
	open int                           // conversations that count for Connector.Inbound
	full map[store.AccountID]time.Time // who had too much unread mail, and when that is looked at again
}

// rules are a Connector ready for use.
type rules struct {
	queue.Router
	queue.Reporter

	inbound        int
	accept, reject senders
	parked         []Parked
	maxUnread      int64
	backOff        time.Duration
}

// newGateway is for openOutbound, which has the queue use it.
func (o *Office) newGateway(hostname string, domains []string) (*gateway, error) {
	g := &gateway{store: o.store, now: o.now, hostname: hostname, mode: o.config.Connector.Mode}
	return g, g.set(&o.config, domains)
}

// set has what a Config says in force from now on, for mail that waits too. The limits of deliveries and connections, time-outs,
// logins and the mode stay as they are.
func (g *gateway) set(config *Config, domains []string) error {
	c := &config.Connector
	r := &rules{inbound: c.Inbound, maxUnread: int64(c.MaxUnread), backOff: cmp.Or(c.BackOff, 15*time.Minute)}
	r.parked = slices.Concat(config.Relaying.Park, c.Fetch)
	var err error
	if r.Router, err = c.router(&config.Relaying, domains); err != nil {
		return err
	}
	if r.accept, err = parseSenders(c.AcceptFrom); err != nil {
		return err
	}
	if r.reject, err = parseSenders(c.RejectFrom); err != nil {
		return err
	}
	classes, err := c.notices()
	if err != nil {
		return err
	}
	reports := &queue.Reports{Hostname: g.hostname}
	if classes != 0 {
		to, _ := directory.ParseAddress(cmp.Or(c.Administrator, store.Postmaster+"@"+domains[0]))
		reports.Copies = []queue.ReportCopy{{To: smtp.Path{Local: to.Local, Domain: to.Domain}, Classes: classes}}
	}
	r.Reporter = reports
	g.rules.Store(r)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.full = make(map[store.AccountID]time.Time)
	return nil
}

// Route implements queue.Router.
func (g *gateway) Route(ctx context.Context, to smtp.Path, down func(string) bool) (queue.Route, error) {
	r, err := g.rules.Load().Route(ctx, to, down)
	return g.inMode(r), err
}

// Named implements queue.Router.
func (g *gateway) Named(ctx context.Context, name string, to smtp.Path) (queue.Route, bool) {
	r, ok := g.rules.Load().Named(ctx, name, to)
	return g.inMode(r), ok
}

// inMode stops the ways to others if nothing leaves.
func (g *gateway) inMode(r queue.Route) queue.Route {
	r.Options.Stopped = r.Name != localRoute && (r.Options.Stopped || g.isStopped())
	return r
}

// Report implements queue.Reporter.
func (g *gateway) Report(ctx context.Context, r *queue.Report) ([]queue.Letter, error) {
	return g.rules.Load().Report(ctx, r)
}

// tooManyConversations is said to a host that is one too many.
var tooManyConversations = smtp.Reply{Code: 421, Enhanced: smtp.Enhanced{4, 3, 2}, Text: "too many connections, come back later", Close: true}

// enter counts a conversation of another host, until leave is called.
func (g *gateway) enter() error {
	most := g.rules.Load().inbound
	g.mu.Lock()
	defer g.mu.Unlock()
	if most > 0 && g.open >= most {
		return tooManyConversations
	}
	g.open++
	return nil
}

func (g *gateway) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
}

// modeNow is what comes and leaves.
func (g *gateway) modeNow() manage.Mode {
	g.mu.Lock()
	defer g.mu.Unlock()
	return cmp.Or(g.mode, manage.InOut)
}

func (g *gateway) setMode(m manage.Mode) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mode = m
}

// mayCome tells whether mail of other hosts is taken.
func (g *gateway) mayCome() bool {
	m := g.modeNow()
	return m == manage.InOut || m == manage.In
}

// isStopped tells that nothing leaves, not even what waits.
func (g *gateway) isStopped() bool { return g.modeNow() == manage.In }

// takesForOthers tells whether mail to others is taken from our own users.
func (g *gateway) takesForOthers() bool {
	m := g.modeNow()
	return m == manage.InOut || m == manage.Out
}
