package pop3test

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/pop3"
)

func authCases() []testCase {
	return []testCase{
		{
			"AUTH/PLAIN", "RFC 5034, 4", "AUTH PLAIN with an initial response logs in, and there is no second login",
			func(s *session) {
				s.retry(func() reply {
					s.authReady("PLAIN")
					return s.do("AUTH PLAIN " + plain(s.target.User, s.target.Password))
				})
				s.refuse("AUTH PLAIN " + plain(s.target.User, s.target.Password))
				s.alive(pop3.Transaction, "a second AUTH")
			},
		},
		{
			"AUTH/PLAIN without initial response", "RFC 5034, 4", `AUTH PLAIN alone is answered by "+ " and waits`,
			func(s *session) {
				s.retry(func() reply {
					s.authReady("PLAIN")
					s.challenged("AUTH PLAIN")
					return s.do(plain(s.target.User, s.target.Password))
				})
			},
		},
		{
			"AUTH/LOGIN", "draft-murchison-sasl-login", "AUTH LOGIN asks for name and password",
			func(s *session) {
				s.retry(func() reply {
					s.authReady("LOGIN")
					s.challenged("AUTH LOGIN")
					s.challenged(base64.StdEncoding.EncodeToString([]byte(s.target.User)))
					return s.do(base64.StdEncoding.EncodeToString([]byte(s.target.Password)))
				})
			},
		},
		{
			"AUTH/wrong password", "RFC 5034, 4", "a wrong password and an unknown name are refused alike",
			func(s *session) {
				s.authReady("PLAIN")
				wrong := s.refuse("AUTH PLAIN " + plain(s.target.User, s.target.Password+"-wrong"))
				unknown := s.refuse("AUTH PLAIN " + plain("no-such-user-"+s.target.User, "wrong"))
				if wrong != unknown {
					s.Failf("%v and %v", wrong, unknown)
				}
				s.alive(pop3.Authorization, "two failed logins")
			},
		},
		{
			"AUTH/cancel", "RFC 5034, 4", `"*" cancels, and the conversation goes on`,
			func(s *session) {
				s.authReady("PLAIN")
				s.challenged("AUTH PLAIN")
				s.refuse("*")
				s.alive(pop3.Authorization, "a cancelled login")
			},
		},
		{
			"AUTH/not base64", "RFC 5034, 4", "what is not base64 is refused",
			func(s *session) {
				s.authReady("PLAIN")
				s.refuse("AUTH PLAIN !!!")
				s.challenged("AUTH PLAIN")
				s.refuse("AGEAY")
				s.alive(pop3.Authorization, "bad base64")
			},
		},
		{
			"AUTH/long line", "RFC 5034, 4", "an answer that is longer than any command is read, and judged",
			func(s *session) {
				s.authReady("PLAIN")
				s.challenged("AUTH PLAIN")
				s.refuse(strings.Repeat("A", 1024))
				s.alive(pop3.Authorization, "a long answer")
			},
		},
		{
			"AUTH/commands are not answers", "RFC 5034, 4",
			"a command where an answer is due is taken for an answer, and fails the login",
			func(s *session) {
				s.authReady("PLAIN")
				s.challenged("AUTH PLAIN")
				s.refuse("USER " + s.target.User)
				s.alive(pop3.Authorization, "a command in the place of an answer")
			},
		},
		{
			"AUTH/not in the clear", "RFC 4616, 5",
			"PLAIN and USER are neither offered nor accepted in the clear where TLS can be had",
			func(s *session) {
				s.clear()
				s.needsLogin()
				if s.offers("USER") || s.offersAuth("PLAIN") {
					s.NotApplicable("the server is configured to take passwords in the clear")
				}
				s.refuse("USER " + s.target.User)
				s.refuse("AUTH PLAIN " + plain(s.target.User, s.target.Password))
			},
		},
		{
			"AUTH/mechanisms", "RFC 5034, 3", "the names behind SASL in CAPA are names of mechanisms, each once",
			func(s *session) {
				s.anonymous()
				s.needs("SASL")
				names := strings.Fields(s.capabilities["SASL"])
				for i, name := range names {
					if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" || len(name) > 20 || slices.Contains(names[:i], name) {
						s.Failf("%q", name)
					}
				}
			},
		},
	}
}

// plain returns the initial response of PLAIN (RFC 4616).
func plain(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
}

// challenged sends a line that must be answered by a challenge.
func (s *session) challenged(line string) {
	if r := s.do(line); r.status != "+" {
		s.Failf("answered by %v, want a challenge", r)
	}
}

// authReady brings a new conversation to where a login by a mechanism can be
// tried.
func (s *session) authReady(mechanism string) {
	s.needsLogin()
	s.anonymous()
	if !s.offersAuth(mechanism) {
		s.NotApplicable("the server does not offer AUTH " + mechanism)
	}
}
