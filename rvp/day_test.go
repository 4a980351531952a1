package rvp_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
	"github.com/wirepost/wirepost/rvp/sqlite"
)

// TestDay is a day of two IM domains with a router each, three home servers and
// fifty users, each with a program that watches some of the others, at home or in the other
// domain, inside the firewall or outside. In calm hours users come and go, change their
// states, write to each other and lose their machines; in stormy ones servers
// are restarted, with or without what they knew, and networks are lost. A model says
// what each program must know of its contacts, and must have been written.
func TestDay(t *testing.T) {
	days, hours := uint64(2), 24
	if testing.Short() { // which the race detector runs with
		days, hours = 1, 4
	}
	for seed := range days {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t, seed)
				defer d.end()
				for hour := range hours {
					if hour%3 == 2 {
						d.storm()
					} else {
						d.calm()
					}
				}
			})
		})
	}
}

const dayZone = `
	_rvp._tcp.a.test. SRV 0 0 80 im.a.test.
	im.a.test. A 198.51.100.1
	im.b.test. A 198.51.100.2
	home1.a.test. A 198.51.100.11
	home2.a.test. A 198.51.100.12
	home.b.test. A 198.51.100.13
`

// A day has the servers and the users.
type day struct {
	t       *testing.T
	rand    *rand.Rand
	ether   *ether
	dns     dnsresolve.Resolver
	homes   []*machine
	routers []*machine
	people  []*person
}

// A person is a user with one program at a time.
type person struct {
	name, domain string
	home         string
	addr         netip.Addr
	watches      []*person

	client *rvp.Client // nil is not there
	gone   bool        // the machine was lost: nobody has been told
	state  rvp.State

	mu    sync.Mutex
	heard []string
}

func (p *person) node() rvp.Node { return rvp.Node{Host: "im." + p.domain, Name: p.name} }

// shows is what others must see, once leases that nobody renews have ended.
func (p *person) shows() rvp.State {
	if p.client == nil || p.gone || p.state == rvp.Invisible {
		return rvp.Offline
	}
	return p.state
}

func newDay(t *testing.T, seed uint64) *day {
	d := &day{
		t: t, rand: rand.New(rand.NewPCG(seed, 1)), ether: newEther(),
		dns: dnstest.NewServer(t, dayZone).Client(),
	}
	for i := range 50 {
		p := &person{name: fmt.Sprintf("user%02d", i), domain: "a.test", home: fmt.Sprintf("home%d.a.test", 1+i%2), addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})}
		if i >= 30 {
			p.domain, p.home = "b.test", "home.b.test"
		}
		if i%5 == 0 { // outside the firewall
			p.addr = netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})
		}
		d.people = append(d.people, p)
	}
	for _, p := range d.people {
		for _, i := range d.rand.Perm(len(d.people))[:6] {
			if d.people[i] != p {
				p.watches = append(p.watches, d.people[i])
			}
		}
	}
	d.serve("im.a.test", "home1.a.test", "198.51.100.11", func() rvp.NodeStore { return memory.New() })
	dir := t.TempDir()
	d.serve("im.a.test", "home2.a.test", "198.51.100.12", func() rvp.NodeStore {
		s, err := sqlite.Open(context.Background(), dir, sqlite.Options{})
		require.NoError(t, err)
		return s
	})
	d.serve("im.b.test", "home.b.test", "198.51.100.13", func() rvp.NodeStore { return memory.New() })
	d.route("im.a.test", "198.51.100.1")
	d.route("im.b.test", "198.51.100.2")
	for _, p := range d.people {
		d.logOn(p)
	}
	return d
}

// User makes a day the Directory of both domains.
func (d *day) User(_ context.Context, n rvp.Node) (rvp.User, error) {
	i, err := strconv.Atoi(strings.TrimPrefix(n.Name, "user"))
	if err != nil || i >= len(d.people) || d.people[i].node() != n {
		return rvp.User{}, rvp.ErrNoUser
	}
	return rvp.User{DisplayName: "User " + strconv.Itoa(i), Email: n.Name + "@" + d.people[i].domain, Home: d.people[i].home}, nil
}

