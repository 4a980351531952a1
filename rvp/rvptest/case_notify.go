package rvptest

import (
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

func notifyCases() []testCase {
	list := []testCase{
		{name: "notify/message to all logons", rule: 84, run: func(s *session) {
			a := s.logOn(s.user())
			b := s.again(s.user())
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			s.next(a.cb, text)
			s.next(b.cb, text)
		}},
		{name: "notify/change from another server to all logons", rule: 84, run: func(s *session) {
			a := s.logOn(s.user())
			b := s.again(s.user())
			text := s.word()
			server := s.dial("im.stranger.test")
			if r := server.do("NOTIFY", s.user().name, changed(stranger, s.user().url, "<r:mobile-description>"+text+"</r:mobile-description>")); r.status != 200 {
				s.Failf("NOTIFY is answered by %v, want 200", r)
			}
			s.next(a.cb, text)
			s.next(b.cb, text)
		}},
		{name: "notify/one for each subscription", rule: 85, run: func(s *session) {
			a := s.logOn(s.user())
			b := s.logOn(s.other())
			a.watch(s.other())
			a.watch(s.other())
			b.watch(s.other())
			text := s.word()
			b.say(s.other(), text)
			s.next(b.cb, text)
			s.next(a.cb, text)
			s.next(a.cb, text)
			s.none(b.cb, "\x00", "")
			if x, y := count(a.cb, text), count(b.cb, text); x != 2 || y != 1 {
				s.Failf("%d NOTIFYs for two subscriptions, and %d for one", x, y)
			}
		}},
		{name: "notify/change", rule: 86, run: func(s *session) {
			e, text := s.told()
			p := e.get("r:propnotification")
			if got := p.at("d:propertyupdate", "d:set", "d:prop", "r:mobile-description"); got != text {
				s.Failf("r:mobile-description is %q, want %q", got, text)
			}
			from, to := p.at("r:notification-from", "r:contact", "d:href"), p.at("r:notification-to", "r:contact", "d:href")
			if from != s.other().url || to != s.user().url {
				s.Failf("the change is from %q to %q, want from %q to %q", from, to, s.other().url, s.user().url)
			}
		}},
		{name: "notify/change of the state", rule: 67, run: func(s *session) {
			s.tidy(s.other())
			w := s.logOn(s.user())
			w.watch(s.other())
			s.login(s.other()).set("back-soon", s.other(), "")
			e := s.read(s.next(w.cb, "back-soon"))
			if got := e.get("r:propnotification", "d:propertyupdate", "d:set", "d:prop", "r:state").only(); got != "back-soon" {
				s.Failf("r:state has %q in it, want back-soon alone", got)
			}
		}},
		{name: "notify/description of who has changed", rule: 106, run: func(s *session) {
			e, _ := s.told()
			for _, who := range []string{"r:notification-from", "r:notification-to"} {
				if e.at("r:propnotification", who, "r:contact", "r:description") == "" {
					s.Failf("%s has no r:description", who)
				}
			}
		}},
		{name: "notify/from the server", rule: 88, run: func(s *session) {
			n := s.notice()
			if from := n.get("RVP-From-Principal"); from == "" || strings.ContainsAny(from, "/ ") || strings.HasPrefix(from, "http:") {
				s.Failf("RVP-From-Principal is %q, want the name of the server", from)
			}
		}},
		{name: "notify/version", rule: 3, run: func(s *session) {
			if v := s.notice().get("RVP-Notifications-Version"); v != "0.2" {
				s.Failf("RVP-Notifications-Version is %q, want 0.2", v)
			}
		}},
		{name: "notify/length", rule: 8, run: func(s *session) {
			n := s.notice() // what has no length is not read
			if v := header(n.Header).all("Transfer-Encoding"); len(v) > 0 || !strings.HasPrefix(n.get("Content-Type"), "text/xml") {
				s.Failf("Transfer-Encoding is %q, Content-Type %q", v, n.get("Content-Type"))
			}
		}},
		{name: "notify/root", rule: 110, run: func(s *session) {
			n := s.notice()
			if wrong := strict(n.Body, "r:notification"); wrong != "" {
				s.Failf("%s", wrong)
			}
			if e := s.read(n); len(e.children) != 1 {
				s.Failf("the root has %d children, want 1", len(e.children))
			}
		}},
		{name: "notify/no white space", rule: 109, run: func(s *session) {
			if wrong := spaced(s.notice().Body); wrong != "" {
				s.Failf("%s", wrong)
			}
		}},
		{name: "notify/to a path", rule: 87, run: func(s *session) {
			w := s.logOn(s.user())
			c := s.listen()
			w.subscribe(200, s.user(), "pragma/notify", c.URL+"/a/path?q=1")
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			if n := s.next(c, text); n.Line != "NOTIFY /a/path?q=1 HTTP/1.1" {
				s.Failf("the request is %q, want NOTIFY /a/path?q=1", n.Line)
			}
		}},
		{name: "notify/to no path", rule: 87, run: func(s *session) {
			if n := s.notice(); n.Line != "NOTIFY / HTTP/1.1" {
				s.Failf("the request is %q, want NOTIFY /", n.Line)
			}
		}},
		{name: "notify/Host", rule: 87, run: func(s *session) {
			w := s.logOn(s.user())
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			if n := s.next(w.cb, text); "http://"+n.get("Host") != w.cb.URL {
				s.Failf("Host is %q, want that of %s", n.get("Host"), w.cb.URL)
			}
		}},
		{name: "notify/Connection", rule: 99, run: func(s *session) {
			if v := s.notice().get("Connection"); !ascii.EqualFold(v, "close") {
				s.Failf("Connection is %q, want close", v)
			}
		}},
		{name: "notify/nobody is logged on", rule: 95, run: func(s *session) {
			s.tidy(s.user())
			for _, ack := range []string{"SingleHop", "DeepOr", "DeepAnd"} {
				if a := s.login(s.other()).write(s.user(), "x", "RVP-Ack-Type: "+ack); a.status != 412 {
					s.Failf("%s is answered by %v, want 412", ack, a)
				}
			}
		}},
		{name: "notify/without a subscription", rule: 104, run: func(s *session) {
			w := s.logOn(s.user())
			text := s.word()
			s.dial(stranger).deliver(s.user(), text)
			if n := s.next(w.cb, text); n.get("RVP-From-Principal") != stranger {
				s.Failf("RVP-From-Principal is %q, want %q", n.get("RVP-From-Principal"), stranger)
			}
		}},
		{name: "notify/too many hops", rule: 91, run: func(s *session) {
			w := s.logOn(s.user())
			for _, hops := range []string{"1000", "4294967296", strings.Repeat("9", 100)} {
				text := s.word()
				if a := s.login(s.other()).write(s.user(), text, "RVP-Hop-Count: "+hops); a.status != 500 {
					s.Failf("%s hops are answered by %v, want 500", hops, a)
				}
				s.none(w.cb, text, "it was refused")
			}
		}},
		{name: "notify/hops", rule: 90, run: func(s *session) {
			w := s.logOn(s.user())
			hops := func(fields ...string) int {
				text := s.word()
				s.login(s.other()).write(s.user(), text, fields...)
				v := s.next(w.cb, text).get("RVP-Hop-Count")
				n, err := strconv.Atoi(v)
				if err != nil {
					s.Failf("RVP-Hop-Count is %q", v)
				}
				return n
			}
			missing, one, four := hops(), hops("RVP-Hop-Count: 1"), hops("RVP-Hop-Count: 4")
			if one < 2 || missing != one || four != one+3 {
				s.Failf("1 has become %d, 4 %d, and none %d", one, four, missing)
			}
		}},
		{name: "notify/many changes in order", rule: 103, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.other())
			l := s.login(s.other())
			var all []string
			for range 12 {
				all = append(all, s.word())
				l.say(s.other(), all[len(all)-1])
			}
			at := 0
			s.next(w.cb, all[len(all)-1])
			for _, n := range w.cb.Notices() {
				i := at
				for i < len(all) && !strings.Contains(n.Body, all[i]) {
					i++
				}
				if i == len(all) {
					s.Failf("a change came behind a later one")
				}
				at = i + 1
			}
		}},
	}
	return append(list, bodyCases()...)
}

