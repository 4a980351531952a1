package sqlite

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/litedb"
	"github.com/wirepost/wirepost/queue"
)

// fewItems is how many items of a route or source are few enough to be sorted for each page of a list. More are found
// faster in the order of the list, among all others.
const fewItems = 5000

// where makes a condition of those parts of a filter that columns tell; passes has the rest.
func (c *conn) where(f queue.Filter) (query string, args []any, err error) {
	var b strings.Builder
	b.WriteString(" WHERE true")
	and := func(condition string, a ...any) {
		b.WriteString(" AND " + condition)
		args = append(args, a...)
	}
	if f.ID != "" {
		and("i.id = ?", f.ID)
	}
	if f.Message != "" {
		and("i.message = (SELECT n FROM message WHERE id = ?)", f.Message)
	}
	if f.State != nil {
		and("i.state = " + strconv.Itoa(int(*f.State)))
		if *f.State != queue.Waiting {
			and("i.state <> 0") // so that SQLite sees that the index has them all
		}
	}
	if !f.Before.IsZero() {
		and("i.arrived < ?", stamp(f.Before))
	}
	var lanes []string
	var names []any
	if f.Route != "" {
		lanes, names = append(lanes, "route = ?"), append(names, f.Route)
	}
	if f.Source != "" {
		lanes, names = append(lanes, "source = ?"), append(names, f.Source)
	}
	if len(lanes) > 0 {
		in := "lane IN (SELECT n FROM lane WHERE " + strings.Join(lanes, " AND ") + ")"
		var n int
		if err := c.Row("SELECT count(*) FROM (SELECT 1 FROM item WHERE "+in+litedb.Limit(fewItems)+")", names...).Scan(&n); err != nil {
			return "", nil, err
		}
		column := "i."
		if n == fewItems {
			column = "+i." // not by the lane's index
		}
		and(column+in, names...)
	}
	return b.String(), args, nil
}

// passes tells whether the filter lets an item through.
func passes(f queue.Filter, l *queue.Lease) bool {
	i, m := &l.Item, &l.Message
	for k, v := range f.Tags {
		if got, ok := m.Tags[k]; !ok || got != v {
			return false
		}
	}
	return is(f.ID, i.ID) && is(f.Message, i.Message) && is(f.Route, i.Route) && is(f.Source, m.Source) &&
		(f.Sender == "" || f.Sender == m.From.Path.String()) &&
		(f.State == nil || *f.State == i.State) &&
		(f.Before.IsZero() || m.Arrived.Before(f.Before)) &&
		(f.To == "" && f.Domain == "" || slices.ContainsFunc(i.To, func(r queue.Recipient) bool {
			return (f.To == "" || f.To == r.Path.String()) && (f.Domain == "" || f.HoldsDomain(r.Path.Domain))
		}))
}

// is compares with what a filter names, if it names it.
func is(want, got string) bool { return want == "" || want == got }
