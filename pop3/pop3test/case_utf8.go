package pop3test

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/pop3"
)

func utf8Cases() []testCase {
	return []testCase{
		{
			"UTF8/capability", "RFC 6856, 2", "the capability has the argument USER, or none",
			func(s *session) {
				s.anonymous()
				s.needs("UTF8")
				if args := s.capabilities["UTF8"]; args != "" && args != "USER" {
					s.Failf("UTF8 %s", args)
				}
			},
		},
		{
			"UTF8/changes nothing else", "RFC 6856, 2.1", "UTF8 is answered, and then the login goes on as ever",
			func(s *session) {
				s.needsLogin()
				s.retry(func() reply {
					s.anonymous()
					s.needs("UTF8")
					s.want("UTF8")
					s.alive(pop3.Authorization, "UTF8")
					return s.logIn()
				})
				s.alive(pop3.Transaction, "UTF8 and the login")
			},
		},
		{
			"UTF8/USER", "RFC 6856, 2.2", "names that are not UTF-8 are refused, and the conversation goes on",
			func(s *session) {
				s.anonymous()
				s.needs("UTF8")
				s.needs("USER")
				if r := s.do("USER \xff\xfe"); r.ok() {
					s.refuse("PASS \xff\xfe")
				}
				s.alive(pop3.Authorization, "octets that are no UTF-8")
			},
		},
		{
			"UTF8/not without it", "RFC 6856, 2.1",
			"header fields outside ASCII are not sent to a client that has not sent UTF8: they are refused, with the code UTF8, or replaced",
			func(s *session) {
				s.login()
				s.needs("UTF8")
				for i := range s.tops() {
					r := s.do("TOP " + strconv.Itoa(i+1) + " 0")
					switch {
					case r.refused() && r.code() == "UTF8":
						continue
					case !r.ok():
						s.Failf("answered by %v", r)
					}
					if lines := s.body(); slices.ContainsFunc(lines, func(line string) bool { return !isASCII(line) }) {
						s.Failf("message %d has a header outside ASCII", i+1)
					}
				}
			},
		},
		{
			"UTF8/with it", "RFC 6856, 2.1", "no message is refused with the code UTF8 once UTF8 was sent, and header fields are UTF-8",
			func(s *session) {
				s.needsLogin()
				s.retry(func() reply {
					s.anonymous()
					s.needs("UTF8")
					s.want("UTF8")
					return s.logIn()
				})
				for i := range s.tops() {
					if !utf8.ValidString(strings.Join(s.lines("TOP "+strconv.Itoa(i+1)+" 0"), "\n")) {
						s.Failf("message %d has a header that is not UTF-8", i+1)
					}
				}
			},
		},
	}
}

// tops returns how many messages a case may send TOP for.
func (s *session) tops() int {
	s.needs("TOP")
	s.count(1)
	n, _ := s.stat()
	return min(n, maxFetched)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
