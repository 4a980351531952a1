package rvptest

import "strings"

func ackCases() []testCase {
	refusing := "HTTP/1.1 500 Not Here\r\nContent-Length: 0\r\n\r\n"
	return []testCase{
		{name: "ack/SingleHop", rule: 92, run: func(s *session) {
			w := s.logOn(s.user())
			release := w.cb.Hold()
			defer release()
			text := s.word()
			if a := s.login(s.other()).write(s.user(), text, "RVP-Ack-Type: SingleHop"); a.status != 200 {
				s.Failf("answered by %v, want 200", a)
			}
			s.unhurried(s.next(w.cb, text))
		}},
		{name: "ack/SingleHop to who refuses", rule: 92, run: func(s *session) {
			w := s.logOn(s.user())
			w.cb.Answer(refusing)
			if a := s.login(s.other()).write(s.user(), s.word(), "RVP-Ack-Type: SingleHop"); a.status != 200 {
				s.Failf("answered by %v, want 200", a)
			}
		}},
		{name: "ack/DeepOr does not wait for all", rule: 93, run: func(s *session) {
			w := s.logOn(s.user())
			slow := s.again(s.user())
			release := slow.cb.Hold()
			defer release()
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			s.next(w.cb, text)
			s.unhurried(s.next(slow.cb, text))
		}},
		{name: "ack/DeepOr with one who refuses", rule: 93, run: func(s *session) {
			s.logOn(s.user()).cb.Answer(refusing)
			w := s.again(s.user())
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			s.next(w.cb, text)
		}},
		{name: "ack/DeepOr with one who is gone", rule: 93, run: func(s *session) {
			s.logOn(s.user()).cb.Close()
			w := s.again(s.user())
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			s.next(w.cb, text)
		}},
		{name: "ack/DeepOr waits for one", rule: 93, run: func(s *session) {
			s.logOn(s.user()).cb.Answer(refusing)
			s.again(s.user()).cb.Answer(refusing)
			if a := s.login(s.other()).write(s.user(), s.word(), "RVP-Ack-Type: DeepOr"); a.ok() {
				s.Failf("answered by %v, though nobody has accepted", a)
			}
		}},
		{name: "ack/DeepAnd", rule: 94, run: func(s *session) {
			one := s.logOn(s.user())
			two := s.again(s.user())
			text := s.word()
			if a := s.login(s.other()).write(s.user(), text, "RVP-Ack-Type: DeepAnd"); a.status != 200 {
				s.Failf("answered by %v, want 200", a)
			}
			if count(one.cb, text) != 1 || count(two.cb, text) != 1 {
				s.Failf("it was answered before all had it")
			}
		}},
		{name: "ack/DeepAnd with one who refuses", rule: 94, run: func(s *session) {
			s.logOn(s.user())
			s.again(s.user()).cb.Answer(refusing)
			if a := s.login(s.other()).write(s.user(), s.word(), "RVP-Ack-Type: DeepAnd"); a.ok() {
				s.Failf("answered by %v, though one has refused", a)
			}
		}},
		{name: "ack/500", rule: 97, run: func(s *session) {
			s.logOn(s.user()).cb.Answer(refusing)
			if a := s.login(s.other()).write(s.user(), s.word(), "RVP-Ack-Type: DeepOr"); a.status != 500 {
				s.Failf("answered by %v, want 500", a)
			}
		}},
		{name: "ack/unreachable", rule: 96, run: func(s *session) {
			s.logOn(s.user()).cb.Close()
			if a := s.login(s.other()).write(s.user(), s.word(), "RVP-Ack-Type: DeepOr"); a.status != 412 {
				s.Failf("answered by %v, want 412", a)
			}
		}},
		{name: "ack/hangs up", rule: 96, run: func(s *session) {
			s.logOn(s.user()).cb.Answer("")
			if a := s.login(s.other()).write(s.user(), s.word(), "RVP-Ack-Type: DeepOr"); a.status != 412 {
				s.Failf("answered by %v, want 412", a)
			}
		}},
	}
}

// unhurried checks that a delivery was not given up: what came of it was not
// waited for.
func (s *session) unhurried(n Notice) {
	select {
	case <-n.gone:
		s.Failf("the sender was answered after the delivery was given up")
	default:
	}
}

