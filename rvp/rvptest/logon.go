package rvptest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// A logon is a user's program: a line, a Call-Back and a login subscription.
type logon struct {
	*line
	who account
	cb  *CallBack
	id  string // of the login subscription
}

// logOn does what programs do first (RVP-147).
func (s *session) logOn(who account) *logon {
	s.tidy(s.user())
	if s.target.Other != "" {
		s.tidy(s.other())
	}
	return s.again(who)
}

// again logs on besides those who are there.
func (s *session) again(who account) *logon {
	l := &logon{line: s.login(who), who: who, cb: s.listen()}
	l.id = l.subscribe(200, who, "pragma/notify", l.cb.URL)
	return l
}

// subscribe makes a subscription, and returns its ID.
func (l *line) subscribe(status int, to account, kind, callBack string) string {
	a := l.want(status, "SUBSCRIBE", to.name, "", subscription(kind, callBack, 600)...)
	id := a.header.get("Subscription-Id")
	if !decimal.MatchString(id) {
		l.s.Failf("SUBSCRIBE is answered by %v with the Subscription-Id %q", a, id)
	}
	return id
}

var decimal = regexp.MustCompile(`^[1-9][0-9]*$`)

func subscription(kind, callBack string, seconds int) []string {
	return []string{"Notification-Type: " + kind, "Call-Back: " + callBack, fmt.Sprint("Subscription-Lifetime: ", seconds)}
}

// watch subscribes to what a user shows.
func (l *logon) watch(to account) (id string) {
	return l.subscribe(207, to, "update/propchange", l.who.url)
}

// set sets the state of who is logged on, and returns the view.
func (l *line) set(state string, who account, view string) string {
	a := l.want(207, "PROPPATCH", who.name, leased(state, 600, view))
	id := l.s.document(a, "d:multistatus").at("d:response", "d:propstat", "d:prop", "r:state", "r:view-id")
	l.s.note(who.name, id)
	return id
}

// say sets a property to a text, so that watchers hear of it.
func (l *line) say(who account, text string) {
	l.want(207, "PROPPATCH", who.name, update("<r:mobile-description>"+text+"</r:mobile-description>"))
}

// see returns the state of a user.
func (l *line) see(name string) string {
	a := l.want(207, "PROPFIND", name, find("r:state"), "Depth: 0")
	return l.s.document(a, "d:multistatus").get("d:response", "d:propstat", "d:prop", "r:state").only()
}

// write sends a message.
func (l *line) write(to account, text string, fields ...string) answer {
	return l.do("NOTIFY", to.name, message(l.from, to.url, text), fields...)
}

// deliver sends a message that must arrive.
func (l *line) deliver(to account, text string) {
	if a := l.write(to, text, "RVP-Ack-Type: DeepOr"); a.status != 200 {
		l.s.Failf("NOTIFY is answered by %v, want 200", a)
	}
}

// next waits for a notice that contains a text, and passes over others.
func (s *session) next(c *CallBack, text string) Notice {
	n, ok := s.wait(c, text, s.Timeout)
	if !ok {
		s.Failf("the Call-Back has got no NOTIFY with %q in %v, but %d others", text, s.Timeout, len(c.Notices()))
	}
	if n.wrong != "" {
		s.Failf("the NOTIFY is no request that clients understand: %s", n.wrong)
	}
	return n
}

func (s *session) wait(c *CallBack, text string, d time.Duration) (Notice, bool) {
	ctx, cancel := context.WithTimeout(s.ctx, d)
	defer cancel()
	for {
		n, err := c.Next(ctx)
		if err != nil {
			return n, false
		}
		if strings.Contains(n.Body, text) {
			return n, true
		}
	}
}

// quiet is how long is waited for what must not come, after something else has.
const quiet = 250 * time.Millisecond

// none checks that no notice comes that contains a text, nor has before.
func (s *session) none(c *CallBack, text, why string) {
	s.wait(c, "\x00", quiet)
	if count(c, text) > 0 {
		s.Failf("the Call-Back has got a NOTIFY with %q: %s", text, why)
	}
}

// count is how many notices contain a text.
func count(c *CallBack, text string) (n int) {
	for _, notice := range c.Notices() {
		if strings.Contains(notice.Body, text) {
			n++
		}
	}
	return n
}
