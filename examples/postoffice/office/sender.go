package office

import (
	"context"
	"reflect"
	"sync"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
)

// A sender is the way to other hosts. A relay.Relay is not changed once it sends; so other settings make
// another one, and the old one is closed after its last delivery.
type sender struct {
	hostname string
	resolver *resolver

	mu  sync.Mutex // guards what follows
	now *sending
}

// A sending is one of the relays. The sender's lock guards its numbers.
type sending struct {
	relay.Relay
	config *Config
	open   int  // deliveries
	left   bool // for another
}

// newSender is for openOutbound.
func (o *Office) newSender(hostname string) *sender {
	s := &sender{hostname: hostname, resolver: &resolver{log: o.config.category("dns")}}
	s.now = s.make(&o.config)
	return s
}

// make makes a relay, and has its resolver be that of all.
func (s *sender) make(c *Config) *sending {
	planner := c.Relaying.planner(s.hostname)
	s.resolver.use(planner.Resolver)
	planner.Resolver = s.resolver
	return &sending{config: c, Relay: relay.Relay{
		Hello:   s.hostname,
		Planner: planner,
		Port:    c.Relaying.Port,
		Logins:  c.Connector.Logins,
		Options: smtp.Options{Convert: relay.Convert, Timeouts: c.Connector.Timeouts},
		Content: relay.Content,
		Pool:    smtp.Pool{PerDestination: c.Connector.PerDestination, Messages: c.Connector.messages()},
	}}
}

// of is what a relay depends on.
func (s *sending) of(c *Config) []any {
	n, r := &c.Connector, &c.Relaying
	return []any{r.Resolver, r.Port, r.Private, n.Logins, n.Timeouts, n.PerDestination, n.PerConnection}
}

// set has other settings in force, if they are others, for what is sent from then on.
func (s *sender) set(c *Config) error {
	s.mu.Lock()
	old := s.now
	if reflect.DeepEqual(old.of(old.config), old.of(c)) {
		s.mu.Unlock()
		return nil
	}
	s.now = s.make(c)
	old.left = true
	idle := old.open == 0
	s.mu.Unlock()
	if idle {
		return old.Close()
	}
	return nil
}

// Deliver implements queue.Transport.
func (s *sender) Deliver(ctx context.Context, m *queue.Delivery) ([]queue.Result, error) {
	s.mu.Lock()
	now := s.now
	now.open++
	s.mu.Unlock()
	defer s.done(now)
	return now.Deliver(ctx, m)
}

// done closes a relay after its last delivery.
func (s *sender) done(used *sending) {
	s.mu.Lock()
	used.open--
	last := used.left && used.open == 0
	s.mu.Unlock()
	if last {
		_ = used.Close() // which only says goodbye to hosts
	}
}

// current is the relay of now.
func (s *sender) current() *relay.Relay {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &s.now.Relay
}

// Close closes the connections that are kept.
func (s *sender) Close() error { return s.current().Close() }