func callBackCases() []testCase {
	list := []testCase{
		{name: "callback/500 to a change ends nothing", rule: 101, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.other())
			l := s.login(s.other())
			w.cb.Answer("HTTP/1.1 500 \r\n\r\n")
			first, second := s.word(), s.word()
			l.say(s.other(), first)
			s.next(w.cb, first)
			w.cb.Answer(Accepted)
			l.say(s.other(), second)
			s.next(w.cb, second)
		}},
		{name: "callback/one that is gone is dropped", rule: 52, run: func(s *session) {
			w := s.logOn(s.user())
			w.cb.Close()
			for range 12 {
				s.login(s.other()).write(s.user(), "x", "RVP-Ack-Type: DeepOr")
				a := w.want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: pragma/notify")
				there := false
				for _, e := range s.document(a, "r:subscriptions").all("r:subscription") {
					there = there || e.at("r:subscription-id") == w.id
				}
				if !there {
					return
				}
			}
			s.Failf("after 12 messages that did not reach it the login subscription is still there")
		}},
	}
	for _, v := range []struct {
		name, octets string
		status       int
		linger       bool
	}{
		{"no length, open", "HTTP/1.1 200 Change Notification Accepted\r\n\r\n\n", 200, true},
		{"status line only, open", "HTTP/1.1 200 Successful\r\n", 200, true},
		{"empty reason", "HTTP/1.1 200 \r\n\r\n", 200, false},
		{"no reason", "HTTP/1.1 200\r\n\r\n", 200, false},
		{"bare LF", "HTTP/1.1 200 User Already Present\nContent-Length: 0\n\n", 200, false},
		{"a page", "HTTP/1.1 200 Successful\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>Ok</p>", 200, false},
		{"length and less, open", "HTTP/1.1 200 Successful\r\nContent-Length: 1000\r\n\r\nOk", 200, true},
		{"HTTP/1.0", "HTTP/1.0 204 Fine\r\n\r\n", 200, false},
		{"500 with an empty reason", "HTTP/1.1 500 \r\n\r\n", 500, true},
		{"no HTTP", "220 mail.example.test ESMTP\r\n", 412, false},
	} {
		rule := 98
		if v.status == 412 {
			rule = 96
		}
		list = append(list, testCase{name: "callback/" + v.name, rule: rule, run: func(s *session) {
			w := s.logOn(s.user())
			w.cb.Answer(v.octets)
			if v.linger {
				w.cb.linger()
			}
			if a := s.login(s.other()).write(s.user(), s.word(), "RVP-Ack-Type: DeepOr"); a.status != v.status {
				s.Failf("answered by %v, want %d", a, v.status)
			}
		}})
	}
	return list
}

func foreignCases() []testCase {
	// foreign is another server, which has a user, and who that is.
	foreign := func(s *session) (*CallBack, *line) {
		if !s.target.Foreign {
			s.NotApplicable("the server is not said to reach this machine as another server")
		}
		c := s.listen()
		return c, s.dial(c.URL + "/instmsg/aliases/mallory")
	}
	watch := func(s *session, l *line) {
		l.subscribe(207, s.user(), "update/propchange", l.from)
	}
	return []testCase{
		{name: "foreign/watcher", rule: 122, run: func(s *session) {
			c, l := foreign(s)
			s.tidy(s.user())
			watch(s, l)
			text := s.word()
			s.login(s.user()).say(s.user(), text)
			n := s.next(c, text)
			if n.Line != "NOTIFY /instmsg/aliases/mallory HTTP/1.1" {
				s.Failf("the request is %q", n.Line)
			}
			if to := s.read(n).at("r:propnotification", "r:notification-to", "r:contact", "d:href"); to != l.from {
				s.Failf("notification-to is %q, want %q", to, l.from)
			}
		}},
		{name: "foreign/first hop", rule: 90, run: func(s *session) {
			c, l := foreign(s)
			s.tidy(s.user())
			watch(s, l)
			text := s.word()
			s.login(s.user()).say(s.user(), text)
			if hops := s.next(c, text).get("RVP-Hop-Count"); hops != "1" {
				s.Failf("RVP-Hop-Count is %q, want 1: the server is the origin", hops)
			}
		}},
		{name: "foreign/redirected", rule: 35, run: func(s *session) {
			c, l := foreign(s)
			home := s.listen()
			c.Answer("HTTP/1.1 302 Object moved\r\nLocation: " + home.URL + "/instmsg/local/x/instmsg/aliases/mallory\r\nContent-Length: 0\r\n\r\n")
			s.tidy(s.user())
			watch(s, l)
			text := s.word()
			s.login(s.user()).say(s.user(), text)
			first, second := s.next(c, text), s.next(home, text)
			if second.Line != "NOTIFY /instmsg/local/x/instmsg/aliases/mallory HTTP/1.1" || first.Body != second.Body {
				s.Failf("the redirection was followed by %q", second.Line)
			}
		}},
		{name: "foreign/is not told where a client is", rule: 53, run: func(s *session) {
			c, l := foreign(s)
			w := s.logOn(s.user())
			watch(s, l)
			text := s.word()
			w.say(s.user(), text)
			n := s.next(c, text)
			where := w.cb.URL[len("http://"):]
			for _, part := range append(n.Header, n.Line, n.Body) {
				if strings.Contains(part, where) {
					s.Failf("%q has the address of the client", part)
				}
			}
		}},
	}
}
