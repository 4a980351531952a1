package office

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"sync"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/examples/postoffice/tracklog"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/relay"
	queuestore "github.com/wirepost/wirepost/queue/sqlite"
)

// A Relaying says how mail leaves for other hosts. The zero value asks the
// system's DNS servers, as any mail server on the Internet.
type Relaying struct {
	// SmartHosts take all mail, in this order, instead of the hosts of its
	// domains: "relay.example.org:587", as relay.ParseHop reads them.
	SmartHosts []string

	// Trusted clients may send to other domains without a login.
	Trusted []netip.Prefix

	// Park lists domains whose mail waits until their host asks for it, or an
	// operator releases it.
	Park []Parked

	// Retry are the intervals between tries, the last one being repeated; those
	// of Exchange if empty. Expire is when mail goes back, Notice when the sender
	// is told of a delay: 72 hours, and never.
	Retry          []time.Duration
	Expire, Notice time.Duration

	// Resolver is the DNS server, those of the system if none is set.
	// Port is that of other hosts, "25" if empty. Private lets mail go to hosts
	// in private networks and on this machine, and asks the DNS for names that
	// are reserved for tests. All are for networks of one's own.
	Resolver netip.AddrPort
	Port     string
	Private  bool
}

// A Parked is a domain whose mail waits: "example.org", or "*.example.org" for
// all below it. Its host has it sent by ETRN (RFC 1985), or fetches it by ATRN
// (RFC 2645) if it logs in as User; nobody can if that is empty.
type Parked struct{ Domain, User string }

// check returns an error that says what to change.
func (r *Relaying) check() error {
	for _, s := range r.SmartHosts {
		if _, err := relay.ParseHop(s); err != nil {
			return err
		}
	}
	return nil
}

// In a data folder.
const (
	queueDir = "queue"
	trackDir = "tracking"
)

// localRoute is the way to our own users, for reports and for what is sent to
// them and to others at once.
const localRoute = "(local)"

// outbound is what sends mail on.
type outbound struct {
	queue    *queue.Queue
	mail     *queuestore.Store // what waits
	sender   *sender
	dispatch *dispatch
	gateway  *gateway
	tracker  *tracklog.Log

	ctx  context.Context // of run
	stop context.CancelFunc

	mu      sync.Mutex // guards what follows
	closed  bool
	running sync.WaitGroup
}

// openOutbound opens the queue of the data folder.
func (o *Office) openOutbound(ctx context.Context, hostname string, domains []string) error {
	c := &o.config.Relaying
	s, err := queuestore.Open(ctx, queuestore.Options{Dir: filepath.Join(o.config.Dir, queueDir), Logger: o.config.category("queue")})
	if err != nil {
		return fmt.Errorf("queue: %w", advised(err))
	}
	tracker, err := openTracking(&o.config)
	if err != nil {
		s.Close()
		return err
	}
	gate, err := o.newGateway(hostname, domains)
	if err != nil {
		return errors.Join(err, s.Close(), closeTracking(tracker))
	}
	out := &outbound{mail: s, tracker: tracker, sender: o.newSender(hostname)}
	out.gateway = gate
	local := &mailboxes{expander: expander{o.store, gate.readers(o.people), o.domains}, now: o.now}
	out.dispatch = &dispatch{local: local, relay: out.sender}
	out.queue = &queue.Queue{
		Store:     s,
		Transport: out.dispatch,
		Router:    gate,
		Schedules: o.config.Connector.schedules(c),
		Limits:    o.config.Connector.limits(),
		Reporter:  gate,
		Tracker:   trackers(tracker, o.config.category("queue")),
		Name:      hostname,
		Sole:      true, // the data folder is this process's own
		Logger:    o.config.category("queue"),
	}
	local.queue = out.queue
	out.ctx, out.stop = context.WithCancel(context.WithoutCancel(ctx))
	o.outbound = out
	return nil
}

func (r *Relaying) planner(hostname string) *dnsresolve.Planner {
	client := &dnsresolve.Client{}
	p := &dnsresolve.Planner{Resolver: client, Self: []string{hostname}}
	if r.Resolver.IsValid() {
		client.Servers = []dnsresolve.Server{{Addr: r.Resolver}}
	}
	if r.Private {
		client.SpecialUse = []string{"test", "local"}
		client.NoHosts = true
		p.Addresses.Allow = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	}
	return p
}

// run sends until stop is called, or close.
func (out *outbound) run() error {
	out.mu.Lock()
	if out.closed {
		out.mu.Unlock()
		return nil
	}
	out.running.Add(1)
	out.mu.Unlock()
	defer out.running.Done()
	return out.queue.Run(out.ctx, shutdownTime)
}

// close stops run and closes the queue. It does so once.
func (out *outbound) close() error {
	out.stop()
	out.mu.Lock()
	again := out.closed
	out.closed = true
	out.mu.Unlock()
	out.running.Wait()
	if again {
		return nil
	}
	return errors.Join(out.sender.Close(), closeTracking(out.tracker), out.mail.Close())
}

// dispatch is the queue's Transport: mail for our own users goes to their
// mailboxes, that for hosts which have turned a connection goes there, and all
// else to other hosts.
type dispatch struct {
	local *mailboxes
	relay queue.Transport

	mu    sync.Mutex
	turns []*turn
}

// Deliver implements queue.Transport.
func (d *dispatch) Deliver(ctx context.Context, m *queue.Delivery) ([]queue.Result, error) {
	if m.Route.Name == localRoute {
		return d.local.Deliver(ctx, m)
	}
	if t := d.turnFor(m.To); t != nil {
		return t.Deliver(ctx, m)
	}
	return d.relay.Deliver(ctx, m)
}