var (
	servers  = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	firewall = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	noLog    = slog.New(slog.DiscardHandler)
)

// serve starts a home server.
func (d *day) serve(domain, name, addr string, open func() rvp.NodeStore) {
	at := netip.MustParseAddr(addr)
	m := &machine{t: d.t, ether: d.ether, at: netip.AddrPortFrom(at, 80), open: func() (http.Handler, func()) {
		store := open()
		h := &rvp.HomeServer{
			Domain: domain, Name: name, Directory: d, Store: store, Logger: noLog,
			Auth:     &auth.Authenticator{Accounts: backwards{}, Logger: noLog},
			Topology: rvp.Topology{Proxies: servers}, CallBacks: rvp.CallBackPolicy{Servers: servers},
			Locator: d.ether.locator(at, d.dns),
		}
		return h, func() {
			require.NoError(d.t, h.Close())
			require.NoError(d.t, store.Close())
		}
	}}
	m.start()
	d.homes = append(d.homes, m)
}

// route starts a router.
func (d *day) route(domain, addr string) {
	at := netip.MustParseAddr(addr)
	m := &machine{t: d.t, ether: d.ether, at: netip.AddrPortFrom(at, 80), open: func() (http.Handler, func()) {
		r := &rvp.Router{
			Domain: domain, Directory: d, Topology: rvp.Topology{Inside: firewall, Proxies: servers},
			Locator: d.ether.locator(at, d.dns), Logger: noLog,
		}
		return r, func() { require.NoError(d.t, r.Close()) }
	}}
	m.start()
	d.routers = append(d.routers, m)
}

// end ends the day.
func (d *day) end() {
	for _, p := range d.people {
		if p.client != nil {
			d.logOff(p)
		}
	}
	for _, m := range append(d.routers, d.homes...) {
		m.stop()
	}
	time.Sleep(time.Minute) // net/http lingers on connections that it has closed
}

// pick returns one of those who are there, or are not.
func (d *day) pick(there bool) *person {
	for _, i := range d.rand.Perm(len(d.people)) {
		if p := d.people[i]; (p.client != nil && !p.gone) == there {
			return p
		}
	}
	return nil
}

func (d *day) logOn(p *person) {
	p.state, p.gone, p.heard = rvp.Online, false, nil
	p.client = &rvp.Client{
		User: p.name + "@" + p.domain, Password: passwordOf(p.name), Logger: noLog, Lifetime: 20 * time.Minute,
		Locator: d.ether.locator(p.addr, d.dns),
		Listen: func(context.Context, netip.Addr) (net.Listener, error) {
			return d.ether.listen(netip.AddrPortFrom(p.addr, uint16(1024+d.rand.IntN(60_000)))), nil
		},
		Events: func(e rvp.ClientEvent) {
			if e, ok := e.(*rvp.MessageEvent); ok && e.Message.Kind() == rvp.Text {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.heard = append(p.heard, e.From.Node.Name+" "+string(e.Message.Body))
			}
		},
	}
	require.NoError(d.t, p.client.LogOn(d.t.Context()), p.name)
	for _, other := range p.watches {
		_, err := p.client.Watch(d.t.Context(), other.node())
		require.NoError(d.t, err, "%s watches %s", p.name, other.name)
	}
}

func (d *day) logOff(p *person) {
	require.NoError(d.t, p.client.LogOff(d.t.Context()), p.name)
	p.client = nil
}

// loseMachine has a program vanish: nobody is told.
func (d *day) loseMachine(p *person) {
	d.ether.lose(p.addr)
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Millisecond)
	defer cancel()
	_ = p.client.LogOff(ctx) // which nobody hears of
	p.client = nil
}

