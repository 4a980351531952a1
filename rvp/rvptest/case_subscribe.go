package rvptest

import (
	"strconv"
	"strings"
)

func subscribeCases() []testCase {
	list := []testCase{
		{name: "subscribe/login", rule: 36, run: func(s *session) {
			a := s.login(s.user()).want(200, "SUBSCRIBE", s.user().name, "", subscription("pragma/notify", s.listen().URL, 600)...)
			s.granted(a)
		}},
		{name: "subscribe/watching", rule: 37, run: func(s *session) {
			a := s.login(s.user()).want(207, "SUBSCRIBE", s.other().name, "", subscription("update/propchange", s.user().url, 600)...)
			s.granted(a)
		}},
		{name: "subscribe/what is told at once", rule: 38, run: func(s *session) {
			s.tidy(s.other())
			s.login(s.other()).set("on-phone", s.other(), "")
			props := s.watched().get("d:response", "d:propstat", "d:prop")
			for _, p := range []string{"r:state", "d:displayname", "r:email", "r:mobile-state", "r:mobile-description"} {
				if props.get(p) == nil {
					s.Failf("%s is missing", p)
				}
			}
			if got := props.get("r:state").only(); got != "on-phone" {
				s.Failf("the state is %q, want on-phone", got)
			}
		}},
		{name: "subscribe/one propstat", rule: 39, run: func(s *session) {
			e := s.watched()
			state := e.get("d:response", "d:propstat", "d:prop", "r:state")
			if len(e.all("d:response")) != 1 || len(e.all("d:response", "d:propstat")) != 1 {
				s.Failf("want one d:response with one d:propstat")
			}
			if state.only() == "" || state.only() == "leased-value" || len(state.children[0].children) > 0 {
				s.Failf("the state is no plain element")
			}
		}},
		{name: "subscribe/ids", rule: 40, run: func(s *session) {
			l := s.login(s.user())
			ids := map[string]bool{}
			for i := range 10 {
				kind, status, to := "update/propchange", 207, s.user().url
				if i%2 == 0 {
					kind, status, to = "pragma/notify", 200, s.listen().URL
				}
				id := l.subscribe(status, s.user(), kind, to)
				if _, err := strconv.ParseUint(id, 10, 64); err != nil || ids[id] {
					s.Failf("Subscription-Id %q is no decimal number, or was given before", id)
				}
				ids[id] = true
			}
		}},
		{name: "subscribe/for very long", rule: 42, run: func(s *session) {
			a := s.login(s.user()).do("SUBSCRIBE", s.user().name, "", subscription("update/propchange", s.user().url, 2000000000)...)
			if a.status != 207 {
				s.Failf("answered by %v, want 207", a)
			}
			s.granted(a)
		}},
		{name: "subscribe/identical ones", rule: 46, run: func(s *session) {
			w := s.logOn(s.user())
			first, second := w.watch(s.user()), w.watch(s.user())
			if first == second {
				s.Failf("both have the Subscription-Id %s", first)
			}
			w.want(200, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+first)
			text := s.word()
			w.say(s.user(), text)
			s.next(w.cb, text)
		}},
		{name: "subscribe/messages are not changes", rule: 47, run: func(s *session) {
			s.tidy(s.other())
			a := s.logOn(s.user())
			ben := s.login(s.other())
			ben.say(s.other(), "before")
			told, written := s.word(), s.word()
			a.watch(s.other())
			b := s.again(s.other())
			a.deliver(s.other(), written)
			s.next(b.cb, written)
			ben.say(s.other(), told)
			s.next(a.cb, told)
			s.none(a.cb, written, "who watches gets property changes only")
			s.none(b.cb, told, "a login subscription gets no changes of the node itself")
		}},
		{name: "subscribe/without Call-Back", rule: 48, run: func(s *session) {
			for _, kind := range []string{"pragma/notify", "update/propchange"} {
				s.login(s.user()).refuse("SUBSCRIBE", s.user().name, "", "Notification-Type: "+kind, "Subscription-Lifetime: 60")
			}
		}},
		{name: "subscribe/Call-Back of somebody else", rule: 49, run: func(s *session) {
			s.login(s.user()).refuse("SUBSCRIBE", s.other().name, "", subscription("update/propchange", s.other().url, 60)...)
			s.dial(stranger).refuse("SUBSCRIBE", s.user().name, "", subscription("update/propchange", s.other().url, 60)...)
		}},
		{name: "subscribe/Call-Back of a client by a stranger", rule: 49, run: func(s *session) {
			s.dial(stranger).refuse("SUBSCRIBE", s.user().name, "", subscription("update/propchange", s.listen().URL, 60)...)
		}},
		{name: "subscribe/oneself", rule: 50, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.user())
			text := s.word()
			w.say(s.user(), text)
			s.next(w.cb, text)
		}},
		{name: "subscribe/two logons", rule: 51, run: func(s *session) {
			a := s.logOn(s.user())
			b, ben := s.again(s.user()), s.login(s.other())
			text := s.word()
			ben.deliver(s.user(), text)
			s.next(a.cb, text)
			s.next(b.cb, text)
		}},
		{name: "subscribe/unknown type", rule: 47, run: func(s *session) {
			s.login(s.user()).refuse("SUBSCRIBE", s.user().name, "", subscription("update/weather", s.user().url, 60)...)
		}},
	}
	for _, lifetime := range []string{"", "0", "-5", "soon", "1e3"} {
		list = append(list, testCase{name: "subscribe/lifetime " + quoted(lifetime), rule: 41, run: func(s *session) {
			l := s.login(s.user())
			l.refuse("SUBSCRIBE", s.user().name, "", "Notification-Type: update/propchange", "Call-Back: "+s.user().url, "Subscription-Lifetime: "+lifetime)
			l.refuse("SUBSCRIBE", s.user().name, "", "Notification-Type: pragma/notify", "Call-Back: "+s.listen().URL, "Subscription-Lifetime: "+lifetime)
		}})
	}
	return append(list, renewalCases()...)
}

