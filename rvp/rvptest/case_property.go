package rvptest

import (
	"strconv"
	"strings"
)

func propfindCases() []testCase {
	list := []testCase{
		{name: "propfind/named", rule: 63, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			l.set("busy", s.user(), "")
			text := s.word()
			l.say(s.user(), text)
			a := l.want(207, "PROPFIND", s.user().name, find("r:state", "r:mobile-description"), "Depth: 0")
			stats := s.document(a, "d:multistatus").all("d:response", "d:propstat")
			if len(stats) != 1 || !strings.HasPrefix(stats[0].at("d:status"), "HTTP/1.1 200 ") {
				s.Failf("want one d:propstat, with 200")
			}
			if got := stats[0].at("d:prop", "r:mobile-description"); got != text {
				s.Failf("r:mobile-description is %q, want %q", got, text)
			}
			if got := stats[0].get("d:prop", "r:state").only(); got != "busy" {
				s.Failf("r:state is %q, want busy", got)
			}
		}},
		{name: "propfind/missing", rule: 64, run: func(s *session) {
			a := s.login(s.user()).want(207, "PROPFIND", s.user().name, find("r:state", "r:no-such-property"), "Depth: 0")
			for _, stat := range s.document(a, "d:multistatus").all("d:response", "d:propstat") {
				missing := stat.get("d:prop", "r:no-such-property") != nil
				want := "HTTP/1.1 200 "
				if missing {
					want = "HTTP/1.1 404 "
				}
				if !strings.HasPrefix(stat.at("d:status"), want) || missing == (stat.get("d:prop", "r:state") != nil) {
					s.Failf("a d:propstat of %q has what it should not", stat.at("d:status"))
				}
				if missing {
					return
				}
			}
			s.Failf("the property that does not exist is in no d:propstat")
		}},
		{name: "propfind/allprop", rule: 65, run: func(s *session) {
			a := s.login(s.user()).want(207, "PROPFIND", s.user().name, allProperties, "Depth: 0")
			stats := s.document(a, "d:multistatus").all("d:response", "d:propstat")
			if len(stats) != 1 || !strings.HasPrefix(stats[0].at("d:status"), "HTTP/1.1 200 ") {
				s.Failf("want one d:propstat, with 200")
			}
			for _, p := range []string{"r:state", "d:displayname", "r:email"} {
				if stats[0].get("d:prop", p) == nil {
					s.Failf("%s is missing", p)
				}
			}
		}},
		{name: "propfind/inner status", rule: 111, run: func(s *session) {
			a := s.login(s.user()).want(207, "PROPFIND", s.user().name, find("r:state"), "Depth: 0")
			if got := s.document(a, "d:multistatus").at("d:response", "d:propstat", "d:status"); got != "HTTP/1.1 200 Successful" {
				s.Failf("d:status is %q, want HTTP/1.1 200 Successful", got)
			}
		}},
		{name: "propfind/plain state", rule: 67, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			l.set("away", s.user(), "")
			for _, body := range []string{find("r:state"), allProperties} {
				a := l.want(207, "PROPFIND", s.user().name, body, "Depth: 0")
				if got := s.document(a, "d:multistatus").get("d:response", "d:propstat", "d:prop", "r:state").only(); got != "away" {
					s.Failf("r:state has %q in it, want away alone", got)
				}
			}
		}},
	}
	for _, depth := range []string{"", "1", "infinity", "00x"} {
		list = append(list, testCase{name: "propfind/Depth " + quoted(depth), rule: 62, run: func(s *session) {
			s.login(s.user()).want(412, "PROPFIND", s.user().name, find("r:state"), "Depth: "+depth)
		}})
	}
	empty := func(name, body string) testCase {
		return testCase{name: "propfind/" + name, rule: 66, run: func(s *session) {
			s.login(s.user()).want(400, "PROPFIND", s.user().name, body, "Depth: 0")
		}}
	}
	return append(list, empty("no body", ""), empty("no property", xmlHead+"<d:propfind"+xmlns+"<d:prop></d:prop></d:propfind>"))
}

// patched is what a PROPPATCH of the state is answered with.
func (s *session) patched(a answer) *element {
	e := s.document(a, "d:multistatus").get("d:response", "d:propstat")
	if !strings.HasPrefix(e.at("d:status"), "HTTP/1.1 200 ") {
		s.Failf("d:status is %q, want 200", e.at("d:status"))
	}
	view := e.at("d:prop", "r:state", "r:view-id")
	s.note(s.user().name, view)
	return e.get("d:prop", "r:state")
}

