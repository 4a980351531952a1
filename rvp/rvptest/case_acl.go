package rvptest

import "strings"

// own is what the owner keeps in the cases.
func (s *session) own() string { return entry(principal(s.user().url), "all", "") }

// setACL sets the ACL of the first user, which tidy undoes in the next case, and
// returns a line for the owner.
func (s *session) setACL(entries ...string) *line {
	s.tidy(s.user())
	l := s.login(s.user())
	l.want(200, "ACL", s.user().name, acl(append(entries, s.own())...))
	return l
}

// seen is the answer to who asks for the state of the first user.
func seen(l *line) answer { return l.do("PROPFIND", l.s.user().name, find("r:state"), "Depth: 0") }

func aclCases() []testCase {
	others := func(s *session) string { return principal(s.other().url) }
	const see = "list read presence"
	list := []testCase{
		{name: "acl/by default", rule: 134, run: func(s *session) {
			s.tidy(s.user())
			e := s.document(s.login(s.user()).want(200, "ACL", s.user().name, ""), "a:rvpacl")
			for _, right := range []string{"list", "read", "send-to", "presence"} {
				if !grants(e, "a:allprincipals", "", right) {
					s.Failf("everybody is not granted %s (or this is not the ACL of a new user)", right)
				}
			}
			for _, right := range []string{"write", "readacl", "writeacl", "subscriptions"} {
				if grants(e, "a:allprincipals", "", right) {
					s.Failf("everybody is granted %s", right)
				}
			}
			w := s.logOn(s.user())
			if a := seen(s.dial(stranger)); a.status != 207 {
				s.Failf("a stranger who asks for the state is answered by %v, want 207", a)
			}
			text := s.word()
			s.dial(stranger).deliver(s.user(), text)
			s.next(w.cb, text)
		}},
		{name: "acl/read", rule: 124, run: func(s *session) {
			e := s.document(s.login(s.user()).want(200, "ACL", s.user().name, ""), "a:rvpacl")
			if len(e.all("a:acl", "a:ace")) == 0 {
				s.Failf("there is no a:ace")
			}
		}},
		{name: "acl/write", rule: 125, run: func(s *session) {
			l := s.setACL(entry(principal(stranger), "read", "send-to presence"), entry(everybody, see, ""))
			e := s.document(l.want(200, "ACL", s.user().name, ""), "a:rvpacl")
			if !grants(e, "a:rvp-principal", stranger, "read") || grants(e, "a:rvp-principal", stranger, "send-to") || !grants(e, "a:allprincipals", "", "presence") {
				s.Failf("what was written is not what is read")
			}
			l = s.setACL(entry(everybody, see, ""))
			if strings.Contains(l.want(200, "ACL", s.user().name, "").body, stranger) {
				s.Failf("the list was not replaced")
			}
		}},
		{name: "acl/grant and deny are written", rule: 132, run: func(s *session) {
			e := s.document(s.setACL(entry(everybody, see, "send-to")).want(200, "ACL", s.user().name, ""), "a:rvpacl")
			if e.get("a:acl", "a:ace", "a:grant") == nil || e.get("a:acl", "a:ace", "a:deny", "a:send-to") == nil || e.get("a:acl", "a:ace", "a:allow") != nil {
				s.Failf("want a:grant and a:deny")
			}
		}},
		{name: "acl/allow is read", rule: 132, run: func(s *session) {
			ace := strings.ReplaceAll(entry(everybody, see, ""), "a:grant", "a:allow")
			s.setACL(ace)
			if a := seen(s.dial(stranger)); a.status != 207 {
				s.Failf("who is allowed to is answered by %v, want 207", a)
			}
		}},
		{name: "acl/everybody", rule: 128, run: func(s *session) {
			s.setACL(entry(everybody, see, ""))
			for _, l := range []*line{s.dial(stranger), s.login(s.other())} {
				if a := seen(l); a.status != 207 {
					s.Failf("%s is answered by %v, want 207", l.from, a)
				}
			}
			s.setACL(entry(everybody, "", see))
			for _, l := range []*line{s.dial(stranger), s.login(s.other())} {
				if a := seen(l); a.ok() {
					s.Failf("%s is answered by %v, though everybody is denied it", l.from, a)
				}
			}
		}},
		{name: "acl/name of a server", rule: 127, run: func(s *session) {
			l := s.setACL(entry(principal("im.stranger.test"), "send-to", ""))
			e := s.document(l.want(200, "ACL", s.user().name, ""), "a:rvpacl")
			if !grants(e, "a:rvp-principal", "im.stranger.test", "send-to") {
				s.Failf("it is not in the list")
			}
		}},
		{name: "acl/a server is not its users", rule: 129, run: func(s *session) {
			s.setACL(entry(principal("im.stranger.test"), see, ""))
			if a := seen(s.dial("im.stranger.test")); a.status != 207 {
				s.Failf("the server is answered by %v, want 207", a)
			}
			if a := seen(s.dial(stranger)); a.ok() {
				s.Failf("its user is answered by %v", a)
			}
		}},
		{name: "acl/without assertion", rule: 122, run: func(s *session) {
			s.setACL(entryBy(principal(stranger), "<a:credentials><a:digest/><a:ntlm/></a:credentials>", see, ""))
			if a := seen(s.dial(stranger)); a.ok() {
				s.Failf("a mere assertion is answered by %v", a)
			}
			s.setACL(entryBy(principal(stranger), "<a:credentials><a:assertion/></a:credentials>", see, ""))
			if a := seen(s.dial(stranger)); a.status != 207 {
				s.Failf("the assertion is answered by %v, want 207", a)
			}
		}},
		{name: "acl/other credentials", rule: 130, run: func(s *session) {
			used, other := "ntlm", "digest"
			l := s.dial(s.other().url)
			who := s.other()
			l.as, l.scheme = &who, "NTLM"
			s.setACL(entryBy(others(s), "<a:credentials><a:"+other+"/></a:credentials>", see, ""))
			if a := seen(l); a.ok() {
				s.Failf("who has logged in by %s is answered by %v, where only %s will do", used, a, other)
			}
			for _, good := range []string{"<a:ntlm/>", "<a:any/>", "<a:internal/><a:ntlm/>"} {
				s.setACL(entryBy(others(s), "<a:credentials>"+good+"</a:credentials>", see, ""))
				if a := seen(l); a.status != 207 {
					s.Failf("with %s the answer is %v, want 207", good, a)
				}
			}
		}},
		{name: "acl/losing presence", rule: 135, run: func(s *session) {
			s.tidy(s.other())
			s.setACL(entry(everybody, see, ""))
			w := s.again(s.user())
			ben := s.again(s.other())
			w.watch(s.user())
			ben.watch(s.user())
			first, second := s.word(), s.word()
			w.say(s.user(), first)
			s.next(ben.cb, first)
			s.setACL(entry(others(s), "", "presence"), entry(everybody, see, ""))
			w.say(s.user(), second)
			w.set("busy", s.user(), "")
			s.next(w.cb, "busy")
			s.none(ben.cb, ":busy", "the right is lost")
		}},
	}
	for _, v := range []struct {
		name string
		rule int
		ace  string
	}{
		{"without credentials", 126, entryBy(everybody, "", see, "")},
		{"with empty credentials", 126, entryBy(everybody, "<a:credentials/>", see, "")},
		{"with an empty principal", 127, entry(principal(""), see, "")},
		{"with white space for a principal", 127, entry(principal(" \n "), see, "")},
	} {
		list = append(list, testCase{name: "acl/" + v.name, rule: v.rule, run: func(s *session) {
			s.tidy(s.user())
			l := s.login(s.user())
			before := l.want(200, "ACL", s.user().name, "").body
			l.want(400, "ACL", s.user().name, acl(s.own(), entry(principal(stranger), "", "read"), v.ace))
			if l.want(200, "ACL", s.user().name, "").body != before {
				s.Failf("the change was refused, and made in part")
			}
		}})
	}
	return list
}

