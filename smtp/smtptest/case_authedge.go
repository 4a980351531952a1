package smtptest

import (
	"encoding/base64"
	"strings"
)

// authEdgeCases are about logins that are not quite as they should be.
func authEdgeCases() []testCase {
	list := []testCase{
		{
			"AUTH/mechanism in lower case", "RFC 4954, 4", "names of mechanisms are not case sensitive",
			func(s *session) {
				s.authReady("PLAIN")
				s.want(2, "auth plain "+plain(s.target.User, s.target.Password))
			},
		},
		{
			"AUTH/failure keeps the greeting", "RFC 4954, 4", "after a failed login another one may be tried, without another EHLO",
			func(s *session) {
				s.authReady("PLAIN")
				s.want(5, "AUTH PLAIN "+plain(s.target.User, s.target.Password+"-wrong"))
				s.want(2, "AUTH PLAIN "+plain(s.target.User, s.target.Password))
			},
		},
		{
			"AUTH/failures are counted", "RFC 4954, 9", "ten wrong passwords are refused, each or all at once, and the server lives on",
			func(s *session) {
				s.authReady("PLAIN")
				for range 10 {
					r := s.do("AUTH PLAIN " + plain(s.target.User, s.target.Password+"-wrong"))
					if r.class() == 2 || r.class() == 3 {
						s.Failf("answered by %v", r)
					}
					if r.code == 421 || r.code == 0 {
						break
					}
				}
				s.afresh("failed logins")
			},
		},
		{
			"AUTH/STARTTLS forgets an exchange", "RFC 4954, 4", "STARTTLS where an answer is due is an answer, and fails the login",
			func(s *session) {
				s.authReady("PLAIN")
				s.want(3, "AUTH PLAIN")
				s.want(5, "STARTTLS")
				s.alive("STARTTLS in the place of an answer")
			},
		},
	}
	for _, c := range []struct{ name, why, initial string }{
		{"empty initial response", `"=" is an empty response, which is no login`, "="},
		{"two initial responses", "there is one initial response", "AAAA AAAA"},
		{"no NULs", "PLAIN has two NULs", base64.StdEncoding.EncodeToString([]byte("alice"))},
		{"one NUL", "PLAIN has two NULs", base64.StdEncoding.EncodeToString([]byte("\x00alice"))},
		{"no name", "a name must be given", base64.StdEncoding.EncodeToString([]byte("\x00\x00secret"))},
		{"no password", "a password must be given", base64.StdEncoding.EncodeToString([]byte("\x00alice\x00"))},
		{"base64 without padding", "base64 is padded", "AGFsaWNlAA"},
		{"base64 with bits to spare", "what base64 pads with is zero", "AGFsaWNlAHR="},
	} {
		list = append(list, testCase{
			"AUTH/" + c.name, "RFC 4954, 4", c.why + ": 501 or 535",
			func(s *session) {
				s.authReady("PLAIN")
				s.want(5, "AUTH PLAIN "+c.initial)
				s.alive("a malformed login")
			},
		})
	}
	return append(list, testCase{
		"AUTH/as somebody else", "RFC 4616, 2", "a login for another identity than one's own is refused",
		func(s *session) {
			s.authReady("PLAIN")
			identity := strings.Join([]string{"no-such-user-" + s.target.User, s.target.User, s.target.Password}, "\x00")
			s.want(5, "AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte(identity)))
			s.alive("a refused identity")
		},
	})
}
