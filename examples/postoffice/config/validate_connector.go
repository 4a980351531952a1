package config

import (
	"fmt"

	"github.com/wirepost/wirepost/internal/ascii"
)

func (v *validator) connector() {
	c := &v.f.Connector
	v.credentials("connector.login", &c.Login)
	if c.Login.User != "" && len(c.SmartHosts) == 0 {
		v.report("connector.login", "there is no smart host to log in at", "write smart-hosts, or leave out the login")
	}
	if c.MaxUnread > 0 && c.BackOff == 0 {
		v.report("connector.back-off", "full mailboxes would be looked at without pause", `write "15m"`)
	}
	accepted := setOf(c.AcceptFrom)
	for i, s := range c.RejectFrom {
		if accepted[s] {
			v.report(item("connector.reject-from", i), fmt.Sprintf("%q is in accept-from too", s), "leave it out here, or there")
		}
	}
	v.schedules("connector.schedule", &c.Schedules)
	names := make(map[string]bool)
	for i := range c.Routes {
		v.route(item("connector.route", i), &c.Routes[i], names)
	}
}

func (v *validator) route(path string, r *Route, names map[string]bool) {
	v.need(join(path, "name"), r.Name != "", "give it a name")
	v.unique(join(path, "name"), r.Name, names)
	if len(r.Spaces) == 0 {
		v.report(join(path, "spaces"), "the route leads nowhere", `write spaces = [{ pattern = "example.org", cost = 1 }]`)
	}
	patterns := make(map[string]bool)
	for i, s := range r.Spaces {
		at := join(item(join(path, "spaces"), i), "pattern")
		v.need(at, s.Pattern != "", `write "example.org", "*.example.org" or "*"`)
		v.pattern(at, s.Pattern, patterns)
	}
	v.options(path, &r.RouteOptions)
	if r.Login.User != "" && len(r.Next) == 0 {
		v.report(join(path, "login"), "there is no host to log in at", "write next, or leave out the login")
	}
	clear(patterns)
	for i := range r.Domains {
		at, d := item(join(path, "domain"), i), &r.Domains[i]
		v.need(join(at, "pattern"), d.Pattern != "", `write "example.org", "*.example.org" or "*"`)
		v.pattern(join(at, "pattern"), d.Pattern, patterns)
		v.options(at, &d.RouteOptions)
	}
}

// pattern reports one that is there already.
func (v *validator) pattern(path, pattern string, seen map[string]bool) {
	pattern = ascii.Lower(pattern)
	if pattern != "" && seen[pattern] {
		v.report(path, fmt.Sprintf("%q is there already", pattern), "leave out one of them")
	}
	seen[pattern] = true
}

func (v *validator) options(path string, o *RouteOptions) {
	if o.ParkUser != "" && !o.Park {
		v.report(join(path, "park-user"), "mail does not wait for that user", "write park = true, or leave out the user")
	}
	v.credentials(join(path, "login"), &o.Login)
	if o.TLS == "none" && o.Login.User != "" {
		v.report(join(path, "tls"), "the password would cross the network", "leave out tls, or the login")
	}
	v.schedules(join(path, "schedule"), &o.Schedules)
	v.content(join(path, "content"), &o.Content)
}

func (v *validator) schedules(path string, s *Schedules) {
	v.schedule(join(path, "normal"), &s.Normal)
	v.schedule(join(path, "urgent"), &s.Urgent)
	v.schedule(join(path, "non-urgent"), &s.NonUrgent)
}

func (v *validator) schedule(path string, s *Schedule) {
	if !v.doc.has(path) {
		return // as another table, where it is reported
	}
	for i, d := range s.Retry {
		if d < minute {
			v.report(item(join(path, "retry"), i), fmt.Sprintf("%q is too soon to try again", d), `write "1m" or more`)
		}
	}
	switch {
	case s.Expire == 0:
		v.report(join(path, "expire"), "mail would go back at once", `write "72h"`)
	case s.Notice >= s.Expire:
		v.report(join(path, "delay-notice"), fmt.Sprintf("%q is not before the mail goes back, after %q", s.Notice, s.Expire), "write a shorter time, or 0 for no notice")
	}
}

func (v *validator) content(path string, c *Content) {
	if v.doc.has(path) && c.Attachments == "uuencode" && c.RichText == "always" {
		v.report(join(path, "rich-text"), "rich text needs MIME", `write attachments = "mime", or rich-text = "never"`)
	}
	if v.doc.has(path) && c.WordWrap > 0 && c.WordWrap < 20 {
		v.report(join(path, "word-wrap"), fmt.Sprintf("lines of %d characters can't be read", c.WordWrap), "write 76, or 0 for no wrapping")
	}
}

func (v *validator) sites() {
	c := &v.f.Connector
	names := make(map[string]bool)
	for i, s := range c.Sites {
		at := join(item("connector.site", i), "name")
		v.need(at, s.Name != "", "give it a name")
		v.unique(at, s.Name, names)
	}
	switch {
	case len(c.Sites) > 0 && c.OwnSite == "":
		v.report("connector.own-site", "there is none", "write the name of the site that this server is in")
	case c.OwnSite != "" && !names[ascii.Lower(c.OwnSite)]:
		v.report("connector.own-site", fmt.Sprintf("there is no site %q", c.OwnSite), "write the name of a [[connector.site]]")
	}
	domains := make(map[string]bool)
	for i, s := range c.Sites {
		path := item("connector.site", i)
		for j, d := range s.Domains {
			if d = ascii.Lower(d); domains[d] {
				v.report(item(join(path, "domains"), j), fmt.Sprintf("%q is of another site already", d), "leave it out here, or there")
			}
			domains[d] = true
		}
		for j, l := range s.Links {
			at := join(item(join(path, "link"), j), "to")
			switch {
			case l.To == "" || !names[ascii.Lower(l.To)]:
				v.report(at, fmt.Sprintf("there is no site %q", l.To), "write the name of a [[connector.site]]")
			case ascii.EqualFold(l.To, s.Name):
				v.report(at, "the link leads to its own site", "write the name of another one")
			}
			if len(l.Next) == 0 && ascii.EqualFold(s.Name, c.OwnSite) {
				v.report(join(item(join(path, "link"), j), "next"), "there is no host to send to", "write the hosts of that site")
			}
		}
	}
}
