package queue

import "context"

// ways are those that recipients of an item take from now on.
type ways struct {
	routes []Route
	groups [][]Recipient
}

// mostWays is how many ways are tried, one after the other, before the mail waits.
const mostWays = 5

// elsewhere finds another way for those still to be served if the one just tried is down. They take it at once, so that it
// does not matter who wanted the try, nor when the next one would be due.
func (a *attempt) elsewhere(ctx context.Context, verdicts []verdict) ways {
	if !a.asked || a.route.Options.Park || a.lease.Item.History.Ways >= mostWays-1 {
		return ways{}
	}
	var keep []Recipient
	down := false
	for _, v := range verdicts {
		if v.keep && v.to.Notices.owed() == 0 {
			keep = append(keep, v.to)
			down = down || v.result.Down
		}
	}
	if !down {
		return ways{}
	}
	var w ways
	var err error
	if w.routes, w.groups, err = a.group(ctx, keep); err != nil || !a.better(w) {
		return ways{} // a Router that fails is told of at the next try
	}
	return w
}

// better tells whether some of the ways is not the item's own, and not down.
func (a *attempt) better(w ways) bool {
	for _, r := range w.routes {
		if r.Name != a.lease.Item.Route && r.Name != "" && !a.shaper.down(r.Name) {
			return true
		}
	}
	return false
}

// move has recipients go on other ways, at once.
func (a *attempt) move(to []Recipient, w ways, h History) Settlement {
	s := Settlement{Lease: a.lease}
	if len(w.routes) == 1 {
		s.Keep, s.History, s.Due, s.Route = to, h, a.begun, w.routes[0].Name
		if w.routes[0].Options.Park {
			s.State = Parked
		}
		return s
	}
	item := &a.lease.Item
	items := a.items(&a.lease.Message, a.derived(), item.Priority, w.routes, w.groups)
	for i := range items {
		items[i].Expires, items[i].History, items[i].Due = item.Expires, h, a.begun
	}
	s.Add = []Entry{{Message: a.lease.Message, Items: items}}
	return s
}

// redirected tells of what has moved.
func (a *attempt) redirected(ctx context.Context, w ways) {
	for i, r := range w.routes {
		a.track(ctx, &a.lease.Message, w.groups[i], Event{Kind: Redirected, Item: a.lease.Item.ID, Route: r.Name})
	}
}
