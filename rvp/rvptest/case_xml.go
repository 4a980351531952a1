package rvptest

import "strings"

func xmlCases() []testCase {
	documents := []struct {
		root, name string
		ask        func(*session) answer
	}{
		{"d:multistatus", "SUBSCRIBE", func(s *session) answer {
			return s.login(s.user()).want(207, "SUBSCRIBE", s.other().name, "", subscription("update/propchange", s.user().url, 60)...)
		}},
		{"d:multistatus", "PROPFIND", func(s *session) answer {
			return s.login(s.user()).want(207, "PROPFIND", s.user().name, allProperties, "Depth: 0")
		}},
		{"d:multistatus", "PROPPATCH", func(s *session) answer {
			a := s.login(s.user()).want(207, "PROPPATCH", s.user().name, leased("busy", 60, ""))
			s.patched(a)
			return a
		}},
		{"r:subscriptions", "SUBSCRIPTIONS", func(s *session) answer {
			l := s.login(s.user())
			l.subscribe(207, s.user(), "update/propchange", s.user().url)
			return l.want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: update/propchange")
		}},
		{"a:rvpacl", "ACL", func(s *session) answer { return s.login(s.user()).want(200, "ACL", s.user().name, "") }},
	}
	var list []testCase
	for _, d := range documents {
		list = append(list,
			testCase{name: "xml/prefixes of " + d.name, rule: 107, run: func(s *session) {
				if wrong := strict(d.ask(s).body, d.root); wrong != "" {
					s.Failf("%s", wrong)
				}
			}},
			testCase{name: "xml/no white space in " + d.name, rule: 109, run: func(s *session) {
				if wrong := spaced(d.ask(s).body); wrong != "" {
					s.Failf("%s", wrong)
				}
			}},
		)
	}
	list = append(list, testCase{name: "xml/no white space that was read", rule: 109, run: func(s *session) {
		s.tidy(s.user())
		l := s.login(s.user())
		l.want(200, "ACL", s.user().name, acl(
			entry(principal(" \n"+stranger+"\t"), "read", "send-to"), entry(principal(s.user().url), "all", "")))
		a := l.want(200, "ACL", s.user().name, "")
		if wrong := spaced(a.body); wrong != "" || !strings.Contains(a.body, ">"+stranger+"<") {
			s.Failf("the principal was not trimmed %s", wrong)
		}
	}})
	return append(append(list, readingCases()...), badXMLCases()...)
}

// requests are those with a body, and the status that they have if it is good.
func requests(s *session) []struct {
	method, body string
	status       int
} {
	return []struct {
		method, body string
		status       int
	}{
		{"PROPFIND", find("r:state", "d:displayname"), 207},
		{"PROPPATCH", update("<r:mobile-description>x</r:mobile-description>"), 207},
		{"ACL", acl(entry(everybody, "list read send-to presence", ""), entry(principal(s.user().url), "all", "")), 200},
		{"NOTIFY", message(s.user().url, s.user().url, s.word()), 200},
	}
}

