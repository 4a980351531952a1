package smtptest

import (
	"encoding/base64"
	"slices"
	"strings"
)

func authCases() []testCase {
	return []testCase{
		{
			"AUTH/wrong password", "RFC 4954, 6", "a wrong password and an unknown name are refused alike, by 535",
			func(s *session) {
				s.authReady("PLAIN")
				wrong := s.want(5, "AUTH PLAIN "+plain(s.target.User, s.target.Password+"-wrong"))
				unknown := s.want(5, "AUTH PLAIN "+plain("no-such-user-"+s.target.User, "wrong"))
				if wrong.code != 535 || strings.Join(wrong.lines, "") != strings.Join(unknown.lines, "") {
					s.Failf("%v and %v", wrong, unknown)
				}
				s.alive("two failed logins")
			},
		},
		{
			"AUTH/PLAIN", "RFC 4954, 4", "AUTH PLAIN with an initial response: 235",
			func(s *session) {
				s.authReady("PLAIN")
				if r := s.want(2, "AUTH PLAIN "+plain(s.target.User, s.target.Password)); r.code != 235 {
					s.Failf("answered by %v", r)
				}
				s.want(5, "AUTH PLAIN "+plain(s.target.User, s.target.Password))
			},
		},
		{
			"AUTH/PLAIN without initial response", "RFC 4954, 4", "AUTH PLAIN alone is answered by 334 and waits",
			func(s *session) {
				s.authReady("PLAIN")
				if r := s.do("AUTH PLAIN"); r.code != 334 {
					s.Failf("answered by %v", r)
				}
				s.want(2, plain(s.target.User, s.target.Password))
			},
		},
		{
			"AUTH/LOGIN", "draft-murchison-sasl-login", "AUTH LOGIN asks for name and password",
			func(s *session) {
				s.authReady("LOGIN")
				s.want(3, "AUTH LOGIN")
				s.want(3, base64.StdEncoding.EncodeToString([]byte(s.target.User)))
				s.want(2, base64.StdEncoding.EncodeToString([]byte(s.target.Password)))
			},
		},
		{
			"AUTH/cancel", "RFC 4954, 4", `"*" cancels: 501, and the conversation goes on`,
			func(s *session) {
				s.authReady("PLAIN")
				s.want(3, "AUTH PLAIN")
				if r := s.do("*"); r.code != 501 {
					s.Failf("answered by %v", r)
				}
				s.alive("a cancelled login")
			},
		},
		{
			"AUTH/not base64", "RFC 4954, 4", "what is not base64 is refused: 501 (or 535)",
			func(s *session) {
				s.authReady("PLAIN")
				s.want(5, "AUTH PLAIN !!!")
				s.want(3, "AUTH PLAIN")
				s.want(5, "AGEAY")
				s.alive("bad base64")
			},
		},
		{
			"AUTH/long line", "RFC 4954, 4", "an answer of 12288 octets is read, and judged",
			func(s *session) {
				s.authReady("PLAIN")
				s.want(3, "AUTH PLAIN")
				s.want(5, strings.Repeat("A", 12284))
				s.alive("a long answer")
			},
		},
		{
			"AUTH/in a transaction", "RFC 4954, 4", "AUTH in the midst of a transaction is refused: 503",
			func(s *session) {
				s.authReady("PLAIN")
				if r := s.do("MAIL FROM:<" + s.target.from() + ">"); r.class() != 2 {
					s.NotApplicable("the server wants a login before MAIL")
				}
				s.want(5, "AUTH PLAIN "+plain(s.target.User, s.target.Password))
			},
		},
		{
			"AUTH/commands are not answers", "RFC 4954, 4",
			"a command where an answer is due is taken for an answer, and fails the login",
			func(s *session) {
				s.authReady("PLAIN")
				s.want(3, "AUTH PLAIN")
				s.want(5, "NOOP NOOP")
				s.alive("a command in the place of an answer")
			},
		},
		{
			"AUTH/not in the clear", "RFC 4954, 4",
			"PLAIN and LOGIN are neither offered nor accepted in the clear where TLS can be had",
			func(s *session) {
				s.clear()
				if s.target.User == "" {
					s.NotApplicable("no login is known")
				}
				if offered := strings.Fields(s.extensions["AUTH"]); slices.Contains(offered, "PLAIN") {
					s.NotApplicable("the server is configured to take passwords in the clear")
				}
				s.want(5, "AUTH PLAIN "+plain(s.target.User, s.target.Password))
			},
		},
	}
}

// plain returns the initial response of PLAIN (RFC 4616).
func plain(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
}

// login logs in by PLAIN if the target has a login and the server offers it
// now.
func (s *session) login() bool {
	if s.target.User == "" || !s.offersAuth("PLAIN") {
		return false
	}
	s.want(2, "AUTH PLAIN "+plain(s.target.User, s.target.Password))
	return true
}

func (s *session) offersAuth(mechanism string) bool {
	return slices.Contains(strings.Fields(s.extensions["AUTH"]), mechanism)
}

// clearOrTLS connects and greets so that AUTH is on offer, over TLS if that is
// what PLAIN needs.
func (s *session) clearOrTLS() {
	s.connect()
	s.ehlo()
	if !s.offersAuth("PLAIN") && s.offers("STARTTLS") {
		s.startTLS()
	}
	s.needs("AUTH")
}

// authReady brings a new conversation to where a login by a mechanism can be
// tried.
func (s *session) authReady(mechanism string) {
	if s.target.User == "" {
		s.NotApplicable("no login is known")
	}
	s.clearOrTLS()
	if !s.offersAuth(mechanism) {
		s.NotApplicable("the server does not offer AUTH " + mechanism)
	}
}