func renewalCases() []testCase {
	var list []testCase
	for _, kind := range []string{"pragma/notify", "update/propchange"} {
		list = append(list, testCase{name: "subscribe/renewal of " + kind, rule: 44, run: func(s *session) {
			w := s.logOn(s.user())
			id := w.id
			if kind != "pragma/notify" {
				id = w.watch(s.user())
			}
			a := w.want(200, "SUBSCRIBE", s.user().name, "", "Subscription-Id: "+id, "Subscription-Lifetime: 900")
			s.granted(a)
			if a.header.get("Subscription-Id") != id || a.body != "" {
				s.Failf("the renewal of %s is answered with Subscription-Id %q and %d octets", id, a.header.get("Subscription-Id"), len(a.body))
			}
		}})
	}
	return append(list,
		testCase{name: "subscribe/renewal of an unknown id", rule: 45, run: func(s *session) {
			l := s.login(s.user())
			for _, id := range []string{"999999999999", "0", "-1", "9A504", "x", strings.Repeat("9", 400)} {
				l.want(412, "SUBSCRIBE", s.user().name, "", "Subscription-Id: "+id, "Subscription-Lifetime: 60")
			}
		}},
		testCase{name: "subscribe/renewal of an ended one", rule: 45, run: func(s *session) {
			w := s.logOn(s.user())
			w.want(200, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+w.id)
			w.want(412, "SUBSCRIBE", s.user().name, "", "Subscription-Id: "+w.id, "Subscription-Lifetime: 60")
		}},
		testCase{name: "subscribe/renewal at another user", rule: 45, run: func(s *session) {
			w := s.logOn(s.user())
			w.want(412, "SUBSCRIBE", s.other().name, "", "Subscription-Id: "+w.id, "Subscription-Lifetime: 60")
		}},
	)
}

// granted checks the headers of a subscription.
func (s *session) granted(a answer) {
	id, life := a.header.get("Subscription-Id"), a.header.get("Subscription-Lifetime")
	if !decimal.MatchString(id) || !decimal.MatchString(life) {
		s.Failf("the answer %v has Subscription-Id %q and Subscription-Lifetime %q", a, id, life)
	}
}

// watched subscribes to the other user and returns the multistatus of it.
func (s *session) watched() *element {
	a := s.login(s.user()).want(207, "SUBSCRIBE", s.other().name, "", subscription("update/propchange", s.user().url, 60)...)
	return s.document(a, "d:multistatus")
}