// bodyCases check that messages pass as they are.
func bodyCases() []testCase {
	var list []testCase
	pass := func(name string, rule int, body func(s *session, text string) string) {
		list = append(list, testCase{name: "notify/" + name, rule: rule, run: func(s *session) {
			w := s.logOn(s.user())
			text := s.word()
			l := s.login(s.other())
			sent := body(s, text)
			l.want(200, "NOTIFY", s.user().name, sent, "RVP-Ack-Type: DeepOr")
			n := s.next(w.cb, text)
			if n.Body != sent {
				s.Failf("sent %q, got %q", sent, n.Body)
			}
			if from := n.get("RVP-From-Principal"); from != s.other().url {
				s.Failf("RVP-From-Principal is %q, want %q", from, s.other().url)
			}
		}})
	}
	pass("byte for byte", 89, func(s *session, text string) string {
		return strings.NewReplacer("><r:message", ">\r\n  <!-- x --> <r:message", "</r:message>", "</r:message >\n\t").
			Replace(message(s.other().url, s.user().url, text+"\r\n\n\r\n\u00fc\u20ac \t"))
	})
	pass("other prefixes", 108, func(s *session, text string) string {
		return strings.NewReplacer("<r:", "<Z:", "</r:", "</Z:", "xmlns:r", "xmlns:Z").Replace(message(s.other().url, s.user().url, text))
	})
	pass("escaped text", 105, func(s *session, text string) string {
		return carry(s.other().url, s.user().url, "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n1 &lt; 2 &amp; "+text)
	})
	pass("two CDATA sections", 105, func(s *session, text string) string {
		return carry(s.other().url, s.user().url, "<![CDATA["+mime(text+" a]]")+"]]><![CDATA[>b]]>")
	})
	for _, kind := range []string{"text/x-msmsgscontrol\r\nTypingUser: anna@example.test", "text/x-msmsgsinvite; charset=UTF-8", "text/x-imleave", "application/x-unknown"} {
		name, _, _ := strings.Cut(kind, "\r\n")
		pass("type "+name, 143, func(s *session, text string) string {
			return carry(s.other().url, s.user().url, "<![CDATA[MIME-Version: 1.0\r\nContent-Type: "+kind+"\r\nX-Word: "+text+"\r\n\r\n]]>")
		})
	}
	pass("without descriptions", 104, func(s *session, text string) string {
		return strings.ReplaceAll(message(s.other().url, s.user().url, text), "<r:description>Somebody</r:description>", "")
	})
	return list
}

// notice is what a watcher of the second user is told of a change.
func (s *session) notice() Notice {
	w := s.logOn(s.user())
	w.watch(s.other())
	text := s.word()
	s.login(s.other()).say(s.other(), text)
	n := s.next(w.cb, text)
	n.text = text
	return n
}

// told is notice, read, and the text that was set.
func (s *session) told() (e *element, text string) {
	n := s.notice()
	return s.read(n), n.text
}

func (s *session) read(n Notice) *element {
	e, err := parseXML(n.Body)
	if err != nil || !e.is("r:notification") {
		s.Failf("the body of the NOTIFY is no r:notification: %v", err)
	}
	return e
}
