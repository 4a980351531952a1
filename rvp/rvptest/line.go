package rvptest

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/conform"
)

// A line is a client's connection to a server, or a few where users have
// different home servers.
type line struct {
	s     *session
	from  string // RVP-From-Principal; "" sends none
	as    *account
	peers map[string]*conform.Peer // by address
	keys  map[string]*digest       // what to answer Digest with, by address

	scheme string // of the login; "" is NTLM, or Digest where there is none
}

// dial opens a line for somebody who says who he is and no more.
func (s *session) dial(from string) *line {
	return &line{s: s, from: from, peers: map[string]*conform.Peer{}, keys: map[string]*digest{}}
}

// login opens a line for a user who logs in.
func (s *session) login(who account) *line {
	l := s.dial(who.url)
	l.as = &who
	l.peer(s.home(who.name).addr)
	return l
}

// peer returns the connection to an address.
func (l *line) peer(addr string) *conform.Peer {
	p := l.peers[addr]
	if p == nil {
		p = l.s.Dial(l.s.ctx, dialTo(addr))
		l.peers[addr] = p
		if l.as != nil && l.scheme != "none" {
			l.logIn(addr)
		}
	}
	return p
}

// main is the connection to where the first user is served.
func (l *line) main() *conform.Peer { return l.peer(l.s.home(l.s.user().name).addr) }

// raw sends octets as they are and reads one answer.
func (l *line) raw(octets string) answer {
	p := l.main()
	p.Send(octets)
	method, _, _ := strings.Cut(octets, " ")
	return readAnswer(l.s.Run, p, method)
}

// do sends a request about a user and reads the answer. fields are lines of the
// header.
func (l *line) do(method, name, body string, fields ...string) answer {
	h := l.s.home(name)
	return l.send(h.addr, method, h.path, body, fields...)
}

// send sends a request for any target.
func (l *line) send(addr, method, target, body string, fields ...string) answer {
	p := l.peer(addr)
	if method == "ACL" && body != "" {
		l.s.shared.altered = true
	}
	if key := l.keys[addr]; key != nil {
		fields = append([]string{"Authorization: " + key.answer(method, target)}, fields...)
	}
	p.Send(l.request(method, target, body, fields...))
	return readAnswer(l.s.Run, p, method)
}

// request writes a request. A field that is in fields replaces the usual one of
// its name; with nothing behind the colon there is none.
func (l *line) request(method, target, body string, fields ...string) string {
	usual := []string{"Host: " + l.s.target.domain(), "RVP-Notifications-Version: 0.2"}
	if l.from != "" {
		usual = append(usual, "RVP-From-Principal: "+l.from)
	}
	if body != "" {
		usual = append(usual, "Content-Type: text/xml")
	}
	usual = append(usual, fmt.Sprint("Content-Length: ", len(body)))
	var b strings.Builder
	b.WriteString(method + " " + target + " HTTP/1.1\r\n")
	for _, f := range usual {
		name, _, _ := strings.Cut(f, ":")
		if len(header(fields).all(name)) == 0 {
			b.WriteString(f + "\r\n")
		}
	}
	for _, f := range fields {
		if _, v, _ := strings.Cut(f, ":"); v != "" {
			b.WriteString(f + "\r\n")
		}
	}
	return b.String() + "\r\n" + body
}

// want is do for a request that must have a status.
func (l *line) want(status int, method, name, body string, fields ...string) answer {
	a := l.do(method, name, body, fields...)
	if a.status != status {
		l.s.Failf("%s is answered by %v, want %d", method, a, status)
	}
	return a
}

// refuse is do for a request that must be refused by one of some statuses, or any
// 4xx if none is given.
func (l *line) refuse(method, name, body string, fields ...string) answer {
	a := l.do(method, name, body, fields...)
	if !a.refused() {
		l.s.Failf("%s is answered by %v, want 4xx", method, a)
	}
	return a
}

// document is the body of an answer, read.
func (s *session) document(a answer, root string) *element {
	if !ascii.EqualFold(strings.TrimSpace(strings.Split(a.header.get("Content-Type"), ";")[0]), "text/xml") {
		s.Failf("the answer %v has Content-Type %q, want text/xml", a, a.header.get("Content-Type"))
	}
	e, err := parseXML(a.body)
	if err != nil {
		s.Failf("the answer %v is no XML: %v", a, err)
	}
	if !e.is(root) {
		s.Failf("the root of the answer %v is %v, want %s", a, e.name, root)
	}
	return e
}

// hangUp ends the line.
func (l *line) hangUp() {
	for addr, p := range l.peers {
		p.HangUp()
		delete(l.peers, addr)
		delete(l.keys, addr)
	}
}
