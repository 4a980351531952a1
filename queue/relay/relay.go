package relay

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// A Relay takes messages to other hosts. The zero value works, with the DNS servers of the system. Its fields must not be
// changed, nor the Relay copied, once it is used. It is safe for use by several goroutines.
type Relay struct {
	// Hello is the name that we give ourselves, fully qualified; hosts on the Internet take it amiss if there is none.
	Hello string

	// Planner finds the hosts of domains, for Routes that name none. Its Self should have Hello, so that mail does not
	// loop. Nil is a Planner of the Relay's own. Its Resolver finds the hosts that Routes name, too.
	Planner *dnsresolve.Planner

	// Port is that of hosts which the DNS names; 25 if empty.
	Port string

	// Logins are how to log in, by RouteOptions.Login, for hosts that a Route names. A route whose login is not here
	// fails for now.
	Logins map[string]smtp.Login

	// Options are those of the client in all that the Relay does not decide by itself: time-outs, certificates, conversion,
	// tracing, how to connect. TLS in it is the least that is asked of any host, but for TLSNone, which only a Route can
	// ask for; hosts behind a Unix socket are spared.
	Options smtp.Options

	// Content makes the body that a destination is to get, as RouteOptions.Content says. It may return the Delivery's own.
	// A Reply in its error is the verdict on all recipients; 250 drops the message. Nil changes nothing; the function
	// Content does what the options say.
	Content func(ctx context.Context, d *queue.Delivery) (smtp.Body, error)

	// Pool keeps the connections.
	Pool smtp.Pool

	// Hosts is how many hosts are tried in one delivery at most, and Addresses how many addresses of each; 5 and 3.
	Hosts, Addresses int

	// Sulk is how long an address that did not answer is tried after all others, and a host of which none did after all
	// other hosts; 1 minute, never if it is negative.
	Sulk time.Duration

	once      sync.Once
	known     *memory
	resolver  dnsresolve.Resolver
	finder    *dnsresolve.Planner
	laxFinder *dnsresolve.Planner // does not ask for the TLS policies of domains
	connect   func(ctx context.Context, addr string, o *smtp.Options) (*smtp.Client, error)
}

func (r *Relay) init() {
	r.once.Do(func() {
		r.known = newMemory(cmp.Or(r.Sulk, time.Minute))
		r.finder = r.Planner
		if r.finder != nil {
			r.resolver = r.finder.Resolver
		}
		if r.resolver == nil {
			r.resolver = &dnsresolve.Client{}
		}
		if r.finder == nil {
			r.finder = &dnsresolve.Planner{Resolver: r.resolver}
			if r.Hello != "" {
				r.finder.Self = []string{r.Hello}
			}
		}
		f := r.finder
		r.laxFinder = &dnsresolve.Planner{
			Resolver: r.resolver, Self: f.Self, SelfAddrs: f.SelfAddrs, Addresses: f.Addresses, Prefer: f.Prefer,
			NoDANE: true, NoSTS: true, Rand: f.Rand, Limits: f.Limits,
		}
		if r.connect = r.Pool.Dial; r.connect == nil {
			r.connect = smtp.Dial
		}
		r.Pool.Dial = r.dial
	})
}

// Close closes the connections that are kept. Deliveries fail from then on.
func (r *Relay) Close() error { return r.Pool.Close() }

// Deliver implements queue.Transport. There is a verdict on each recipient, unless ctx ended first or the message could
// not be read; the error then says so. It is also not nil if no host could be used, for the administrator to see why.
func (r *Relay) Deliver(ctx context.Context, d *queue.Delivery) ([]queue.Result, error) {
	r.init()
	results := make([]queue.Result, len(d.To))
	body := d.Body
	if r.Content != nil {
		var err error
		body, err = r.Content(ctx, d)
		if verdict, given := errors.AsType[smtp.Reply](err); given && verdict.Code != 0 {
			for i := range results {
				results[i].Reply = verdict
			}
			return results, nil
		}
		if err != nil {
			return results, err
		}
	}
	all := domains(d)
	var failed error
	for _, to := range all {
		t := &passage{
			Relay: r, delivery: d, body: body, begun: time.Now(), results: results,
			to: to, todo: slices.Clone(to), weight: make([]weight, len(d.To)), strict: d.Message.From.RequireTLS,
		}
		if err := t.run(ctx); err != nil && failed == nil {
			failed = err
		}
	}
	if len(all) > 1 && slices.ContainsFunc(results, func(r queue.Result) bool { return !r.Down }) {
		for i := range results { // one of the domains is, but not the destination as a whole
			results[i].Down = false
		}
	}
	return results, failed
}

// domains parts the recipients of a Delivery, by their indices, so that each part has hosts of its own.
func domains(d *queue.Delivery) [][]int {
	var all [][]int
	part := make(map[string]int)
	for i, to := range d.To {
		domain := ""
		if len(d.Route.Next) == 0 {
			domain = fold(to.Path.Domain)
		}
		k, known := part[domain]
		if !known {
			k = len(all)
			part[domain] = k
			all = append(all, nil)
		}
		all[k] = append(all[k], i)
	}
	return all
}

// fold is strings.ToLower for ASCII only: other letters are not for us to judge.
func fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
