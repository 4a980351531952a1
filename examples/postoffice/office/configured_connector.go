package office

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// relayingOf is what a configuration file says of mail that leaves.
func relayingOf(c *config.Connector) Relaying {
	normal := c.Schedules.Normal
	r := Relaying{
		SmartHosts: c.SmartHosts,
		Expire:     time.Duration(normal.Expire),
		Notice:     time.Duration(normal.Notice),
		Port:       strconv.Itoa(c.Port),
		Private:    c.Private,
	}
	r.Resolver, _ = netip.ParseAddrPort(c.Resolver) // "" is none, and others don't pass the file's checks
	for _, d := range normal.Retry {
		r.Retry = append(r.Retry, time.Duration(d))
	}
	return r
}

// schedulesOf leaves normal mail's to Relaying, so that flags take their place.
func schedulesOf(c *config.Connector) queue.Schedules {
	s := c.Schedules.Queue()
	s.Normal = nil
	return s
}

// connectorOf is what it says besides.
func connectorOf(f *config.File) (Connector, error) {
	c := &f.Connector
	result := Connector{
		Mode:           manage.Mode(c.Mode),
		Inbound:        c.Inbound,
		Outbound:       c.Outbound,
		PerDestination: c.PerDestination,
		PerConnection:  c.PerConnection,
		MaxSize:        int64(c.MaxSize),
		Schedules:      schedulesOf(c),
		Delivery:       time.Duration(c.Timeouts.Delivery),
		Timeouts: smtp.Timeouts{
			Connect:   time.Duration(c.Timeouts.Connect),
			Handshake: time.Duration(c.Timeouts.Handshake),
			Greeting:  time.Duration(c.Timeouts.Greeting),
			Command:   time.Duration(c.Timeouts.Command),
			Mail:      time.Duration(c.Timeouts.Command),
			Rcpt:      time.Duration(c.Timeouts.Command),
			Data:      time.Duration(c.Timeouts.Data),
			Block:     time.Duration(c.Timeouts.Block),
			End:       time.Duration(c.Timeouts.End),
		},
		Other:         queue.RouteOptions{Content: contentOf(&f.Content)},
		Fetch:         fetchersOf(c),
		Sites:         sitesOf(c),
		AcceptFrom:    c.AcceptFrom,
		RejectFrom:    c.RejectFrom,
		MaxUnread:     c.MaxUnread,
		BackOff:       time.Duration(c.BackOff),
		Administrator: f.Server.Administrator,
		Notices:       f.Server.Notices,
		Logins:        make(map[string]smtp.Login),
	}
	for i := range c.Routes {
		result.Routes = append(result.Routes, routeOf(&c.Routes[i]))
	}
	for name, credentials := range loginsOf(c) {
		password, err := credentials.Read()
		if err != nil {
			return result, fmt.Errorf("connector: login %q: %w", name, err)
		}
		result.Logins[name] = smtp.Password(credentials.User, password.Reveal())
	}
	if c.Login.User != "" {
		result.Other.Login = smartHostLogin
	}
	return result, nil
}

// smartHostLogin is the name of the login at hosts that take all mail. No route has it.
const smartHostLogin = "(smart hosts)"

// loginsOf are those of routes and smart hosts, by their names for the queue.
func loginsOf(c *config.Connector) map[string]config.Credentials {
	logins := make(map[string]config.Credentials)
	if c.Login.User != "" {
		logins[smartHostLogin] = c.Login
	}
	for i := range c.Routes {
		route := &c.Routes[i]
		if name := route.LoginName(nil); name != "" {
			logins[name] = route.Login
		}
		for j := range route.Domains {
			if name := route.LoginName(&route.Domains[j]); name != "" {
				logins[name] = route.Domains[j].Login
			}
		}
	}
	return logins
}

func sitesOf(c *config.Connector) Sites {
	s := Sites{Own: c.OwnSite, Domains: make(map[string]string)}
	for _, site := range c.Sites {
		for _, d := range site.Domains {
			s.Domains[d] = site.Name
		}
		for _, l := range site.Links {
			s.Links = append(s.Links, queue.Link{From: site.Name, To: l.To, Cost: l.Cost, Next: l.Next})
		}
	}
	return s
}

// routeOf is a route with all that the file can say of content.
func routeOf(r *config.Route) queue.Connector {
	c := r.Connector()
	c.Options.Content = contentOf(&r.Content)
	for i := range r.Domains {
		o := c.Domains[r.Domains[i].Pattern]
		o.Content = contentOf(&r.Domains[i].Content)
		c.Domains[r.Domains[i].Pattern] = o
	}
	return c
}

// contentOf is what a destination is to be sent.
func contentOf(c *config.Content) queue.Content {
	q := c.Queue()
	q.MIME = c.Attachments == "mime"
	q.RichText = c.RichText == "always"
	q.NoDelivered, q.NoFailed = !c.DeliveryReports, !c.NondeliveryReports
	return q
}

// fetchersOf are who may fetch mail that waits: of a domain, or of all that a route leads to.
func fetchersOf(c *config.Connector) (all []Parked) {
	for i := range c.Routes {
		r := &c.Routes[i]
		for _, s := range r.Spaces {
			if r.Park && r.ParkUser != "" && s.Pattern != "*" { // nobody fetches the mail of all the world
				all = append(all, Parked{Domain: s.Pattern, User: r.ParkUser})
			}
		}
		for j := range r.Domains {
			if d := &r.Domains[j]; d.Park && d.ParkUser != "" {
				all = append(all, Parked{Domain: d.Pattern, User: d.ParkUser})
			}
		}
	}
	return all
}