func proppatchCases() []testCase {
	list := []testCase{
		{name: "proppatch/what is granted", rule: 68, run: func(s *session) {
			s.tidy(s.user())
			e := s.patched(s.login(s.user()).want(207, "PROPPATCH", s.user().name, leased("busy", 300, "")))
			value := e.get("r:leased-value")
			if value.get("r:value").only() != "busy" || value.get("r:default-value").only() != "offline" || value.at("d:timeout") != "300" {
				s.Failf("granted is %q, by default %q, for %q seconds", value.get("r:value").only(), value.get("r:default-value").only(), value.at("d:timeout"))
			}
		}},
		{name: "proppatch/view-id", rule: 69, run: func(s *session) {
			s.tidy(s.user())
			if e := s.patched(s.login(s.user()).want(207, "PROPPATCH", s.user().name, leased("busy", 300, ""))); e.at("r:view-id") == "" {
				s.Failf("there is no r:view-id in the answer")
			}
		}},
		{name: "proppatch/by view-id", rule: 70, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			view := l.set("busy", s.user(), "")
			if got := l.set("away", s.user(), view); got != view || view == "" {
				s.Failf("the view %q is answered as %q", view, got)
			}
			if got := l.see(s.user().name); got != "away" {
				s.Failf("the state is %q, want away", got)
			}
			l.set("offline", s.user(), view)
			if got := l.see(s.user().name); got != "offline" {
				s.Failf("the state is %q, want offline: there was one view", got)
			}
		}},
		{name: "proppatch/very long lease", rule: 75, run: func(s *session) {
			s.tidy(s.user())
			e := s.patched(s.login(s.user()).want(207, "PROPPATCH", s.user().name, leased("busy", 2000000000, "")))
			if n, err := strconv.Atoi(e.at("r:leased-value", "d:timeout")); err != nil || n <= 0 {
				s.Failf("the lease is of %q seconds", e.at("r:leased-value", "d:timeout"))
			}
		}},
		{name: "proppatch/refreshing", rule: 72, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.user())
			w.set("on-phone", s.user(), "")
			s.next(w.cb, "on-phone")
			w.set("on-phone", s.user(), "")
			text := s.word()
			w.say(s.user(), text)
			s.next(w.cb, text)
			if n := count(w.cb, "on-phone"); n != 1 {
				s.Failf("the state was told %d times", n)
			}
		}},
		{name: "proppatch/without a login subscription", rule: 79, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			l.set("online", s.user(), "")
			l.hangUp()
			l = s.login(s.user())
			l.set("offline", s.user(), "")
			if got := l.see(s.user().name); got != "offline" {
				s.Failf("the state is %q, want offline", got)
			}
		}},
		{name: "proppatch/offline at once", rule: 79, run: func(s *session) {
			w := s.logOn(s.user())
			ben := s.logOn(s.other())
			ben.watch(s.user())
			w.set("online", s.user(), "")
			s.next(ben.cb, "online")
			w.set("busy", s.user(), "")
			s.next(ben.cb, "busy")
			w.set("offline", s.user(), "")
			s.next(ben.cb, "offline")
		}},
		{name: "proppatch/invisible", rule: 81, run: func(s *session) {
			w := s.logOn(s.user())
			w.set("online", s.user(), "")
			w.set("invisible", s.user(), "")
			if got := s.login(s.other()).see(s.user().name); got != "offline" {
				s.Failf("others see %q, want offline", got)
			}
		}},
		{name: "proppatch/does not wait", rule: 82, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.user())
			before := s.word()
			w.say(s.user(), before)
			s.next(w.cb, before) // and so has all that was before it
			release := w.cb.Hold()
			defer release()
			text := s.word()
			w.say(s.user(), text)
			n := s.next(w.cb, text)
			select {
			case <-n.gone:
				s.Failf("the delivery was given up before PROPPATCH was answered")
			default:
			}
		}},
	}
	for _, v := range []struct{ name, value string }{
		{"DAV: timeout", "<r:leased-value><r:value><r:busy/></r:value><r:default-value><r:offline/></r:default-value><d:timeout>250</d:timeout></r:leased-value>"},
		{"RVP timeout", "<r:leased-value><r:value><r:busy/></r:value><r:default-value><r:offline/></r:default-value><r:timeout>250</r:timeout></r:leased-value>"},
	} {
		list = append(list, testCase{name: "proppatch/" + v.name, rule: 73, run: func(s *session) {
			s.tidy(s.user())
			e := s.patched(s.login(s.user()).want(207, "PROPPATCH", s.user().name, update("<r:state>"+v.value+"</r:state>")))
			if got := e.at("r:leased-value", "d:timeout"); got != "250" {
				s.Failf("the lease is of %q seconds, want 250", got)
			}
		}})
	}
	for _, v := range []struct{ name, value string }{
		{"without default-value", "<r:leased-value><r:value><r:busy/></r:value><d:timeout>250</d:timeout></r:leased-value>"},
		{"without timeout", "<r:leased-value><r:value><r:busy/></r:value><r:default-value><r:offline/></r:default-value></r:leased-value>"},
		{"with a value only", "<r:leased-value><r:value><r:busy/></r:value></r:leased-value>"},
	} {
		list = append(list, testCase{name: "proppatch/" + v.name, rule: 74, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			s.patched(l.want(207, "PROPPATCH", s.user().name, update("<r:state>"+v.value+"</r:state>")))
			if got := l.see(s.user().name); got != "busy" {
				s.Failf("the state is %q, want busy", got)
			}
		}})
	}
	for _, state := range []string{"online", "away", "busy", "back-soon", "on-phone", "at-lunch", "idle", "out-of-space"} {
		list = append(list, testCase{name: "proppatch/state " + state, rule: 80, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			s.patched(l.want(207, "PROPPATCH", s.user().name, leased(state, 300, "")))
			if got := s.login(s.other()).see(s.user().name); got != state {
				s.Failf("others see %q, want %s", got, state)
			}
		}})
	}
	return append(list, testCase{name: "proppatch/state without a prefix", rule: 80, run: func(s *session) {
		s.tidy(s.user())
		l := s.login(s.user())
		s.patched(l.want(207, "PROPPATCH", s.user().name, strings.Replace(leased("busy", 300, ""), "<r:busy/>", "<busy/>", 1)))
		if got := l.see(s.user().name); got != "busy" {
			s.Failf("the state is %q, want busy", got)
		}
	}})
}

