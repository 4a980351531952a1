package rvptest

import (
	"strings"
)

func loginCases() []testCase {
	owners := []struct {
		name   string
		method string
		body   string
		fields []string
	}{
		{"login SUBSCRIBE", "SUBSCRIBE", "", subscription("pragma/notify", "http://127.0.0.1:34567", 60)},
		{"PROPPATCH", "PROPPATCH", leased("online", 60, ""), nil},
		{"ACL write", "ACL", acl(entry(everybody, "all", "")), nil},
		{"SUBSCRIPTIONS", "SUBSCRIPTIONS", "", []string{"Notification-Type: pragma/notify"}},
	}
	var list []testCase
	for _, o := range owners {
		list = append(list,
			testCase{name: "login/" + o.name + " without", rule: 120, run: func(s *session) {
				s.dial(s.user().url).want(401, o.method, s.user().name, o.body, o.fields...)
			}},
			testCase{name: "login/" + o.name + " without a name", rule: 120, run: func(s *session) {
				s.dial("").want(401, o.method, s.user().name, o.body, o.fields...)
			}},
			testCase{name: "login/" + o.name + " of another user", rule: 123, run: func(s *session) {
				s.login(s.other()).want(403, o.method, s.user().name, o.body, o.fields...)
			}},
			testCase{name: "login/" + o.name + " in the name of another", rule: 121, run: func(s *session) {
				l := s.login(s.other())
				l.from = s.user().url
				l.want(403, o.method, s.user().name, o.body, o.fields...)
			}},
		)
	}
	return append(append(list, challengeCases()...), schemeCases()...)
}