// readingCases check that XML is read by namespaces.
func readingCases() []testCase {
	forms := []struct {
		name   string
		change func(string) string
	}{
		{"other prefixes", func(s string) string {
			return strings.NewReplacer("<d:", "<q1:", "</d:", "</q1:", "<r:", "<D:", "</r:", "</D:", "<a:", "<x.y-z:", "</a:", "</x.y-z:",
				"xmlns:d=", "xmlns:q1=", "xmlns:r=", "xmlns:D=", "xmlns:a=", "xmlns:x.y-z=").Replace(s)
		}},
		{"default namespaces", func(s string) string {
			for prefix, space := range spaces {
				s = strings.ReplaceAll(s, " xmlns:"+prefix+"='"+space+"'", "")
			}
			return tags.ReplaceAllStringFunc(s, func(tag string) string {
				m := tags.FindStringSubmatch(tag)
				prefix, local, _ := strings.Cut(m[2], ":")
				if m[1] == "/" {
					return "</" + local + ">"
				}
				return "<" + local + ` xmlns="` + spaces[prefix] + `"` + m[4] + ">"
			})
		}},
		{"white space and comments", func(s string) string {
			return strings.NewReplacer("<d:prop>", "<d:prop>\n\t<!-- <d:x> -->\n  ", "<a:acl>", " <a:acl>\r\n", "<r:message>", " <?pi x?><r:message>\n").Replace(s)
		}},
		{"no declaration", func(s string) string { return strings.TrimPrefix(s, xmlHead) }},
		{"UTF-8 with a mark", func(s string) string {
			return "\ufeff" + strings.Replace(s, `"1.0"`, `"1.0" encoding="utf-8"`, 1)
		}},
		{"elements that nobody knows", func(s string) string {
			return strings.NewReplacer("</d:propfind>", "<z:x xmlns:z='urn:z'/></d:propfind>", "</d:propertyupdate>", "<z:x xmlns:z='urn:z'/></d:propertyupdate>").Replace(s)
		}},
	}
	var list []testCase
	for _, f := range forms {
		list = append(list, testCase{name: "xml/reads " + f.name, rule: 108, run: func(s *session) {
			w := s.logOn(s.user())
			for _, r := range requests(s) {
				if body := f.change(r.body); body != r.body {
					w.want(r.status, r.method, s.user().name, body, "Depth: 0", "RVP-Ack-Type: DeepOr")
				}
			}
		}})
	}
	return list
}

func badXMLCases() []testCase {
	forms := []struct {
		name   string
		rule   int
		change func(string) string
	}{
		{"cut off", 13, func(s string) string { return s[:len(s)-5] }},
		{"tags that cross", 13, func(s string) string { return strings.Replace(s, "</", "</r:x></", 1) }},
		{"a prefix that was not declared", 13, func(s string) string { return strings.Replace(s, " xmlns:r=", " xmlns:rr=", 1) + "<r:x/>" }},
		{"an unknown entity", 13, func(s string) string { return strings.Replace(s, "</", "&nbsp;</", 1) }},
		{"two roots", 13, func(s string) string { return s + strings.TrimPrefix(s, xmlHead) }},
		{"another root", 13, func(string) string { return xmlHead + "<d:nothing" + xmlns + "</d:nothing>" }},
		{"no XML", 13, func(string) string { return "hello" }},
		{"a control character", 13, func(s string) string { return strings.Replace(s, "</", "\x01</", 1) }},
		{"octets that are no UTF-8", 13, func(s string) string { return strings.Replace(s, "</", "\xff\xfe</", 1) }},
		{"DOCTYPE", 112, func(s string) string { return strings.Replace(s, xmlHead, xmlHead+"<!DOCTYPE x>", 1) }},
		{"an entity of its own", 112, func(s string) string {
			return strings.Replace(strings.Replace(s, xmlHead, xmlHead+`<!DOCTYPE x [<!ENTITY e "e">]>`, 1), "</", "&e;</", 1)
		}},
		{"an external entity", 112, func(s string) string {
			return strings.Replace(strings.Replace(s, xmlHead, xmlHead+`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`, 1), "</", "&e;</", 1)
		}},
		{"entities that multiply", 112, func(s string) string {
			return strings.Replace(strings.Replace(s, xmlHead, xmlHead+`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY e "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>`, 1), "</", "&e;</", 1)
		}},
	}
	var list []testCase
	for _, f := range forms {
		list = append(list, testCase{name: "xml/refuses " + f.name, rule: f.rule, run: func(s *session) {
			w := s.logOn(s.user())
			before := w.do("ACL", s.user().name, "").body
			w.say(s.user(), "before")
			for _, r := range requests(s) {
				w.want(400, r.method, s.user().name, f.change(r.body), "Depth: 0")
			}
			a := w.want(207, "PROPFIND", s.user().name, find("r:mobile-description"), "Depth: 0")
			if !strings.Contains(a.body, "before") || w.do("ACL", s.user().name, "").body != before {
				s.Failf("what was refused has changed something")
			}
			s.none(w.cb, "word-", "what was refused was delivered")
		}})
	}
	return list
}
