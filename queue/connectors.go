package queue

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

// Connectors are a Router by tables: each Connector serves address spaces at a cost. The most specific space that holds
// the recipient counts, of those the cheapest, and equals share the load. If the way is down the next one is taken
// in the order of costs, but never one of a less specific space: mail for a partner who does not answer must not leave
// by a way that asks for less.
//
// The zero value, with no connector at all, sends everything where the DNS says. What Route costs grows with the labels
// of the domain and with the connectors that serve it, not with how many others there are.
type Connectors struct {
	list   []connector
	spaces patterns[[]reach]
	named  map[string]int
}

// A Connector is one way out, as Exchange's was.
type Connector struct {
	Name    string         // unique, without "/"
	Spaces  []AddressSpace // none: everything, at cost 1
	Next    []string       // as in Route; none: by DNS, and then each domain is a Route of its own
	Options RouteOptions

	// Domains are Options for single domains, in place of the connector's, by patterns as in AddressSpace.
	Domains map[string]RouteOptions
}

// An AddressSpace is a set of domains.
type AddressSpace struct {
	Pattern string // "example.org", "*.example.org" for all below it, or "*"
	Cost    int    // 1 to 100, 100 being the last resort; 1 if 0
}

// A connector is a Connector with its domains made ready.
type connector struct {
	Connector
	domains patterns[domainOptions]
}

type domainOptions struct {
	pattern string
	RouteOptions
}

// reach is that a connector serves a space.
type reach struct {
	connector int
	cost      int
}

// NewConnectors makes the tables. They do not change; a Router of the program's own can pass on to others from time to
// time.
func NewConnectors(list ...Connector) (*Connectors, error) {
	c := &Connectors{named: make(map[string]int)}
	for i, one := range list {
		if _, taken := c.named[one.Name]; taken || strings.Contains(one.Name, "/") {
			return nil, fmt.Errorf("queue: connector %q: give it a name of its own, without '/'", one.Name)
		}
		c.named[one.Name] = i
		made := connector{Connector: one}
		for p, o := range one.Domains {
			if err := made.domains.set(p, domainOptions{fold(p), o}); err != nil {
				return nil, fmt.Errorf("queue: connector %q: options: %w", one.Name, err)
			}
		}
		c.list = append(c.list, made)
		spaces := one.Spaces
		if len(spaces) == 0 {
			spaces = []AddressSpace{{Pattern: "*"}}
		}
		for _, s := range spaces {
			if s.Cost < 0 || s.Cost > maxCost {
				return nil, fmt.Errorf("queue: connector %q: space %q: cost %d, it must be from 1 to %d", one.Name, s.Pattern, s.Cost, maxCost)
			}
			all, _ := c.spaces.get(s.Pattern)
			if err := c.spaces.set(s.Pattern, join(all, reach{i, cmp.Or(s.Cost, 1)})); err != nil {
				return nil, fmt.Errorf("queue: connector %q: %w", one.Name, err)
			}
		}
	}
	return c, nil
}

const maxCost = 100

// join adds r to those that serve a space. A connector that names it twice serves it at the lower cost.
func join(all []reach, r reach) []reach {
	if n := len(all); n > 0 && all[n-1].connector == r.connector {
		all[n-1].cost = min(all[n-1].cost, r.cost)
		return all
	}
	return append(all, r)
}

// byDNS is the only connector where there is none.
var byDNS = connector{}

// Route implements Router.
func (c *Connectors) Route(_ context.Context, to smtp.Path, down func(string) bool) (Route, error) {
	domain := fold(to.Domain)
	if len(c.list) == 0 {
		return byDNS.route(domain), nil
	}
	var first *Route
	for all := range c.spaces.match(domain) {
		all = slices.Clone(all)
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] }) // equals share the load
		slices.SortStableFunc(all, func(a, b reach) int { return a.cost - b.cost })
		for _, r := range all {
			route := c.list[r.connector].route(domain)
			if down == nil || !down(route.Name) {
				return route, nil
			}
			if first == nil {
				first = &route
			}
		}
		break
	}
	if first == nil {
		return Route{}, ErrNoRoute
	}
	return *first, nil
}

// Named implements Router.
func (c *Connectors) Named(_ context.Context, name string, to smtp.Path) (Route, bool) {
	domain := fold(to.Domain)
	if len(c.list) == 0 {
		route := byDNS.route(domain)
		return route, route.Name == name
	}
	first, _, _ := strings.Cut(name, "/")
	for _, candidate := range []string{first, ""} { // that without a name has names of one part, like those with Next
		if i, ok := c.named[candidate]; ok {
			if route := c.list[i].route(domain); route.Name == name {
				return route, true
			}
		}
	}
	return Route{}, false
}

// route makes the Route to a domain. What differs in its options or its hosts differs in its name.
func (c *connector) route(domain string) Route {
	r := Route{Next: c.Next, Options: c.Options}
	own := ""
	for o := range c.domains.match(domain) {
		own, r.Options = o.pattern, o.RouteOptions
		break
	}
	if len(c.Next) == 0 {
		own = domain
	}
	r.Name = cmp.Or(strings.Trim(c.Name+"/"+own, "/"), "*") // "" is no route
	return r
}
