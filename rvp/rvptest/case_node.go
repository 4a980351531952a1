package rvptest

import (
	"fmt"
	"regexp"
	"strings"
)

func nodeCases() []testCase {
	ask := func(s *session, target, host string) answer {
		return s.login(s.user()).send(s.home(s.user().name).addr, "PROPFIND", target, find("d:displayname"), "Depth: 0", "Host: "+host)
	}
	want := func(s *session, target, host string) answer {
		a := ask(s, target, host)
		if a.status != 207 {
			s.Failf("%q is answered by %v, want 207", target, a)
		}
		return a
	}
	local := func(s *session, domain string) string {
		return "/instmsg/local/" + domain + "/instmsg/aliases/" + s.user().name
	}
	href := func(s *session, a answer) {
		if got := s.document(a, "d:multistatus").get("d:response", "d:href"); got == nil || got.text != s.user().url {
			s.Failf("d:href is not %q", s.user().url)
		}
	}
	list := []testCase{
		{name: "node/logical", rule: 15, run: func(s *session) { want(s, "/instmsg/aliases/"+s.user().name, s.target.domain()) }},
		{name: "node/physical", rule: 16, run: func(s *session) { want(s, local(s, s.target.domain()), s.target.domain()) }},
		{name: "node/physical in capitals", rule: 18, run: func(s *session) {
			want(s, strings.ToUpper(local(s, s.target.domain())), s.target.domain())
		}},
		{name: "node/physical of another domain", rule: 17, run: func(s *session) {
			if a := ask(s, local(s, "im.nowhere.test"), s.target.domain()); a.status != 404 {
				s.Failf("answered by %v, want 404", a)
			}
		}},
		{name: "node/another domain", rule: 17, run: func(s *session) {
			if a := ask(s, "/instmsg/aliases/"+s.user().name, "im.nowhere.test"); a.status != 404 {
				s.Failf("answered by %v, want 404", a)
			}
		}},
		{name: "node/unknown user", rule: 22, run: func(s *session) {
			l := s.login(s.user())
			for _, method := range []string{"PROPFIND", "SUBSCRIBE", "NOTIFY", "ACL"} {
				l.want(404, method, "no-such-user", message(s.user().url, s.logical("no-such-user"), "x"), append(subscription("update/propchange", s.user().url, 60), "Depth: 0")...)
			}
		}},
		{name: "node/names with punctuation", rule: 20, run: func(s *session) {
			who := s.user()
			if !strings.Contains(who.name, ".") && s.target.Other != "" {
				who = s.other()
			}
			if !regexp.MustCompile(`[._-]`).MatchString(who.name) {
				s.NotApplicable("neither user has a dot, hyphen or underscore in the name")
			}
			s.login(who).want(207, "PROPFIND", who.name, find("d:displayname"), "Depth: 0")
		}},
		{name: "node/href of PROPFIND", rule: 21, run: func(s *session) {
			href(s, want(s, local(s, s.target.domain()), s.target.domain()))
			href(s, want(s, "/INSTMSG/aliases/"+strings.ToUpper(s.user().name), s.target.domain()))
		}},
		{name: "node/href of PROPPATCH", rule: 21, run: func(s *session) {
			href(s, s.login(s.user()).want(207, "PROPPATCH", s.user().name, update("<r:mobile-description>x</r:mobile-description>")))
		}},
		{name: "node/href of SUBSCRIBE", rule: 21, run: func(s *session) {
			href(s, s.login(s.user()).want(207, "SUBSCRIBE", s.user().name, "", subscription("update/propchange", s.user().url, 60)...))
		}},
		{name: "node/principals of subscriptions", rule: 23, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			l.from = strings.ToUpper(l.from[:7]) + l.from[7:]
			l.subscribe(207, s.user(), "update/propchange", s.user().url)
			a := l.want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: update/propchange")
			p := s.document(a, "r:subscriptions").get("r:subscription", "a:principal", "a:rvp-principal")
			if p == nil || p.text != s.user().url {
				s.Failf("the principal is not %q", s.user().url)
			}
		}},
	}
	for _, v := range []struct {
		name   string
		change func(string) string
	}{
		{"slash at the end", func(p string) string { return p + "/" }},
		{"percent-encoding", func(p string) string { return strings.Replace(p, "aliases", "al%69ases", 1) }},
		{"percent-encoded name", func(p string) string {
			i := strings.LastIndexByte(p, '/') + 1
			return fmt.Sprintf("%s%%%02X%s", p[:i], p[i], p[i+1:])
		}},
	} {
		list = append(list, testCase{name: "node/" + v.name, rule: 19, run: func(s *session) {
			want(s, v.change("/instmsg/aliases/"+s.user().name), s.target.domain())
		}})
	}
	return append(list,
		testCase{name: "node/host in capitals", rule: 18, run: func(s *session) {
			want(s, "/instmsg/aliases/"+s.user().name, strings.ToUpper(s.target.domain()))
		}},
		testCase{name: "node/path in capitals", rule: 18, run: func(s *session) {
			want(s, "/InstMsg/ALIASES/"+s.user().name, s.target.domain())
		}},
		testCase{name: "node/name in capitals", rule: 18, run: func(s *session) {
			want(s, "/instmsg/aliases/"+strings.ToUpper(s.user().name), s.target.domain())
		}},
	)
}
