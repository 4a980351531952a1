package rvptest

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/conform"
)

// A session is the client's side of a case. Its methods end the case if the server
// does what no server may.
type session struct {
	*conform.Run
	target   *Target
	shared   *common
	ctx      context.Context // of the one case that the session is for
	together bool            // with others: nothing of theirs is to be touched
	tidied   map[string]bool
	inboxes  []*CallBack
}

// common is what the cases of a run know together.
type common struct {
	last    atomic.Uint64 // see word
	altered bool          // an ACL; never by cases that run together
	mu      sync.Mutex
	homes   map[string]home   // by the user's name
	acls    map[string]string // as they were found, by the user's name
	views   map[string][]string
}

// A home is where the node of a user is served, behind redirections.
type home struct {
	addr, path string
	redirected bool
}

// An account is a user of the server's.
type account struct{ name, password, url string }

func (s *session) logical(name string) string {
	return "http://" + s.target.domain() + "/instmsg/aliases/" + name
}

// user is the first user.
func (s *session) user() account {
	if s.target.User == "" {
		s.NotApplicable("no login is known")
	}
	return account{s.target.User, s.target.Password, s.logical(ascii.Lower(s.target.User))}
}

// other is the second one.
func (s *session) other() account {
	if s.target.Other == "" {
		s.NotApplicable("no second login is known")
	}
	return account{s.target.Other, s.target.OtherPassword, s.logical(ascii.Lower(s.target.Other))}
}

// stranger is a user of another domain, who can only say so.
const stranger = "http://im.stranger.test/instmsg/aliases/mallory"

// word is a text that nobody has said before.
func (s *session) word() string { return fmt.Sprintf("word-%d-end", s.shared.last.Add(1)) }

// home finds where a user is served. Where others are is where the first user is.
func (s *session) home(name string) home {
	s.shared.mu.Lock()
	h, ok := s.shared.homes[name]
	s.shared.mu.Unlock()
	switch {
	case ok:
		return h
	case s.target.User != "" && !ascii.EqualFold(name, s.target.User) && !ascii.EqualFold(name, s.target.Other):
		return home{addr: s.home(s.target.User).addr, path: "/instmsg/aliases/" + name}
	}
	h = home{addr: s.target.Addr, path: "/instmsg/aliases/" + name}
	for range 5 {
		p := s.Dial(s.ctx, dialTo(h.addr))
		p.Send("PROPFIND " + h.path + " HTTP/1.1\r\nHost: " + s.target.domain() + "\r\nContent-Length: 0\r\n\r\n")
		a := readAnswer(s.Run, p, "PROPFIND")
		if a.status != 302 {
			break
		}
		to, ok := strings.CutPrefix(a.header.get("Location"), "http://")
		host, path, _ := strings.Cut(to, "/")
		if !ok || host == "" {
			s.Failf("a redirection to %q", a.header.get("Location"))
		}
		if !strings.Contains(host, ":") {
			host += ":80"
		}
		h = home{addr: host, path: "/" + path, redirected: true}
	}
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	if s.shared.homes == nil {
		s.shared.homes = make(map[string]home)
	}
	s.shared.homes[name] = h
	return h
}

func dialTo(addr string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", addr)
	}
}

// listen opens a Call-Back at the address by which this machine reaches the server.
func (s *session) listen() *CallBack {
	nc, err := dialTo(s.home(s.user().name).addr)(s.ctx)
	if err != nil {
		s.Failf("cannot connect: %v", err)
	}
	host, _, err := net.SplitHostPort(nc.LocalAddr().String())
	nc.Close()
	if err != nil {
		s.Failf("%v", err)
	}
	c, err := listenAt(host)
	if err != nil {
		s.NotApplicable("cannot listen: " + err.Error())
	}
	s.inboxes = append(s.inboxes, c)
	return c
}

func (s *session) close() {
	for _, c := range s.inboxes {
		c.Close()
	}
}

// heard is what came to the Call-Backs, for the transcript.
func (s *session) heard() (lines []string) {
	for _, c := range s.inboxes {
		for _, n := range c.Notices() {
			lines = append(lines, fmt.Sprintf("N: %.200q", n.Line))
			for _, field := range n.Header {
				lines = append(lines, fmt.Sprintf("N: %.200q", field))
			}
			lines = append(lines, fmt.Sprintf("N: %.1000q", n.Body))
		}
	}
	return lines
}

// tidy ends what earlier cases have left of a user: subscriptions, states and an
// ACL. Once in a session is enough, and never where others are at work.
func (s *session) tidy(who account) {
	if s.together || s.tidied[who.name] {
		return
	}
	if s.tidied == nil {
		s.tidied = make(map[string]bool)
	}
	s.tidied[who.name] = true
	l := s.login(who)
	for _, kind := range []string{"pragma/notify", "update/propchange"} {
		a := l.do("SUBSCRIPTIONS", who.name, "", "Notification-Type: "+kind)
		list, err := parseXML(a.body)
		if a.status != 200 || err != nil {
			continue // there are cases for that
		}
		for _, e := range list.all("r:subscription") {
			l.do("UNSUBSCRIBE", who.name, "", "Subscription-Id: "+e.at("r:subscription-id"))
		}
	}
	s.shared.mu.Lock()
	views, acl, known := s.shared.views[who.name], s.shared.acls[who.name], false
	delete(s.shared.views, who.name)
	_, known = s.shared.acls[who.name]
	s.shared.mu.Unlock()
	for _, view := range views {
		l.do("PROPPATCH", who.name, leased("offline", 60, view))
	}
	switch {
	case !known:
		acl = l.do("ACL", who.name, "").body
		s.shared.mu.Lock()
		defer s.shared.mu.Unlock()
		if s.shared.acls == nil {
			s.shared.acls = make(map[string]string)
		}
		s.shared.acls[who.name] = acl
	case strings.Contains(acl, "rvpacl") && l.do("ACL", who.name, "").body != acl:
		l.do("ACL", who.name, acl)
	}
}

// note remembers a view, to be ended by tidy.
func (s *session) note(who, view string) {
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	if s.shared.views == nil {
		s.shared.views = make(map[string][]string)
	}
	if slices.Contains(s.shared.views[who], view) {
		return
	}
	s.shared.views[who] = append(s.shared.views[who], view)
}
