package rvptest

import (
	"fmt"
	"strings"
)

// clientCases hold the conversations of real clients, octet by octet, as far as is
// known of them: Net::RVP 0.02 over LWP, and the plugin of Miranda IM.
func clientCases() []testCase {
	return []testCase{
		{name: "client/Net::RVP", rule: 7, run: netRVP},
		{name: "client/Net::RVP logs in by NTLM of its time", rule: 117, run: netRVPLogin},
		{name: "client/Net::RVP in lower case", rule: 18, run: func(s *session) {
			w := s.logOn(s.user())
			l := s.login(s.other())
			l.from = strings.ToLower(l.from)
			text := s.word()
			a := l.do("NOTIFY", strings.ToLower(s.user().name), message(l.from, strings.ToLower(s.user().url), text), "RVP-Ack-Type: DeepOr")
			if a.status != 200 {
				s.Failf("answered by %v, want 200", a)
			}
			s.next(w.cb, text)
		}},
		{name: "client/Net::RVP writes ]]>", rule: 13, run: func(s *session) {
			w := s.logOn(s.user())
			l := s.login(s.other())
			l.want(400, "NOTIFY", s.user().name, message(s.other().url, s.user().url, "a]]>b"), "RVP-Ack-Type: DeepOr")
			text := s.word()
			l.deliver(s.user(), text)
			s.next(w.cb, text)
		}},
		{name: "client/Miranda", rule: 6, run: miranda},
		{name: "client/logs on again after a crash", rule: 93, run: func(s *session) {
			dead := s.logOn(s.user())
			dead.cb.Close()
			dead.hangUp()
			w := s.again(s.user())
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			s.next(w.cb, text)
		}},
		{name: "client/logs off with its listener closed", rule: 79, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.user())
			w.set("online", s.user(), "")
			w.cb.Close()
			w.set("offline", s.user(), "")
			if got := s.login(s.other()).see(s.user().name); got != "offline" {
				s.Failf("the state is %q, want offline", got)
			}
		}},
		{name: "client/MSN Messenger in absolute-form", rule: 2, run: func(s *session) {
			l := s.login(s.user())
			h := s.home(s.user().name)
			a := l.send(h.addr, "SUBSCRIBE", "http://"+s.target.domain()+h.path, "", append(subscription("pragma/notify", s.listen().URL, 14400), "User-Agent: msmsgs/5.1.0.639")...)
			if a.status != 200 {
				s.Failf("answered by %v, want 200", a)
			}
		}},
		{name: "client/nothing of who asks", rule: 122, run: func(s *session) {
			a := s.dial("").do("PROPFIND", s.user().name, find("d:displayname"), "Depth: 0", "RVP-Notifications-Version:")
			if a.status != 207 && a.status != 401 {
				s.Failf("answered by %v, want 207 or 401", a)
			}
		}},
	}
}

// lwp is a request as LWP writes it: no Content-Length where there is no body, and
// what it has to say of connections.
func (s *session) lwp(method, path, body string, fields ...string) string {
	domain, _, _ := strings.Cut(s.target.domain(), ":")
	var head strings.Builder
	head.WriteString(method + " " + path + " HTTP/1.1\r\nTE: deflate,gzip;q=0.3\r\nKeep-Alive: 300\r\nConnection: Keep-Alive, TE\r\nHost: " + domain +
		"\r\nUser-Agent: msmsgs/4.6.0.84\r\n")
	if body != "" {
		head.WriteString(fmt.Sprintf("Content-Length: %d\r\nContent-Type: text/xml\r\n", len(body)))
	}
	for _, f := range append(fields, "RVP-From-Principal: "+s.user().url, "RVP-Notifications-Version: 0.2") {
		head.WriteString(f + "\r\n")
	}
	return head.String() + "\r\n" + body
}

// netRVP is what Net::RVP does from logon to logoff, on a connection that is
// logged in.
func netRVP(s *session) {
	s.tidy(s.user())
	s.tidy(s.other())
	l, cb := s.login(s.user()), s.listen()
	key := l.keys[s.home(s.user().name).addr]
	path := s.home(s.user().name).path
	ask := func(status int, method, path, body string, fields ...string) answer {
		if key != nil {
			fields = append(fields, "Authorization: "+key.answer(method, path))
		}
		a := l.raw(s.lwp(method, path, body, fields...))
		if a.status != status {
			s.Failf("%s is answered by %v, want %d", method, a, status)
		}
		return a
	}
	id := ask(200, "SUBSCRIBE", path, "", "Call-Back: "+cb.URL, "Notification-Type: pragma/notify", "Subscription-Lifetime: 14400").header.get("Subscription-Id")
	ask(207, "SUBSCRIBE", path, "", "Call-Back: "+s.user().url, "Notification-Type: update/propchange", "Subscription-Lifetime: 14400")
	a := ask(200, "SUBSCRIPTIONS", path, "", "Notification-Type: pragma/notify")
	if !strings.Contains(a.body, ">"+id+"<") {
		s.Failf("the login subscription %s is not listed", id)
	}
	const set = `<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:" xmlns:r="http://schemas.microsoft.com/rvp/"><d:set><d:prop>` +
		`<r:state><r:leased-value><r:value><r:%s/></r:value></r:leased-value></r:state></d:prop></d:set></d:propertyupdate>`
	ask(207, "PROPPATCH", path, fmt.Sprintf(set, "online"))
	s.next(cb, "online")
	cb.Answer("HTTP/1.1 500 \r\n\r\n") // its sample client does so to every change
	ask(207, "PROPPATCH", path, fmt.Sprintf(set, "busy"))
	s.next(cb, "busy")
	cb.Answer("HTTP/1.1 200 Text\r\n\r\n\n")
	cb.linger()
	text := s.word()
	s.login(s.other()).deliver(s.user(), text)
	s.next(cb, text)
	ask(200, "SUBSCRIBE", path, "", "Subscription-Id: "+id, "Subscription-Lifetime: 14400")
	ask(200, "ACL", path, "")
	ask(207, "PROPFIND", path, `<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:allprop/></d:propfind>`, "Depth: 0")
	ask(207, "PROPPATCH", path, fmt.Sprintf(set, "offline"))
	if got := s.login(s.other()).see(s.user().name); got != "offline" {
		s.Failf("the state is %q, want offline", got)
	}
}