func challengeCases() []testCase {
	challenge := func(s *session) answer {
		return s.dial(s.user().url).want(401, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
	}
	return []testCase{
		{name: "login/one line for each scheme", rule: 113, run: func(s *session) {
			lines := challenge(s).header.all("WWW-Authenticate")
			if len(lines) == 0 {
				s.Failf("no WWW-Authenticate in a 401")
			}
			for _, v := range lines {
				if strings.HasPrefix(v, "NTLM") && v != "NTLM" {
					s.Failf("WWW-Authenticate: %q, want NTLM", v)
				}
				for _, scheme := range []string{", NTLM", ", Digest", ", Negotiate", ", Basic"} {
					if strings.Contains(v, scheme) {
						s.Failf("WWW-Authenticate: %q has two schemes", v)
					}
				}
			}
		}},
		{name: "login/NTLM is offered", rule: 115, run: func(s *session) {
			if _, ok := schemes(challenge(s))["ntlm"]; !ok {
				s.Failf("there is no WWW-Authenticate: NTLM")
			}
		}},
		{name: "login/Digest is offered", rule: 114, run: func(s *session) {
			params := schemes(challenge(s))["digest"]
			domain, _, _ := strings.Cut(s.target.domain(), ":")
			qop := strings.Contains(","+strings.ReplaceAll(param(params, "qop"), " ", "")+",", ",auth,")
			if param(params, "realm") != domain || param(params, "nonce") == "" || !qop {
				s.Failf("WWW-Authenticate: Digest %s, want the realm %q, a nonce and qop=\"auth\"", params, domain)
			}
			if a := param(params, "algorithm"); a != "" && a != "MD5" {
				s.Failf("the algorithm is %s, want MD5", a)
			}
		}},
	}
}

func schemeCases() []testCase {
	scheme := func(s *session, scheme string) *line {
		l := s.dial(s.user().url)
		who := s.user()
		l.as, l.scheme = &who, scheme
		return l
	}
	list := []testCase{
		{name: "NTLM/login", rule: 115, run: func(s *session) {
			scheme(s, "NTLM").want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
		}},
		{name: "NTLM/wrong password", rule: 120, run: func(s *session) {
			l := scheme(s, "none")
			l.as.password += "-not"
			addr := s.home(s.user().name).addr
			l.peer(addr)
			if a := l.ntlm(addr, s.home(s.user().name).path, "", s.user().name); a.status != 401 {
				s.Failf("the login with a wrong password is answered by %v, want 401", a)
			}
		}},
		{name: "NTLM/later requests", rule: 116, run: func(s *session) {
			l := scheme(s, "NTLM")
			for range 3 {
				l.want(207, "PROPPATCH", s.user().name, update("<r:mobile-description>x</r:mobile-description>"))
			}
		}},
		{name: "NTLM/new connection", rule: 116, run: func(s *session) {
			scheme(s, "NTLM").want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
			s.dial(s.user().url).want(401, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
		}},
		{name: "NTLM/connections are told apart", rule: 31, run: func(s *session) {
			a, b, c := scheme(s, "NTLM"), s.login(s.other()), s.dial("")
			for range 3 {
				a.want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
				b.want(200, "SUBSCRIPTIONS", s.other().name, "", "Notification-Type: pragma/notify")
				b.want(403, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
				c.want(401, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
			}
		}},
		{name: "NTLM/version 1", rule: 117, run: func(s *session) {
			l := scheme(s, "none")
			h, who := s.home(s.user().name), s.user()
			l.peer(h.addr)
			a := l.authorize(h.addr, h.path, "NTLM "+oldNTLM1("EXAMPLE", "pc"))
			token := oldNTLM3(schemes(a)["ntlm"], "EXAMPLE", who.name, who.password)
			if a.status != 401 || token == "" {
				s.Failf("message 1 of NTLM is answered by %v, want 401 and message 2", a)
			}
			if a := l.authorize(h.addr, h.path, "NTLM "+token); a.status == 401 {
				s.NotApplicable("the server does not take NTLMv1")
			} else if a.status != 200 {
				s.Failf("the login is answered by %v, want 200", a)
			}
		}},
		{name: "Digest/login", rule: 114, run: func(s *session) {
			l := scheme(s, "Digest")
			for range 3 {
				l.want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
			}
		}},
		{name: "Digest/wrong password", rule: 120, run: func(s *session) {
			l := scheme(s, "Digest")
			l.as.password += "-not"
			l.want(401, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
		}},
		{name: "Digest/all in quotes, counting to one", rule: 118, run: func(s *session) {
			l := scheme(s, "Digest")
			addr := s.home(s.user().name).addr
			l.peer(addr)
			l.keys[addr].quoted, l.keys[addr].once = true, true
			for range 2 {
				l.want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
			}
		}},
	}
	for _, form := range []string{`%s`, `EXAMPLE\%s`, `EXAMPLE/%s`, `%s@DOMAIN`} {
		list = append(list, testCase{name: "Digest/user name " + strings.ReplaceAll(form, "%s", "user"), rule: 119, run: func(s *session) {
			l := scheme(s, "Digest")
			who, addr := s.user(), s.home(s.user().name).addr
			l.peer(addr)
			name := strings.ReplaceAll(form, "%s", who.name)
			l.keys[addr].name = strings.ReplaceAll(name, "DOMAIN", mailDomain(s))
			l.want(200, "SUBSCRIPTIONS", who.name, "", "Notification-Type: pragma/notify")
		}})
	}
	for _, form := range []string{"EXAMPLE %s", " %s@DOMAIN", " %s"} {
		domain, name, _ := strings.Cut(form, " ")
		list = append(list, testCase{name: "NTLM/user name " + strings.TrimSpace(strings.ReplaceAll(domain+" "+name, "%s", "user")), rule: 119, run: func(s *session) {
			l := scheme(s, "none")
			h := s.home(s.user().name)
			l.peer(h.addr)
			name := strings.ReplaceAll(strings.ReplaceAll(name, "%s", s.user().name), "DOMAIN", mailDomain(s))
			if a := l.ntlm(h.addr, h.path, domain, name); a.status != 200 {
				s.Failf("the login is answered by %v, want 200", a)
			}
		}})
	}
	return list
}

// mailDomain is that of sign-in names, for which the IM domain has "im." by custom.
func mailDomain(s *session) string {
	domain, _, _ := strings.Cut(s.target.domain(), ":")
	return strings.TrimPrefix(domain, "im.")
}
