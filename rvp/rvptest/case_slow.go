package rvptest

import (
	"strconv"
	"strings"
	"time"
)

// slowCases wait for the end of something, and run together. So none counts on what
// nobody else does.
func slowCases() []testCase {
	list := []testCase{
		{name: "time/watching ends", rule: 43, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.other()) // goes on
			ben := s.again(s.other())
			end := s.brief(ben.do("SUBSCRIBE", s.other().name, "", subscription("update/propchange", s.other().url, 2)...))
			first, second := s.word(), s.word()
			ben.say(s.other(), first)
			s.next(ben.cb, first)
			s.until(end)
			ben.say(s.other(), second)
			s.next(w.cb, second)
			s.none(ben.cb, second, "its subscription has ended")
		}},
		{name: "time/a logon ends", rule: 43, run: func(s *session) {
			w := s.logOn(s.user())
			short := s.listen()
			end := s.brief(w.do("SUBSCRIBE", s.user().name, "", subscription("pragma/notify", short.URL, 2)...))
			l := s.login(s.other())
			first, second := s.word(), s.word()
			l.deliver(s.user(), first)
			s.next(short, first)
			s.until(end)
			l.deliver(s.user(), second)
			s.next(w.cb, second)
			s.none(short, second, "its subscription has ended")
		}},
		{name: "time/ended ones are not listed", rule: 60, run: func(s *session) {
			l := s.login(s.user())
			a := l.do("SUBSCRIBE", s.user().name, "", subscription("update/propchange", s.user().url, 2)...)
			s.until(s.brief(a))
			list := l.want(200, "SUBSCRIPTIONS", s.user().name, "", "Notification-Type: update/propchange")
			for _, e := range s.document(list, "r:subscriptions").all("r:subscription") {
				if e.at("r:subscription-id") == a.header.get("Subscription-Id") {
					s.Failf("it has ended, and is in the list")
				}
			}
		}},
		{name: "time/renewal of one that has ended", rule: 45, run: func(s *session) {
			l := s.login(s.user())
			a := l.do("SUBSCRIBE", s.user().name, "", subscription("update/propchange", s.user().url, 2)...)
			s.until(s.brief(a))
			l.want(412, "SUBSCRIBE", s.user().name, "", "Subscription-Id: "+a.header.get("Subscription-Id"), "Subscription-Lifetime: 60")
		}},
		{name: "time/renewal in time", rule: 44, run: func(s *session) {
			w := s.logOn(s.user())
			short := s.listen()
			a := w.do("SUBSCRIBE", s.user().name, "", subscription("pragma/notify", short.URL, 2)...)
			end := s.brief(a)
			w.want(200, "SUBSCRIBE", s.user().name, "", "Subscription-Id: "+a.header.get("Subscription-Id"), "Subscription-Lifetime: 60")
			s.until(end)
			text := s.word()
			s.login(s.other()).deliver(s.user(), text)
			s.next(short, text)
		}},
		{name: "time/a lease ends", rule: 71, run: func(s *session) {
			w := s.logOn(s.other())
			w.watch(s.user())
			l := s.login(s.user())
			body := strings.Replace(leased("busy", 2, ""), "<r:default-value><r:offline/>", "<r:default-value><r:at-lunch/>", 1)
			e := s.patched(l.want(207, "PROPPATCH", s.user().name, body))
			end := s.lease(e)
			s.next(w.cb, "busy")
			s.until(end.Add(-time.Second))
			s.Timeout *= 3 // a NOTIFY that fails is tried again
			s.next(w.cb, "at-lunch")
			if got := s.login(s.other()).see(s.user().name); got != "at-lunch" {
				s.Failf("the state is %q, want at-lunch, the default", got)
			}
		}},
		{name: "time/a lease is refreshed", rule: 72, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.other())
			l := s.login(s.other())
			a := l.want(207, "PROPPATCH", s.other().name, leased("on-phone", 3, ""))
			e := s.document(a, "d:multistatus").get("d:response", "d:propstat", "d:prop", "r:state")
			view := e.at("r:view-id")
			s.note(s.other().name, view)
			end := s.lease(e)
			s.next(w.cb, "on-phone")
			s.until(end.Add(-2 * time.Second))
			before := count(w.cb, "on-phone") // others of this user watch too
			l.want(207, "PROPPATCH", s.other().name, leased("on-phone", 60, view))
			s.until(end.Add(500 * time.Millisecond))
			if got := l.see(s.other().name); got != "on-phone" {
				s.Failf("the state is %q, want on-phone", got)
			}
			s.none(w.cb, ":offline", "the lease was refreshed")
			if n := count(w.cb, "on-phone") - before; n != 0 {
				s.Failf("the state was told %d times more", n)
			}
		}},
		{name: "time/who does not answer", rule: 100, run: func(s *session) {
			w := s.logOn(s.other())
			release := w.cb.Hold()
			defer release()
			s.Timeout = 31 * time.Second
			began := time.Now()
			a := s.login(s.user()).write(s.other(), s.word(), "RVP-Ack-Type: DeepAnd")
			if a.ok() {
				s.Failf("answered by %v, though nobody has accepted", a)
			}
			if took := time.Since(began); took > 30*time.Second {
				s.Failf("it took %v to say so", took)
			}
		}},
		{name: "time/a change is tried again", rule: 102, run: func(s *session) {
			w := s.logOn(s.user())
			w.watch(s.other())
			text := s.word()
			w.cb.answerTo(text, "")
			s.login(s.other()).say(s.other(), text)
			s.next(w.cb, text)
			w.cb.Answer(Accepted)
			s.Timeout *= 2
			s.next(w.cb, text)
		}},
		{name: "time/a message is not tried again", rule: 102, run: func(s *session) {
			w := s.logOn(s.user())
			text := s.word()
			w.cb.answerTo(text, "")
			s.login(s.other()).write(s.user(), text, "RVP-Ack-Type: DeepOr")
			s.next(w.cb, text)
			s.until(time.Now().Add(5 * time.Second))
			if n := count(w.cb, text); n != 1 {
				s.Failf("the message came %d times", n)
			}
		}},
	}
	for i := range list {
		list[i].slow = true
	}
	return list
}

// tooLong is a time that the cases do not wait for.
const tooLong = 15

// brief is when a subscription that was just granted has certainly ended.
func (s *session) brief(a answer) time.Time {
	if !a.ok() {
		s.Failf("SUBSCRIBE is answered by %v, want 2xx", a)
	}
	s.granted(a)
	return s.after(a.header.get("Subscription-Lifetime"))
}

// lease is when a lease has certainly ended that was just granted.
func (s *session) lease(e *element) time.Time { return s.after(e.at("r:leased-value", "d:timeout")) }

func (s *session) after(seconds string) time.Time {
	n, err := strconv.Atoi(seconds)
	if err != nil || n > tooLong {
		s.NotApplicable("the server grants no short time: 2 seconds have become " + seconds)
	}
	return time.Now().Add(time.Duration(n)*time.Second + 500*time.Millisecond)
}

func (s *session) until(t time.Time) {
	select {
	case <-time.After(time.Until(t)):
	case <-s.ctx.Done():
	}
}