func viewCases() []testCase {
	list := []testCase{
		{name: "views/offline of one", rule: 76, run: func(s *session) {
			a := s.logOn(s.user())
			b := s.again(s.user())
			va := a.set("online", s.user(), "")
			vb := b.set("busy", s.user(), "")
			b.set("offline", s.user(), vb)
			if got := s.login(s.other()).see(s.user().name); got != "online" {
				s.Failf("the state is %q, want online, which the other logon has set", got)
			}
			a.set("offline", s.user(), va)
			if got := s.login(s.other()).see(s.user().name); got != "offline" {
				s.Failf("the state is %q, want offline", got)
			}
		}},
		{name: "views/told apart without ids", rule: 76, run: func(s *session) {
			a := s.logOn(s.user())
			b := s.again(s.user())
			a.set("online", s.user(), "")
			b.set("busy", s.user(), "")
			b.set("offline", s.user(), "")
			if got := s.login(s.other()).see(s.user().name); got != "online" {
				s.Failf("the state is %q, want online, which the other logon has set", got)
			}
		}},
	}
	for _, quietly := range []string{"idle", "offline"} {
		list = append(list, testCase{name: "views/" + quietly + " is not told", rule: 77, run: func(s *session) {
			a := s.logOn(s.user())
			b := s.again(s.user())
			a.watch(s.user())
			va, vb := a.set("online", s.user(), ""), b.set("online", s.user(), "")
			b.set(quietly, s.user(), vb)
			a.set("at-lunch", s.user(), va)
			s.next(a.cb, "at-lunch")
			s.none(a.cb, ":"+quietly, "it is of the other logon alone")
		}})
	}
	for _, loudly := range []string{"busy", "away", "back-soon", "on-phone", "at-lunch", "online"} {
		list = append(list, testCase{name: "views/" + loudly + " is told to all", rule: 78, run: func(s *session) {
			a := s.logOn(s.user())
			b := s.again(s.user())
			before := "busy"
			if loudly == before {
				before = "online"
			}
			a.set(before, s.user(), "")
			b.set(before, s.user(), "")
			a.watch(s.user())
			b.set(loudly, s.user(), "")
			s.next(a.cb, ":"+loudly)
			s.next(b.cb, ":"+loudly)
		}})
	}
	return list
}
