package rvptest

import (
	"fmt"
	"net"
	"strings"
)

func hostileCases() []testCase {
	list := []testCase{
		{name: "hostile/a body of a gigabyte", rule: 14, run: func(s *session) {
			for _, method := range []string{"PROPPATCH", "NOTIFY", "ACL", "PROPFIND"} {
				l := s.login(s.user())
				p := l.main()
				p.Send(strings.Replace(l.signed(method, ""), "Content-Length: 0", "Content-Length: 1000000000", 1))
				p.SendQuietly(strings.Repeat("x", 64<<10), "64 KiB of x")
				if a := readAnswer(s.Run, p, method); !a.hungUp() && !a.refused() {
					s.Failf("%s is answered by %v, want 4xx", method, a)
				}
			}
			s.afresh()
		}},
		{name: "hostile/chunks without end", rule: 14, run: func(s *session) {
			l := s.login(s.user())
			p := l.main()
			p.Send(strings.Replace(l.signed("PROPPATCH", ""), "Content-Length: 0", "Transfer-Encoding: chunked", 1))
			p.SendQuietly(strings.Repeat("1000\r\n"+strings.Repeat("x", 4096)+"\r\n", 1024), "4 MiB in chunks")
			if a := readAnswer(s.Run, p, "PROPPATCH"); !a.hungUp() && a.status/100 < 4 {
				s.Failf("answered by %v, want 4xx", a)
			}
			s.afresh()
		}},
		{name: "hostile/a long header", rule: 14, run: func(s *session) {
			l := s.dial(s.user().url)
			p := l.main()
			p.SendQuietly(strings.Replace(l.request("ACL", s.home(s.user().name).path, ""), "\r\n", "\r\nX: "+strings.Repeat("x", 8<<20)+"\r\n", 1), "a header of 8 MiB")
			if a := readAnswer(s.Run, p, "ACL"); !a.hungUp() && a.status/100 < 4 {
				s.Failf("answered by %v, want 4xx", a)
			}
			s.afresh()
		}},
		{name: "hostile/two lengths", rule: 13, run: func(s *session) {
			l := s.dial(s.user().url)
			p := l.main()
			p.Send(strings.Replace(l.request("ACL", s.home(s.user().name).path, ""), "Content-Length: 0", "Content-Length: 0\r\nContent-Length: 5", 1))
			if a := readAnswer(s.Run, p, "ACL"); !a.hungUp() && !a.refused() {
				s.Failf("answered by %v, want 4xx", a)
			}
			s.afresh()
		}},
	}
	for _, v := range []struct {
		name string
		body func(string) string
	}{
		{"elements 10,000 deep", func(s string) string {
			return strings.Replace(s, "</", strings.Repeat("<r:x>", 10000)+strings.Repeat("</r:x>", 10000)+"</", 1)
		}},
		{"elements 30,000 deep that are not closed", func(s string) string { return s[:40] + strings.Repeat("<r:x>", 30000) }},
		{"10,000 attributes", func(s string) string {
			var b strings.Builder
			for i := range 10000 {
				fmt.Fprintf(&b, " x%d='1'", i)
			}
			return strings.Replace(s, " xmlns:d=", b.String()+" xmlns:d=", 1)
		}},
	} {
		list = append(list, testCase{name: "hostile/" + v.name, rule: 14, run: func(s *session) {
			l := s.login(s.user())
			for _, r := range requests(s) {
				p := l.main()
				p.SendQuietly(l.signed(r.method, v.body(r.body), "Depth: 0"), r.method+" with "+v.name)
				if a := readAnswer(s.Run, p, r.method); !a.hungUp() && !a.refused() {
					s.Failf("%s is answered by %v, want 4xx", r.method, a)
				} else if a.hungUp() || strings.EqualFold(a.header.get("Connection"), "close") {
					l.hangUp()
				}
			}
			s.afresh()
		}})
	}
	list = append(list, testCase{name: "hostile/lines in an answer", rule: 13, run: func(s *session) {
		for _, evil := range []string{"x%0d%0aEvil: 1", "x%0aEvil:%201", "%3Cevil/%3E"} {
			a := s.login(s.user()).send(s.home(s.user().name).addr, "PROPFIND", "/instmsg/aliases/"+evil, find("r:state"), "Depth: 0")
			if len(a.header.all("Evil")) > 0 || strings.Contains(a.body, "<evil") || !a.refused() {
				s.Failf("%q is answered by %v", evil, a)
			}
		}
	}}, testCase{name: "hostile/lines in a NOTIFY", rule: 89, run: func(s *session) {
		w := s.logOn(s.user())
		text := s.word()
		l := s.dial(stranger + "%0d%0aEvil:%201")
		l.write(s.user(), text)
		l = s.dial("http://im.stranger.test/instmsg/aliases/a\rEvil: 1")
		if p := l.main(); p != nil {
			p.Send(l.request("NOTIFY", s.home(s.user().name).path, message(stranger, s.user().url, text)))
			readAnswer(s.Run, p, "NOTIFY")
		}
		s.wait(w.cb, "\x00", quiet)
		for _, n := range w.cb.Notices() {
			if n.wrong != "" || n.get("Evil") != "" || strings.ContainsAny(strings.Join(n.Header, ""), "\r\n") {
				s.Failf("what was sent has become a line of the header")
			}
		}
	}})
	return append(list, requestForgeryCases()...)
}

