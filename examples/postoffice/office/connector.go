package office

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
)

// A Connector says how mail comes and leaves beyond what Relaying says: what Exchange's Internet Mail
// Service can be told. The zero value changes nothing.
type Connector struct {
	// Mode is what comes and leaves at first; manage.Mail changes it while the server runs. Empty is
	// manage.InOut.
	Mode manage.Mode

	Inbound        int   // conversations of all "smtp" servers at once; 0: what each of them allows
	Outbound       int   // deliveries at once; 0: 100
	PerDestination int   // connections to one destination at once; 0: 20
	PerConnection  int   // messages; 0: no limit
	MaxSize        int64 // octets of a message that leaves, where its route says nothing else; 0: no limit

	// Schedules are those of mail whose route has none: Relaying.Retry, Expire and Notice where they
	// say nothing.
	Schedules queue.Schedules

	// Timeouts are those of the conversations with other hosts, Delivery of all of them for one message:
	// 1 hour if 0.
	Timeouts smtp.Timeouts
	Delivery time.Duration

	// Routes are ways for some domains, and Other is how mail is sent that takes none of them, by the
	// hosts that Relaying.SmartHosts or the DNS names. Logins are by RouteOptions.Login.
	Routes []queue.Connector
	Other  queue.RouteOptions
	Logins map[string]smtp.Login

	// Fetch says who may fetch mail that waits since RouteOptions.Park is set, as Relaying.Park does for
	// its own.
	Fetch []Parked

	Sites Sites

	// AcceptFrom are the only senders whose mail leaves, if there are any: "user@example.org",
	// "example.org", "*.example.org", "*", or "group:Name" for who is in a list, named by its address,
	// the local part of that, or its display name. That of RejectFrom does not leave in any case.
	AcceptFrom, RejectFrom []string

	// MaxUnread is how many unread messages an INBOX has at most before mail for it is put off; 0 is no
	// limit. It is looked at again after BackOff: 15 minutes if 0.
	MaxUnread int
	BackOff   time.Duration

	// Administrator is the mailbox that is told of the troubles that Notices lists, by the names of
	// queue.ReportClass; postmaster at the default domain if empty.
	Administrator string
	Notices       []string
}

// Sites are servers that pass mail on to each other (queue.Sites). All of them have the same table.
type Sites struct {
	Own     string            // which of them this is; none if empty
	Links   []queue.Link      // from every site to its neighbours
	Domains map[string]string // sites by the domains whose mailboxes are there, as queue.AddressSpace writes them
}

// check returns an error that says what to change.
func (c *Connector) check() error {
	if err := c.Mode.Check(); err != nil {
		return err
	}
	for name, n := range map[string]int64{
		"conversations": int64(c.Inbound), "deliveries": int64(c.Outbound), "connections to a destination": int64(c.PerDestination),
		"messages of a connection": int64(c.PerConnection), "octets of a message": c.MaxSize, "unread messages": int64(c.MaxUnread),
		"back-off": int64(c.BackOff), "time of a delivery": int64(c.Delivery),
	} {
		if n < 0 {
			return fmt.Errorf("connector: %s: %d, it can't be less than 0", name, n)
		}
	}
	if _, err := c.notices(); err != nil {
		return err
	}
	if _, ok := directory.ParseAddress(c.Administrator); c.Administrator != "" && !ok {
		return fmt.Errorf("connector: administrator %q is not an address; write it as name@domain", c.Administrator)
	}
	for _, list := range [][]string{c.AcceptFrom, c.RejectFrom} {
		if _, err := parseSenders(list); err != nil {
			return err
		}
	}
	if err := c.checkRoutes(); err != nil {
		return err
	}
	// Routes and sites are checked by making them.
	_, err := c.router(&Relaying{}, []string{DefaultDomain})
	return err
}

// checkRoutes looks at hosts and logins, which the queue knows nothing of.
func (c *Connector) checkRoutes() error {
	options := []queue.RouteOptions{c.Other}
	var next []string
	for _, r := range c.Routes {
		if r.Name == "" {
			return errors.New("connector: a route has no name; give it one")
		}
		options = append(append(options, r.Options), slices.Collect(maps.Values(r.Domains))...)
		next = append(next, r.Next...)
	}
	for _, l := range c.Sites.Links {
		options, next = append(options, l.Options), append(next, l.Next...)
	}
	for _, s := range next {
		if _, err := relay.ParseHop(s); err != nil {
			return fmt.Errorf("connector: %w", err)
		}
	}
	for _, o := range options {
		if o.Login != "" && c.Logins[o.Login] == nil {
			return fmt.Errorf("connector: there is no login %q; add it to Logins", o.Login)
		}
	}
	return nil
}

// notices are the classes that Notices names.
func (c *Connector) notices() (all queue.ReportClass, err error) {
	for _, name := range c.Notices {
		class := queue.ReportClass(1)
		for class.String() != name {
			if class <<= 1; class&queue.ClassAll == 0 {
				return 0, fmt.Errorf("connector: there is no notice %q; choose from %s", name, strings.ReplaceAll(queue.ClassAll.String(), ",", ", "))
			}
		}
		all |= class
	}
	return all, nil
}

// router makes the ways: to our own users, to sites, by routes, and to everybody else.
func (c *Connector) router(r *Relaying, domains []string) (queue.Router, error) {
	local := queue.Connector{Name: localRoute, Next: []string{localRoute}}
	for _, d := range domains {
		local.Spaces = append(local.Spaces, queue.AddressSpace{Pattern: d})
	}
	usual := c.schedules(r)
	complete := func(o queue.RouteOptions) queue.RouteOptions {
		if o.Schedules == nil {
			o.Schedules = &usual
		}
		if o.MaxSize == 0 {
			o.MaxSize = c.MaxSize
		}
		return o
	}
	local.Options.Schedules = &usual
	out := queue.Connector{Name: "out", Next: r.SmartHosts, Options: complete(c.Other), Domains: make(map[string]queue.RouteOptions)}
	for _, p := range r.Park {
		o := out.Options
		o.Park = true
		out.Domains[p.Domain] = o
	}
	all := []queue.Connector{local, out}
	for _, route := range c.Routes {
		route.Options, route.Domains = complete(route.Options), maps.Clone(route.Domains)
		for d, o := range route.Domains {
			route.Domains[d] = complete(o)
		}
		all = append(all, route)
	}
	router, err := queue.NewConnectors(all...)
	if err != nil || c.Sites.Own == "" {
		return router, err
	}
	links, sites := slices.Clone(c.Sites.Links), maps.Clone(c.Sites.Domains)
	for i := range links {
		links[i].Options = complete(links[i].Options)
	}
	if sites == nil {
		sites = make(map[string]string)
	}
	for _, d := range domains {
		sites[d] = c.Sites.Own // whatever the table says: their mailboxes are here
	}
	return queue.NewSites(c.Sites.Own, links, sites, router)
}

func (c *Connector) schedules(r *Relaying) queue.Schedules {
	s := c.Schedules
	if s.Normal == nil {
		s.Normal = &queue.Schedule{Intervals: r.Retry, Expire: r.Expire, Notice: r.Notice}
	}
	return s
}