// grants reports whether an entry for a principal grants a right.
func grants(acl *element, kind, who, right string) bool {
	for _, ace := range acl.all("a:acl", "a:ace") {
		p := ace.get("a:principal", kind)
		if p != nil && strings.TrimSpace(p.text) == who && (ace.get("a:grant", "a:"+right) != nil || ace.get("a:grant", "a:all") != nil) {
			return true
		}
	}
	return false
}

func rightCases() []testCase {
	const all = "list read write send-to receive-from readacl writeacl presence subscriptions subscribe-others"
	rights := []struct {
		name string
		ask  func(s *session, l *line) answer
	}{
		{"list", func(s *session, l *line) answer { return l.do("PROPFIND", s.user().name, allProperties, "Depth: 0") }},
		{"read", func(s *session, l *line) answer {
			return l.do("PROPFIND", s.user().name, find("d:displayname"), "Depth: 0")
		}},
		{"write", func(s *session, l *line) answer {
			return l.do("PROPPATCH", s.user().name, update("<r:mobile-description>x</r:mobile-description>"))
		}},
		{"send-to", func(s *session, l *line) answer { return l.write(s.user(), s.word()) }},
		{"receive-from", func(s *session, l *line) answer {
			return l.do("SUBSCRIBE", s.user().name, "", subscription("pragma/notify", s.listen().URL, 60)...)
		}},
		{"readacl", func(s *session, l *line) answer { return l.do("ACL", s.user().name, "") }},
		{"writeacl", func(s *session, l *line) answer {
			return l.do("ACL", s.user().name, acl(entry(everybody, all, ""), s.own()))
		}},
		{"presence", func(s *session, l *line) answer { return seen(l) }},
		{"presence in SUBSCRIBE", func(s *session, l *line) answer {
			return l.do("SUBSCRIBE", s.user().name, "", subscription("update/propchange", l.from, 60)...)
		}},
		{"subscriptions", func(s *session, l *line) answer {
			return l.do("SUBSCRIPTIONS", s.user().name, "", "Notification-Type: update/propchange")
		}},
		{"subscribe-others", func(s *session, l *line) answer {
			return l.do("SUBSCRIBE", s.user().name, "", subscription("update/propchange", s.user().url, 60)...)
		}},
	}
	var list []testCase
	for _, r := range rights {
		right, _, _ := strings.Cut(r.name, " ")
		rule := 131
		if right == "presence" || right == "send-to" {
			rule = 133
		}
		list = append(list,
			testCase{name: "right/" + r.name + " denied", rule: rule, run: func(s *session) {
				s.setACL(entry(principal(s.other().url), without(all, right), right))
				s.again(s.user())
				if a := r.ask(s, s.login(s.other())); a.status != 403 && a.status != 401 {
					s.Failf("answered by %v, want 403", a)
				}
			}},
			testCase{name: "right/" + r.name + " granted", rule: 131, run: func(s *session) {
				s.setACL(entry(principal(s.other().url), all, ""))
				s.again(s.user())
				if a := r.ask(s, s.login(s.other())); !a.ok() {
					s.Failf("answered by %v, want 2xx", a)
				}
			}},
		)
	}
	return append(list,
		testCase{name: "right/all", rule: 131, run: func(s *session) {
			s.setACL(entry(principal(s.other().url), "all", ""))
			s.again(s.user())
			for _, r := range rights {
				if a := r.ask(s, s.login(s.other())); !a.ok() {
					s.Failf("%s is answered by %v, want 2xx", r.name, a)
				}
			}
		}},
	)
}

// without is a list of words without one.
func without(words, word string) string {
	return strings.ReplaceAll(" "+words+" ", " "+word+" ", " ")
}