func subscriptionsCases() []testCase {
	list := func(s *session, l *line, who account, kind string) []*element {
		a := l.want(200, "SUBSCRIPTIONS", who.name, "", "Notification-Type: "+kind)
		return s.document(a, "r:subscriptions").all("r:subscription")
	}
	ids := func(entries []*element) (ids string) {
		for _, e := range entries {
			ids += " " + e.at("r:subscription-id") + " "
		}
		return ids
	}
	return []testCase{
		{name: "unsubscribe/ends it", rule: 54, run: func(s *session) {
			w := s.logOn(s.user())
			id := w.watch(s.other())
			ben := s.again(s.other())
			first, second := s.word(), s.word()
			ben.say(s.other(), first)
			s.next(w.cb, first)
			w.want(200, "UNSUBSCRIBE", s.other().name, "", "Subscription-Id: "+id)
			ben.watch(s.other())
			ben.say(s.other(), second)
			s.next(ben.cb, second)
			s.none(w.cb, second, "the subscription was ended")
		}},
		{name: "unsubscribe/ends a logon", rule: 54, run: func(s *session) {
			w, ben := s.logOn(s.user()), s.login(s.other())
			first, second := s.word(), s.word()
			ben.deliver(s.user(), first)
			s.next(w.cb, first)
			w.want(200, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+w.id)
			ben.write(s.user(), second)
			s.none(w.cb, second, "the subscription was ended")
		}},
		{name: "unsubscribe/unknown id", rule: 55, run: func(s *session) {
			l := s.login(s.user())
			for _, id := range []string{"999999999999", "0", "-1", "x", ""} {
				l.want(412, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+id)
			}
		}},
		{name: "unsubscribe/twice", rule: 55, run: func(s *session) {
			w := s.logOn(s.user())
			w.want(200, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+w.id)
			w.want(412, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+w.id)
		}},
		{name: "unsubscribe/somebody else's", rule: 56, run: func(s *session) {
			w := s.logOn(s.user())
			s.tidy(s.other())
			l := s.login(s.other())
			id := w.watch(s.other())
			l.refuse("UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+w.id)
			s.dial(stranger).refuse("UNSUBSCRIBE", s.other().name, "", "Subscription-Id: "+id)
			s.dial(s.user().url).refuse("UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+w.id)
			l.want(200, "UNSUBSCRIBE", s.other().name, "", "Subscription-Id: "+id)
		}},
		{name: "unsubscribe/an earlier logon", rule: 57, run: func(s *session) {
			old := s.logOn(s.user())
			now := s.again(s.user())
			now.want(200, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+old.id)
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			s.next(now.cb, text)
			s.none(old.cb, text, "the subscription was ended")
		}},
		{name: "subscriptions/by type", rule: 59, run: func(s *session) {
			w := s.logOn(s.user())
			id := w.watch(s.user())
			notify, change := ids(list(s, w.line, s.user(), "pragma/notify")), ids(list(s, w.line, s.user(), "update/propchange"))
			if !strings.Contains(notify, " "+w.id+" ") || strings.Contains(notify, " "+id+" ") {
				s.Failf("pragma/notify lists%s, want %s and not %s", notify, w.id, id)
			}
			if !strings.Contains(change, " "+id+" ") || strings.Contains(change, " "+w.id+" ") {
				s.Failf("update/propchange lists%s, want %s and not %s", change, id, w.id)
			}
		}},
		{name: "subscriptions/entries", rule: 60, run: func(s *session) {
			s.tidy(s.other())
			w := s.logOn(s.user())
			id := w.watch(s.other())
			for _, e := range list(s, s.login(s.other()), s.other(), "update/propchange") {
				if e.at("r:subscription-id") != id {
					continue
				}
				left, err := strconv.Atoi(e.at("d:timeout"))
				if e.at("d:href") != s.user().url || e.at("a:principal", "a:rvp-principal") != s.user().url || err != nil || left < 500 || left > 600 {
					s.Failf("href %q, principal %q, timeout %q", e.at("d:href"), e.at("a:principal", "a:rvp-principal"), e.at("d:timeout"))
				}
				return
			}
			s.Failf("%s is not in the list", id)
		}},
		{name: "subscriptions/own logon", rule: 61, run: func(s *session) {
			w := s.logOn(s.user())
			for _, e := range list(s, w.line, s.user(), "pragma/notify") {
				if e.at("r:subscription-id") == w.id && strings.TrimSuffix(e.at("d:href"), "/") == w.cb.URL {
					return
				}
			}
			s.Failf("%s with %s is not in the list", w.id, w.cb.URL)
		}},
		{name: "subscriptions/ended ones", rule: 60, run: func(s *session) {
			w := s.logOn(s.user())
			id := w.watch(s.user())
			w.want(200, "UNSUBSCRIBE", s.user().name, "", "Subscription-Id: "+id)
			if all := ids(list(s, w.line, s.user(), "update/propchange")); strings.Contains(all, " "+id+" ") {
				s.Failf("%s is still in the list", id)
			}
		}},
		{name: "subscriptions/unknown type", rule: 59, run: func(s *session) {
			s.login(s.user()).refuse("SUBSCRIPTIONS", s.user().name, "", "Notification-Type: update/weather")
		}},
		{name: "subscriptions/where a logon is", rule: 53, run: func(s *session) {
			w := s.logOn(s.user())
			s.login(s.user()).want(200, "ACL", s.user().name, acl(entry(everybody, "all", "")))
			for _, l := range []*line{s.dial(stranger), s.login(s.other())} {
				if a := l.do("SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify"); strings.Contains(a.body, strings.TrimPrefix(w.cb.URL, "http://")) {
					s.Failf("%s is told %s", l.from, w.cb.URL)
				}
			}
		}},
	}
}