func netRVPLogin(s *session) {
	l := s.dial(s.user().url)
	path := s.home(s.user().name).path
	subscribe := func(authorization string) answer {
		fields := append(subscription("pragma/notify", s.listen().URL, 14400), authorization)
		if authorization == "" {
			fields = fields[:len(fields)-1]
		}
		return l.raw(s.lwp("SUBSCRIBE", path, "", fields...))
	}
	if a := subscribe(""); a.status != 401 {
		s.Failf("SUBSCRIBE is answered by %v, want 401", a)
	} else if _, ok := schemes(a)["ntlm"]; !ok {
		s.Failf("NTLM is not offered")
	}
	a := subscribe("Authorization: NTLM " + oldNTLM1("EXAMPLE", "pc"))
	token := oldNTLM3(schemes(a)["ntlm"], "EXAMPLE", s.user().name, s.user().password)
	if a.status != 401 || token == "" {
		s.Failf("message 1 of NTLM is answered by %v, want 401 and message 2", a)
	}
	switch a := subscribe("Authorization: NTLM " + token); {
	case a.status == 401:
		s.NotApplicable("the server does not take NTLMv1")
	case a.status != 200:
		s.Failf("message 3 of NTLM is answered by %v, want 200", a)
	}
	if a := l.raw(s.lwp("SUBSCRIPTIONS", path, "", "Notification-Type: pragma/notify")); a.status != 200 {
		s.Failf("the next request is answered by %v, want 200", a)
	}
}

// miranda is what Miranda does: lines end in LF, each request has a connection of its own, and
// each a count of 1 in its Digest.
func miranda(s *session) {
	s.tidy(s.user())
	cb := s.listen()
	h := s.home(s.user().name)
	var key *digest
	domain, _, _ := strings.Cut(s.target.domain(), ":")
	request := func(method, body string, fields ...string) string {
		var head strings.Builder
		head.WriteString(method + " " + h.path + " HTTP/1.1\nHost: " + domain + "\nRVP-Notifications-Version: 0.2\nRVP-From-Principal: " + s.user().url + "\n")
		for _, f := range fields {
			head.WriteString(f + "\n")
		}
		if key != nil {
			head.WriteString("Authorization: " + key.answer(method, h.path) + "\n")
		}
		return head.String() + fmt.Sprintf("Content-Type: text/xml\nContent-Length: %d\n\n", len(body)) + body
	}
	ask := func(status int, method, body string, fields ...string) answer {
		p := s.Dial(s.ctx, dialTo(h.addr))
		p.Send(request(method, body, fields...))
		a := readAnswer(s.Run, p, method)
		p.HangUp()
		if a.status != status {
			s.Failf("%s is answered by %v, want %d", method, a, status)
		}
		return a
	}
	logon := append(subscription("pragma/notify", cb.URL, 14400), "User-Agent: msmsgs/5.1.0.639")
	params, ok := schemes(ask(401, "SUBSCRIBE", "", logon...))["digest"]
	if !ok {
		s.NotApplicable("the server does not offer Digest")
	}
	key = newDigest(params, "EXAMPLE/"+s.user().name, s.user().password)
	key.quoted, key.once = true, true
	id := ask(200, "SUBSCRIBE", "", logon...).header.get("Subscription-Id")
	const set = `<?xml version="1.0"?><d:propertyupdate xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/'><d:set><d:prop><r:state>` +
		`<r:leased-value><r:value>%s</r:value><r:default-value><r:offline/></r:default-value><d:timeout>1200</d:timeout></r:leased-value>` +
		`</r:state></d:prop></d:set></d:propertyupdate>`
	ask(207, "PROPPATCH", fmt.Sprintf(set, "<r:online/>"))
	ask(207, "SUBSCRIBE", "", subscription("update/propchange", s.user().url, 14400)...)
	ask(207, "PROPPATCH", fmt.Sprintf(set, "<busy/>"))
	s.next(cb, "busy")
	ask(200, "ACL", "")
	ask(200, "SUBSCRIBE", "", "Subscription-Id: "+id, "Subscription-Lifetime: 14400")
	cb.Close()
	ask(207, "PROPPATCH", fmt.Sprintf(set, "<r:offline/>"))
	if got := s.login(s.other()).see(s.user().name); got != "offline" {
		s.Failf("the state is %q, want offline", got)
	}
}