// calm is an hour in which all servers are there: what happens is known
// everywhere within seconds.
func (d *day) calm() {
	for range 20 {
		switch d.rand.IntN(6) {
		case 0:
			if p := d.pick(true); p != nil {
				d.logOff(p)
			}
		case 1:
			if p := d.pick(false); p != nil {
				d.logOn(p)
			}
		case 2:
			if p := d.pick(true); d.rand.IntN(4) == 0 {
				d.loseMachine(p)
				time.Sleep(20*time.Minute + 10*time.Second) // the lease (RVP-071)
				d.ether.mend(p.addr)
			}
		case 3:
			d.write()
		default:
			p := d.pick(true)
			p.state = []rvp.State{rvp.Online, rvp.Away, rvp.Busy, rvp.BackSoon, rvp.OnPhone, rvp.AtLunch, rvp.Idle, rvp.Invisible}[d.rand.IntN(8)]
			require.NoError(d.t, p.client.SetState(d.t.Context(), p.state))
		}
		time.Sleep(10 * time.Second)
		d.agree("after something has happened")
		time.Sleep(time.Duration(d.rand.IntN(300)) * time.Second)
		d.agree("later")
	}
}

// write has somebody write to somebody: the message comes once, or its writer knows that it does not.
func (d *day) write() {
	from, to := d.pick(true), d.people[d.rand.IntN(len(d.people))]
	if from == to {
		return
	}
	text := strconv.FormatUint(d.rand.Uint64(), 36)
	err := from.client.Converse(to.node()).Send(d.t.Context(), text)
	if to.client == nil {
		require.ErrorIs(d.t, err, rvp.ErrNotReachable)
		return
	}
	require.NoError(d.t, err, "%s writes to %s", from.name, to.name)
	synctest.Wait()
	to.mu.Lock()
	defer to.mu.Unlock()
	require.Equal(d.t, []string{from.name + " " + text}, to.heard)
	to.heard = nil
}

// agree compares what programs know with the model.
func (d *day) agree(when string) {
	d.t.Helper()
	synctest.Wait()
	for _, p := range d.people {
		if p.client == nil || p.gone {
			continue
		}
		known := make(map[rvp.Node]rvp.State)
		for _, c := range p.client.Contacts() {
			known[c.Node] = c.State
		}
		for _, other := range p.watches {
			require.Equal(d.t, other.shows(), known[other.node()], "%s: what %s knows of %s", when, p.name, other.name)
		}
	}
}

// storm is an hour in which servers and networks fail. Some time after it, all is well.
func (d *day) storm() {
	lost := make(map[*person]time.Time) // when they come back
	down := make(map[*machine]time.Time)
	for range 30 {
		now := time.Now()
		for p, back := range lost {
			if back.Before(now) {
				d.ether.mend(p.addr)
				delete(lost, p)
			}
		}
		for m, back := range down {
			if back.Before(now) {
				m.start()
				delete(down, m)
			}
		}
		switch d.rand.IntN(4) {
		case 0:
			if p := d.pick(true); p != nil {
				d.ether.lose(p.addr)
				lost[p] = now.Add(time.Duration(1+d.rand.IntN(40)) * time.Minute)
			}
		case 1:
			all := append(append([]*machine(nil), d.homes...), d.routers...)
			if m := all[d.rand.IntN(len(all))]; m.srv != nil {
				m.stop()
				down[m] = now.Add(time.Duration(d.rand.IntN(12)) * time.Minute)
			}
		default:
			p := d.pick(true)
			p.state = []rvp.State{rvp.Online, rvp.Away, rvp.Busy}[d.rand.IntN(3)]
			ctx, cancel := context.WithTimeout(d.t.Context(), 5*time.Second)
			err := p.client.SetState(ctx, p.state)
			cancel()
			require.False(d.t, errors.Is(err, rvp.ErrLogin), "%v", err)
		}
		time.Sleep(time.Duration(d.rand.IntN(240)) * time.Second)
	}
	for p := range lost {
		d.ether.mend(p.addr)
	}
	for m := range down {
		m.start()
	}
	time.Sleep(45 * time.Minute)
	for _, p := range d.people {
		p.mu.Lock()
		p.heard = nil
		p.mu.Unlock()
	}
	d.agree("after the storm")
}
