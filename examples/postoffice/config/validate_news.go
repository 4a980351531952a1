package config

import (
	"fmt"
	"reflect"
)

func (v *validator) news() {
	n := &v.f.News
	for i, a := range n.Access {
		v.groups(item("news.access", i), a.Groups)
	}
	for i, m := range n.Moderators {
		v.groups(item("news.moderator", i), m.Groups)
		v.need(join(item("news.moderator", i), "address"), m.Address != "", "write who gets what is posted")
	}
	for i, e := range n.Expire {
		path := item("news.expire", i)
		v.groups(path, e.Groups)
		if e.MaxAge > 0 && e.MaxAge < e.Age {
			v.report(join(path, "max-age"), fmt.Sprintf("%q is less than age, %q", e.MaxAge, e.Age), "write more here, or less there")
		}
		if e.Age > 0 && e.MinAge > e.Age {
			v.report(join(path, "min-age"), fmt.Sprintf("%q is more than age, %q", e.MinAge, e.Age), "write less here, or more there")
		}
	}
	if n.History < 11*24*hour {
		v.report("news.history", fmt.Sprintf("%q is less than 11 days", n.History), `write "11d" or more`)
	} else if n.Cutoff >= n.History {
		v.report("news.cutoff", fmt.Sprintf("%q is not less than history, %q: articles would come back", n.Cutoff, n.History), "write less here, or more there (RFC 5537, 3.6)")
	}
	if n.Cutoff < 24*hour {
		v.report("news.cutoff", fmt.Sprintf("%q is less than articles are on their way", n.Cutoff), `write "10d"`)
	}
	v.control(n.Control)
}

func (v *validator) groups(path, groups string) {
	v.need(join(path, "groups"), groups != "", `write which newsgroups it is for, "*" for all`)
}

// control reports a rule that obeys everybody.
func (v *validator) control(rules []Control) {
	for i, c := range rules {
		if c.Action == "obey" && len(c.From) == 0 && c.Signer == "" && !c.Posted && !c.Unlock {
			v.report(join(item("news.control", i), "action"), "everybody's messages would be obeyed", "write signer, posted, unlock or from too")
		}
	}
}

func (v *validator) peers() {
	names := make(map[string]bool)
	for i := range v.f.News.Peers {
		p, path := &v.f.News.Peers[i], item("news.peer", i)
		v.need(join(path, "name"), p.Name != "", "write its path identity, such as its hostname")
		v.unique(join(path, "name"), p.Name, names)
		v.groups(path, p.Groups)
		if len(p.Networks)+len(p.Hosts) == 0 && p.User == "" {
			v.report(path, "anybody could say to be this peer", "write networks, hosts or user, by which it is known")
		}
		for j, n := range p.Networks {
			if p.User == "" && isEverywhere(n) {
				v.report(item(join(path, "networks"), j), "anybody could feed this server", "write the networks of the peer, or a user that it has to log in as")
			}
		}
	}
}

func (v *validator) feeds() {
	names := make(map[string]bool)
	var usual Feed
	usual.start(nil)
	for i, f := range v.f.News.Feeds {
		path := item("news.feed", i)
		v.need(join(path, "name"), f.Name != "", "write the peer's path identity, such as its hostname")
		v.unique(join(path, "name"), f.Name, names)
		v.need(join(path, "host"), f.Host != "", `write "news.example.org:119"`)
		v.groups(path, f.Groups)
		v.credentials(join(path, "login"), &f.Login)
		if f.TLS == "none" && f.Login.User != "" {
			v.report(join(path, "tls"), "the password would cross the network", `write tls = "starttls" or "implicit"`)
		}
		unfit, other := []string{"interval", "by-number", "first"}, "pull"
		if f.Direction == "pull" {
			unfit, other = []string{"streaming", "connections", "backlog", "exclude"}, "push"
		}
		for _, key := range unfit {
			v.unfit(path, key, reflect.ValueOf(f), reflect.ValueOf(usual), fmt.Sprintf("a feed in direction %q has no such key", f.Direction), fmt.Sprintf("leave it out: it is for %q", other))
		}
		if f.Direction == "pull" && f.Interval < minute {
			v.report(join(path, "interval"), fmt.Sprintf("%q is too often to ask", f.Interval), `write "1m" or more`)
		}
	}
}