// requestForgeryCases would have the server make requests for others.
func requestForgeryCases() []testCase {
	var list []testCase
	for _, v := range []struct{ name, url string }{
		{"port 25", "http://HOST:25"},
		{"port 25 of loopback", "http://127.0.0.1:25"},
		{"port 0", "http://HOST:0"},
		{"no port", "http://HOST"},
		{"metadata of clouds", "http://169.254.169.254"},
		{"metadata of clouds at a port", "http://169.254.169.254:8080/latest/meta-data"},
		{"another host", "http://192.0.2.7:5000"},
		{"the name of a host", "http://localhost.example.test:5000"},
		{"user information", "http://HOST:5000@192.0.2.7:5001"},
		{"a password", "http://u:p@HOST:5000"},
		{"all hosts", "http://0.0.0.0:5000"},
		{"broadcast", "http://255.255.255.255:5000"},
		{"IPv6 for IPv4", "http://[::ffff:169.254.169.254]:5000"},
		{"decimal", "http://3232235777:5000"},
		{"octal", "http://0300.0250.0.7:5000"},
		{"https", "https://HOST:5000"},
		{"file", "file:///etc/passwd"},
		{"gopher", "gopher://HOST:5000/_QUIT"},
		{"no scheme", "HOST:5000"},
		{"backslash", `http://HOST:5000\@192.0.2.7:5000`},
		{"a fragment", "http://HOST:5000#@192.0.2.7"},
		{"white space", "http://HOST:5000/ HTTP/1.1"},
		{"one's own node", "NODE"},
		{"very long", "http://HOST:5000/" + strings.Repeat("x", 5000)},
	} {
		list = append(list, testCase{name: "forgery/" + v.name, rule: 49, run: func(s *session) {
			host, _, err := net.SplitHostPort(strings.TrimPrefix(s.listen().URL, "http://"))
			if err != nil {
				s.Failf("%v", err)
			}
			url := strings.NewReplacer("HOST", host, "NODE", s.user().url).Replace(v.url)
			a := s.login(s.user()).do("SUBSCRIBE", s.user().name, "", subscription("pragma/notify", url, 60)...)
			if !a.refused() && !a.hungUp() {
				s.Failf("Call-Back: %.100s is answered by %v, want 4xx", url, a)
			}
		}})
	}
	return list
}

// signed is a request about the first user with the credentials of the line.
func (l *line) signed(method, body string, fields ...string) string {
	h := l.s.home(l.s.user().name)
	l.peer(h.addr)
	if key := l.keys[h.addr]; key != nil {
		fields = append(fields, "Authorization: "+key.answer(method, h.path))
	}
	return l.request(method, h.path, body, fields...)
}

// afresh checks that the server serves others still.
func (s *session) afresh() {
	if a := s.dial(s.user().url).do("PROPFIND", s.user().name, ""); a.status != 412 {
		s.Failf("after that, PROPFIND without Depth is answered by %v, want 412", a)
	}
}
