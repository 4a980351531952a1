package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

// A sight is what was seen at a time.
type sight struct {
	at      time.Time
	servers []manage.Server
	routes  []queue.RouteState
	people  []manage.Person
	trouble []logs.Record
}

// rate is how many connections a second came since the sight before.
func (s *sight) rate(v *manage.Server, before *sight) float64 {
	if before == nil || !s.at.After(before.at) {
		return 0
	}
	for _, b := range before.servers {
		if b.Name == v.Name {
			return float64(max(0, v.Total-b.Total)) / s.at.Sub(before.at).Seconds()
		}
	}
	return 0
}

// An order is one of the virtual servers.
type order byte

const (
	byName  order = 'n'
	byOpen  order = 'o'
	byTotal order = 't'
	byRate  order = 'r'
)

// orderOf is the order that a key asks for.
func orderOf(key byte) (order, bool) {
	o := order(key)
	return o, o == byName || o == byOpen || o == byTotal || o == byRate
}

// Lines of a part, where the screen is not known.
const mostLines = 20

// render draws a screen of so many columns and lines; 0 is as many as it takes. Lines end with LF.
func render(s, before *sight, by order, width, height int) string {
	var b strings.Builder
	var open int64
	for _, v := range s.servers {
		open += v.Open
	}
	var waiting int64
	for _, r := range s.routes {
		waiting += int64(r.Waiting)
	}
	fmt.Fprintf(&b, "postoffice  %s  %d connections  %d messages wait  %d people\n\n", s.at.Format(time.DateTime), open, waiting, len(s.people))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SERVER\tPROTOCOL\tSTATE\tOPEN\tTOTAL\tREFUSED\tPER SECOND")
	servers := slices.Clone(s.servers)
	slices.SortStableFunc(servers, func(x, y manage.Server) int {
		switch by {
		case byOpen:
			return cmp.Or(cmp.Compare(y.Open, x.Open), cmp.Compare(x.Name, y.Name))
		case byTotal:
			return cmp.Or(cmp.Compare(y.Total, x.Total), cmp.Compare(x.Name, y.Name))
		case byRate:
			return cmp.Or(cmp.Compare(s.rate(&y, before), s.rate(&x, before)), cmp.Compare(x.Name, y.Name))
		}
		return cmp.Compare(x.Name, y.Name)
	})
	for _, v := range servers {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%.1f\n", v.Name, v.Protocol, v.State, v.Open, v.Total, v.Refused, s.rate(&v, before))
	}
	w.Flush()
	if len(s.routes) > 0 {
		fmt.Fprintln(w, "\nROUTE\tWAITING\tSENDING\tHELD\tPARKED\tOLDEST\tDOWN")
		for _, r := range s.routes[:min(len(s.routes), mostLines)] {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%v\t%s\n", shown(r.Route), r.Waiting, r.Leased, r.Held, r.Parked, s.at.Sub(r.Oldest).Round(time.Second), shown(r.Down))
		}
		w.Flush()
	}
	if len(s.people) > 0 {
		fmt.Fprintln(w, "\nUSER\tPROTOCOL\tFROM\tSINCE\tSTATE")
		for _, p := range s.people[:min(len(s.people), mostLines)] {
			fmt.Fprintf(w, "%s\t%s\t%s\t%v\t%s\n", shown(p.User), p.Protocol, shown(p.Remote), s.at.Sub(p.Since).Round(time.Second), shown(p.State))
		}
		w.Flush()
	}
	if len(s.trouble) > 0 {
		b.WriteString("\nLAST WARNINGS\n")
		for _, r := range s.trouble[:min(len(s.trouble), mostLines)] {
			fmt.Fprintf(&b, "%s %s %s: %s %s\n", r.Time.Local().Format(time.TimeOnly), r.Level, r.Category, shown(r.Message), shown(r.Attrs))
		}
	}
	return clip(b.String(), width, height)
}

// clip cuts what does not fit.
func clip(s string, width, height int) string {
	if width <= 0 || height <= 0 {
		return s
	}
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	lines = lines[:min(len(lines), height-1)]
	for i, l := range lines {
		if utf8.RuneCountInString(l) > width {
			lines[i] = string([]rune(l)[:width])
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// onScreen is text as a terminal in raw mode needs it, over what was there.
func onScreen(s string) string { return strings.ReplaceAll(s, "\n", clearLine+"\r\n") }
