package queue

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

// Sites are a Router for sites that pass mail on to each other. All of them have the same table of links, and each sends
// on to the neighbour through which the cost is least. If that one is down it takes another, but only one that is nearer
// to the destination than it is itself: so mail comes nearer with every step and cannot go in circles, whatever is down
// and whoever knows of it.
type Sites struct {
	domain patterns[string]
	ways   map[string][]way // by the site of the recipient, the cheapest first
	other  Router
}

// A Link leads from a site to another; the way back is a Link of its own.
type Link struct {
	From, To string
	Cost     int      // 1 to 100; 1 if 0
	Next     []string // the host of To, as in Route
	Options  RouteOptions
}

// way is a link of our own that leads to a site, with the cost of all that follows.
type way struct {
	link *Link
	cost int
}

// NewSites makes the Router of the site own. sites has the site of each domain, by patterns as in AddressSpace. What is of
// no site, or of our own, goes the way that other finds; without other there is none.
func NewSites(own string, links []Link, sites map[string]string, other Router) (*Sites, error) {
	links = slices.Clone(links)
	s := &Sites{ways: make(map[string][]way), other: other}
	for _, l := range links {
		if l.From == "" || l.To == "" || l.From == l.To || l.Cost < 0 || l.Cost > maxCost {
			return nil, fmt.Errorf("queue: link from %q to %q at cost %d: it needs two sites and a cost from 1 to %d", l.From, l.To, l.Cost, maxCost)
		}
	}
	distances := make(map[string]map[string]int) // from own and its neighbours
	distances[own] = distancesFrom(own, links)
	for pattern, site := range sites {
		if err := s.domain.set(pattern, site); err != nil {
			return nil, fmt.Errorf("queue: site %q: %w", site, err)
		}
		whole, reachable := distances[own][site]
		if site != own && !reachable {
			return nil, fmt.Errorf("queue: site %q: no links lead there from %q", site, own)
		}
		if s.ways[site] != nil || site == own {
			continue
		}
		for i := range links {
			l := &links[i]
			if l.From != own {
				continue
			}
			if distances[l.To] == nil {
				distances[l.To] = distancesFrom(l.To, links)
			}
			if rest, ok := distances[l.To][site]; ok && rest < whole { // nearer than we are
				s.ways[site] = insertWay(s.ways[site], way{l, cmp.Or(l.Cost, 1) + rest})
			}
		}
	}
	return s, nil
}

func insertWay(all []way, w way) []way {
	all = append(all, w)
	for i := len(all) - 1; i > 0 && all[i].cost < all[i-1].cost; i-- {
		all[i], all[i-1] = all[i-1], all[i]
	}
	return all
}

// distancesFrom is what it costs to come from one site to each that can be reached.
func distancesFrom(site string, links []Link) map[string]int {
	costs := map[string]int{site: 0}
	for better := true; better; {
		better = false
		for _, l := range links {
			from, ok := costs[l.From]
			if !ok {
				continue
			}
			through := from + cmp.Or(l.Cost, 1)
			if known, ok := costs[l.To]; !ok || through < known {
				costs[l.To], better = through, true
			}
		}
	}
	return costs
}

// Route implements Router.
func (s *Sites) Route(ctx context.Context, to smtp.Path, down func(string) bool) (Route, error) {
	ways := s.waysTo(to)
	if len(ways) == 0 {
		if s.other == nil {
			return Route{}, ErrNoRoute
		}
		return s.other.Route(ctx, to, down)
	}
	for _, w := range ways {
		if r := w.link.route(); down == nil || !down(r.Name) {
			return r, nil
		}
	}
	return ways[0].link.route(), nil
}

// Named implements Router.
func (s *Sites) Named(ctx context.Context, name string, to smtp.Path) (Route, bool) {
	ways := s.waysTo(to)
	for _, w := range ways {
		if r := w.link.route(); r.Name == name {
			return r, true
		}
	}
	if len(ways) > 0 || s.other == nil || strings.HasPrefix(name, sitePrefix) {
		return Route{}, false
	}
	return s.other.Named(ctx, name, to)
}

// waysTo is empty for what is of no other site.
func (s *Sites) waysTo(to smtp.Path) []way {
	for site := range s.domain.match(fold(to.Domain)) {
		return s.ways[site]
	}
	return nil
}

// sitePrefix tells the names of Sites from those of other Routers.
const sitePrefix = "site:"

func (l *Link) route() Route {
	return Route{Name: sitePrefix + l.To, Next: l.Next, Options: l.Options}
}
