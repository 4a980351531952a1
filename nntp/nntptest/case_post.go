package nntptest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

func yesterday() string { return time.Now().UTC().Add(-24 * time.Hour).Format("20060102 150405") }

// hard is a body that is hard to send.
var hard = []string{"A line", "", ".", "..", ".one dot", "\ttab ", "\u00fc\u4e2d", strings.Repeat("x", 998), "", ""}

func stuffed(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		if strings.HasPrefix(line, ".") {
			b.WriteByte('.')
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}

// poster is ready to post.
func (s *session) poster() {
	s.mayPost()
	s.reader()
	s.needs("POST")
}

// refusedPost posts an article that must be refused, whereupon the conversation
// goes on.
func (s *session) refusedPost(article, what string) {
	s.want("POST", 340)
	s.peer.Send(article)
	if r := s.reply(); r.code != 441 {
		s.Failf("a post %s is answered by %v, want 441", what, r)
	}
	s.alive("a post " + what)
}

func postCases() []testCase {
	list := []testCase{
		{
			"POST/round trip", "RFC 3977, 6.3.1", "an article is served as it was posted, its lines octet for octet",
			func(s *session) {
				s.poster()
				id := newID()
				s.want("POST", 340)
				s.peer.Send(s.draft(id, "X-Fold: a\r\n\tb\r\n") + stuffed(hard) + ".\r\n")
				s.oneOf("the article", s.reply(), 240)
				s.arrives(id)
				if got := s.list("BODY "+id, 222); !slices.Equal(got, hard) {
					s.Failf("the body is %q", got)
				}
				head := s.list("HEAD "+id, 221)
				for name, want := range map[string]string{"From": "Conformance <test@conformance.example>", "X-Fold": "a\tb", "Message-ID": id} {
					if got := fieldsOf(head, name); len(got) != 1 || got[0] != want {
						s.Failf("%s is %q, want %q", name, got, want)
					}
				}
			},
		},
		{
			"POST/added fields", "RFC 5537, 3.5", "the server adds Date, Message-ID, Path, Injection-Date and Injection-Info",
			func(s *session) {
				s.poster()
				before := s.group()
				s.want("POST", 340)
				s.peer.Send("From: Conformance <test@conformance.example>\r\nNewsgroups: " + s.target.Group + "\r\nSubject: " + newID() + "\r\n\r\nA test.\r\n.\r\n")
				s.oneOf("the article", s.reply(), 240)
				for end := time.Now().Add(s.target.timeout()); s.group().high == before.high; {
					if time.Now().After(end) {
						s.Failf("the article does not arrive")
					}
				}
				head := s.list("HEAD "+strconv.Itoa(s.group().high), 221)
				for _, name := range []string{"Date", "Message-ID", "Path", "Injection-Date", "Injection-Info"} {
					if got := fieldsOf(head, name); len(got) != 1 || got[0] == "" {
						s.Failf("%s is %q", name, got)
					}
				}
				if path := fieldsOf(head, "Path")[0]; !strings.Contains(path, "!.POSTED") {
					s.Failf("Path is %q, without .POSTED", path)
				}
			},
		},
		{
			"POST/duplicate", "RFC 5537, 3.5", "an identifier that is in use is refused",
			func(s *session) {
				s.poster()
				id := newID()
				s.post(id)
				s.arrives(id)
				s.refusedPost(s.draft(id, "")+"A test.\r\n.\r\n", "of an identifier that is in use")
			},
		},
		{
			"POST/unknown newsgroup", "RFC 5537, 3.5", "an article for newsgroups that there are not is refused",
			func(s *session) {
				s.poster()
				s.refusedPost(strings.Replace(s.draft(newID(), ""), s.target.Group, "no.such.group.exists", 1)+"A test.\r\n.\r\n", "to an unknown newsgroup")
			},
		},
		{
			"POST/no article", "RFC 3977, 6.3.1", "what is no article is refused, and read to its end",
			func(s *session) {
				s.poster()
				s.refusedPost(".\r\n", "of nothing")
				s.refusedPost("NO-SUCH-COMMAND\r\nQUIT\r\n.\r\n", "of commands")
			},
		},
		{
			"POST/Control in the Subject", "RFC 5537, 5", "a Subject that begins with cmsg is a subject",
			func(s *session) {
				s.poster()
				id, target := newID(), newID()
				s.post(target)
				s.arrives(target)
				s.want("POST", 340)
				s.peer.Send(strings.Replace(s.draft(id, ""), "conformance test", "cmsg cancel "+target, 1) + "A test.\r\n.\r\n")
				s.oneOf("the article", s.reply(), 240, 441)
				s.want("STAT "+target, 223)
			},
		},
	}
	for _, field := range []string{"From", "Newsgroups", "Subject"} {
		list = append(list, testCase{
			"POST/without " + field, "RFC 5537, 3.4", "an article without " + field + " is refused",
			func(s *session) {
				s.poster()
				article := s.draft(newID(), "")
				at := strings.Index("\r\n"+article, "\r\n"+field+":")
				end := strings.Index(article[at:], "\r\n") + at + 2
				s.refusedPost(article[:at]+article[end:]+"A test.\r\n.\r\n", "without "+field)
			},
		})
	}
	for _, extra := range []struct{ name, fields string }{
		{"two Subjects", "Subject: another\r\n"},
		{"two Message-IDs", "Message-ID: <another@conformance.example>\r\n"},
		{"Injection-Info", "Injection-Info: conformance.example\r\n"},
		{"Xref", "Xref: conformance.example a:1\r\n"},
		{"a Date in the future", "Date: Fri, 1 Jan 2100 00:00:00 +0000\r\n"},
		{"a Date long past", "Date: Sat, 1 Jan 2000 00:00:00 +0000\r\n"},
		{"a line that is no field", "no field\r\n"},
		{"no space behind a colon", "X-Test:x\r\n"},
	} {
		list = append(list, testCase{
			"POST/" + extra.name, "RFC 5537, 3.5", "an article with " + extra.name + " is refused",
			func(s *session) {
				s.poster()
				s.refusedPost(s.draft(newID(), extra.fields)+"A test.\r\n.\r\n", "with "+extra.name)
			},
		})
	}
	return list
}

// arrives waits until an article can be had: some servers answer a post before.
func (s *session) arrives(id string) {
	for end := time.Now().Add(s.target.timeout()); ; {
		r := s.do("STAT " + id)
		if r.code == 223 {
			return
		}
		if s.oneOf("STAT", r, 430); time.Now().After(end) {
			s.Failf("the article does not arrive")
		}
	}
}
