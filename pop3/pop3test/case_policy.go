package pop3test

import (
	"regexp"

	"github.com/wirepost/wirepost/pop3"
)

func policyCases() []testCase {
	return []testCase{
		{
			"policy/LOGIN-DELAY", "RFC 2449, 6.5", "LOGIN-DELAY has a number of seconds, and perhaps USER before the login only",
			func(s *session) { s.policy("LOGIN-DELAY", regexp.MustCompile(`^\d{1,9}( USER)?$`)) },
		},
		{
			"policy/EXPIRE", "RFC 2449, 6.7", "EXPIRE has a number of days or NEVER, and perhaps USER before the login only",
			func(s *session) { s.policy("EXPIRE", regexp.MustCompile(`^(\d{1,9}|NEVER)( USER)?$`)) },
		},
		{
			"policy/too soon", "RFC 2449, 6.5", "who comes again before LOGIN-DELAY is over is refused",
			func(s *session) {
				s.login()
				s.needs("LOGIN-DELAY")
				s.needs("RESP-CODES")
				if s.capa(); s.capabilities["LOGIN-DELAY"] == "0" {
					s.NotApplicable("the delay is none")
				}
				s.want("QUIT")
				s.anonymous()
				if r := s.logIn(); !r.refused() || r.code() != "LOGIN-DELAY" {
					s.Failf("answered by %v", r)
				}
				s.alive(pop3.Authorization, "a login that came too soon")
			},
		},
		{
			"policy/IMPLEMENTATION", "RFC 2449, 6.9", "IMPLEMENTATION has a text",
			func(s *session) {
				s.anonymous()
				s.needs("IMPLEMENTATION")
				if s.capabilities["IMPLEMENTATION"] == "" {
					s.Failf("it has none")
				}
			},
		},
	}
}

// policy checks the arguments of a capability that may be another one for each
// user.
func (s *session) policy(tag string, form *regexp.Regexp) {
	s.login()
	s.needs(tag)
	before := s.capabilities[tag]
	s.capa()
	after := s.capabilities[tag]
	if !form.MatchString(before) || !form.MatchString(after) {
		s.Failf("%s %s, and after the login %s", tag, before, after)
	}
	perUser := regexp.MustCompile(` USER$`)
	if perUser.MatchString(after) {
		s.Failf("%s says USER after the login: %s", tag, after)
	}
	if before != after && !perUser.MatchString(before) {
		s.Failf("%s changes from %s to %s, and USER did not say so", tag, before, after)
	}
}
