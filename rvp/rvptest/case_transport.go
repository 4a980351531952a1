package rvptest

import "strings"

func transportCases() []testCase {
	list := []testCase{
		{name: "transport/connections are kept", rule: 1, run: func(s *session) {
			l := s.dial("")
			for range 3 {
				if a := l.do("PROPFIND", s.user().name, ""); a.status != 412 {
					s.Failf("PROPFIND without Depth is answered by %v, want 412", a)
				}
			}
		}},
		{name: "transport/absolute-form", rule: 2, run: func(s *session) {
			l := s.login(s.user())
			h := s.home(s.user().name)
			for _, host := range []string{s.target.domain(), h.addr} {
				a := l.send(h.addr, "PROPFIND", "http://"+host+h.path, find("d:displayname"), "Depth: 0")
				if a.status != 207 {
					s.Failf("answered by %v, want 207", a)
				}
			}
		}},
		{name: "transport/Host", rule: 9, run: func(s *session) {
			l := s.login(s.user())
			domain, _, _ := strings.Cut(s.target.domain(), ":")
			for _, host := range []string{domain, domain + ":80", strings.ToUpper(domain), s.home(s.user().name).addr} {
				l.want(207, "PROPFIND", s.user().name, find("d:displayname"), "Depth: 0", "Host: "+host)
			}
		}},
		{name: "transport/bare LF", rule: 6, run: func(s *session) {
			l := s.dial(s.user().url)
			r := l.request("PROPFIND", s.home(s.user().name).path, find("d:displayname"), "Depth: 0")
			if a := l.raw(strings.ReplaceAll(r, "\r\n", "\n")); a.status != 207 {
				s.Failf("answered by %v, want 207", a)
			}
		}},
		{name: "transport/DAV headers", rule: 12, run: func(s *session) {
			l := s.login(s.user())
			fields := []string{"DAV: 1, 2", "Overwrite: F", "If: (<opaquelocktoken:1> [\"x\"])", "Lock-Token: <opaquelocktoken:1>", "Destination: /x", "Timeout: Second-1"}
			a := l.want(200, "ACL", s.user().name, "", append(fields, "Depth: infinity")...)
			b := l.want(207, "PROPFIND", s.user().name, find("d:displayname"), append(fields, "Depth: 0")...)
			if len(a.header.all("DAV"))+len(b.header.all("DAV")) > 0 {
				s.Failf("there is a DAV header in an answer")
			}
		}},
	}
	for _, version := range []string{"1.0", "7", "nonsense", ""} {
		list = append(list, testCase{name: "transport/version " + quoted(version), rule: 5, run: func(s *session) {
			s.dial(s.user().url).want(207, "PROPFIND", s.user().name, find("d:displayname"), "Depth: 0", "RVP-Notifications-Version: "+version)
		}})
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "LOCK", "UNLOCK", "OPTIONS", "DELETE", "MKCOL", "REPORT", "FROB"} {
		list = append(list, testCase{name: "transport/" + method, rule: 10, run: func(s *session) {
			s.dial(s.user().url).want(501, method, s.user().name, "")
		}})
	}
	for _, method := range []string{"COPY", "MOVE"} {
		list = append(list, testCase{name: "transport/" + method, rule: 11, run: func(s *session) {
			s.dial(s.user().url).want(405, method, s.user().name, "", "Destination: http://"+s.target.domain()+"/instmsg/aliases/x")
		}})
	}
	for _, method := range []string{"SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIPTIONS", "ACL"} {
		list = append(list, testCase{name: "transport/" + method + " without Content-Length", rule: 7, run: func(s *session) {
			l := s.login(s.user())
			fields := append(subscription("update/propchange", s.user().url, 60), "Content-Length:")
			if method == "UNSUBSCRIBE" {
				id := l.subscribe(207, s.user(), "update/propchange", s.user().url)
				fields = []string{"Subscription-Id: " + id, "Content-Length:"}
			}
			if a := l.do(method, s.user().name, "", fields...); !a.ok() {
				s.Failf("answered by %v, want 2xx", a)
			}
			if a := l.do("PROPFIND", s.user().name, ""); a.status != 412 {
				s.Failf("the request behind it is answered by %v, want 412", a)
			}
		}})
	}
	return append(list, formCases()...)
}

// formCases check the form of answers of every kind.
func formCases() []testCase {
	kinds := []struct {
		name   string
		status int
		ask    func(*session) answer
	}{
		{"200", 200, func(s *session) answer { return s.login(s.user()).do("ACL", s.user().name, "") }},
		{"207", 207, func(s *session) answer {
			return s.login(s.user()).do("PROPFIND", s.user().name, find("d:displayname"), "Depth: 0")
		}},
		{"400", 400, func(s *session) answer { return s.login(s.user()).do("PROPPATCH", s.user().name, "<") }},
		{"401", 401, func(s *session) answer { return s.dial(s.user().url).do("PROPPATCH", s.user().name, update("")) }},
		{"404", 404, func(s *session) answer { return s.login(s.user()).do("ACL", "no-such-user", "") }},
		{"405", 405, func(s *session) answer { return s.dial("").do("COPY", s.user().name, "") }},
		{"412", 412, func(s *session) answer { return s.dial(s.user().url).do("PROPFIND", s.user().name, "") }},
		{"501", 501, func(s *session) answer { return s.dial("").do("GET", s.user().name, "") }},
	}
	var list []testCase
	for _, k := range kinds {
		ask := func(s *session) answer {
			a := k.ask(s)
			if a.status != k.status {
				s.NotApplicable("there is no such answer: " + a.String()) // there are cases for that
			}
			return a
		}
		list = append(list,
			testCase{name: "form/version of " + k.name, rule: 3, run: func(s *session) {
				if n := len(ask(s).header.all("RVP-Notifications-Version")); n != 1 {
					s.Failf("the answer has %d lines of RVP-Notifications-Version", n)
				}
			}},
			testCase{name: "form/0.2 in " + k.name, rule: 4, run: func(s *session) {
				if v := ask(s).header.get("RVP-Notifications-Version"); v != "0.2" {
					s.Failf("RVP-Notifications-Version is %q", v)
				}
			}},
			testCase{name: "form/length of " + k.name, rule: 8, run: func(s *session) {
				h := ask(s).header
				if len(h.all("Transfer-Encoding")) > 0 || len(h.all("Content-Length")) != 1 {
					s.Failf("the answer has Transfer-Encoding %q and Content-Length %q", h.all("Transfer-Encoding"), h.all("Content-Length"))
				}
			}},
			testCase{name: "form/no DAV in " + k.name, rule: 12, run: func(s *session) {
				if len(ask(s).header.all("DAV")) > 0 {
					s.Failf("the answer has a DAV header")
				}
			}},
		)
	}
	return list
}

func quoted(s string) string {
	if s == "" {
		return "missing"
	}
	return s
}
