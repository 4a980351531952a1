package config

import (
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// timeOr is a Duration as the engines have it, whose zero is their default.
func timeOr(d Duration, zero time.Duration) time.Duration {
	if d == 0 {
		return zero
	}
	return time.Duration(d)
}

// Queue are the Schedules as the queue takes them.
func (s *Schedules) Queue() queue.Schedules {
	return queue.Schedules{Urgent: s.Urgent.queue(), Normal: s.Normal.queue(), NonUrgent: s.NonUrgent.queue()}
}

func (s *Schedule) queue() *queue.Schedule {
	q := &queue.Schedule{Expire: time.Duration(s.Expire), Notice: time.Duration(s.Notice)}
	for _, d := range s.Retry {
		q.Intervals = append(q.Intervals, time.Duration(d))
	}
	return q
}

// Connector is the Route as the queue takes it. Options.Login is LoginName of the route, if it has a login.
func (r *Route) Connector() queue.Connector {
	c := queue.Connector{Name: r.Name, Next: r.Next, Options: r.options(r.LoginName(nil)), Domains: make(map[string]queue.RouteOptions)}
	for _, s := range r.Spaces {
		c.Spaces = append(c.Spaces, queue.AddressSpace{Pattern: s.Pattern, Cost: s.Cost})
	}
	for i := range r.Domains {
		d := &r.Domains[i]
		c.Domains[d.Pattern] = d.options(r.LoginName(d))
	}
	return c
}

// LoginName is what queue.RouteOptions and relay.Relay call the login of the Route, or of one of its domains; "" if there is
// none.
func (r *Route) LoginName(d *RouteDomain) string {
	switch {
	case d == nil && r.Login.User != "":
		return r.Name
	case d != nil && d.Login.User != "":
		return r.Name + "/" + ascii.Lower(d.Pattern)
	}
	return ""
}

func (o *RouteOptions) options(login string) queue.RouteOptions {
	schedules := o.Schedules.Queue()
	return queue.RouteOptions{
		Park: o.Park, Refuse: o.Refuse, Schedules: &schedules,
		MaxSize: int64(o.MaxSize), Concurrency: o.Concurrency, PerMinute: o.PerMinute,
		TLS: tlsPolicies[o.TLS], Login: login, Content: o.Content.Queue(),
	}
}

var tlsPolicies = map[string]smtp.TLSPolicy{
	"default": smtp.TLSDefault, "none": smtp.TLSNone, "opportunistic": smtp.TLSOpportunistic,
	"required": smtp.TLSRequired, "verified": smtp.TLSVerified, "dane": smtp.TLSDANE,
}

// Queue is the Content as the queue takes it, which knows less of it than Convert.
func (c *Content) Queue() queue.Content {
	charset := c.Charset
	if c.Attachments == "uuencode" {
		charset = c.NonMIMECharset
	}
	return queue.Content{
		UUEncode: c.Attachments == "uuencode", Charset: charset, NoRichText: c.RichText == "never",
		LineLength: c.WordWrap, NoReplies: !c.AutomaticReplies, NoNames: !c.DisplayNames,
	}
}

// Convert is the Content as package convert takes it. What the destination takes is for the caller to add.
func (c *Content) Convert() convert.Options {
	return convert.Options{
		Format:  map[string]convert.Format{"mime": convert.MIME, "uuencode": convert.UUEncode}[c.Attachments],
		Charset: c.Charset, NonMIMECharset: c.NonMIMECharset, LineLength: c.WordWrap,
		RichText:       map[string]convert.RichText{"never": convert.RichTextNever, "always": convert.RichTextAlways}[c.RichText],
		NoDisplayNames: !c.DisplayNames, DropAutomaticReplies: !c.AutomaticReplies,
	}
}
