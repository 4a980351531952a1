package pop3test

import "github.com/wirepost/wirepost/pop3"

func loginCases() []testCase {
	return []testCase{
		{
			"login/unknown name", "RFC 1939, 13", "a wrong password and an unknown name are refused alike",
			func(s *session) {
				s.named()
				wrong := s.refuse("PASS " + s.target.Password + "-wrong")
				if r := s.do("USER no-such-user-" + s.target.User); !r.ok() {
					s.Failf("USER tells that there is no such user: %v", r)
				}
				if unknown := s.refuse("PASS wrong"); unknown != wrong {
					s.Failf("%v and %v", wrong, unknown)
				}
				s.alive(pop3.Authorization, "two failed logins")
			},
		},
		{
			"login/AUTH code", "RFC 3206, 6", "a failed login has the response code AUTH if AUTH-RESP-CODE is offered",
			func(s *session) {
				s.named()
				s.needs("AUTH-RESP-CODE")
				if r := s.refuse("PASS " + s.target.Password + "-wrong"); r.code() != "AUTH" {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"login/PASS is due at once", "RFC 1939, 7", "PASS is refused unless it comes immediately after USER",
			func(s *session) {
				s.named()
				s.do("STAT")
				s.peer.HangUp()
				s.named()
				s.refuse("PASS " + s.target.Password + "-wrong")
				s.refuse("PASS " + s.target.Password)
				s.alive(pop3.Authorization, "a PASS without USER")
			},
		},
		{
			"login/many failures", "RFC 1939, 13", "a client cannot try passwords without end in one conversation",
			func(s *session) {
				s.named()
				for range 100 {
					if r := s.do("PASS wrong"); r.hungUp() {
						return
					} else if r.ok() {
						s.Failf("a wrong password is accepted")
					}
					if r := s.do("USER no-such-user-" + s.target.User); r.hungUp() {
						return
					}
				}
				s.Failf("100 failed logins, and the server is still there")
			},
		},
		{
			"login/in use", "RFC 2449, 8.1.2",
			"a maildrop that another session has open is refused, with the code IN-USE if the server has response codes",
			func(s *session) {
				s.login()
				s.needs("RESP-CODES")
				first := s.peer
				s.anonymous()
				if s.capabilities != nil && !s.offers("USER") {
					s.NotApplicable("the server does not offer USER")
				}
				s.want("USER " + s.target.User)
				r := s.do("PASS " + s.target.Password)
				if r.ok() {
					s.NotApplicable("the server lets two sessions share a maildrop")
				}
				if r.code() != "IN-USE" {
					s.Failf("answered by %v", r)
				}
				s.peer.HangUp()
				s.peer = first
				s.alive(pop3.Transaction, "a second login")
			},
		},
		{
			"login/in use no more", "RFC 1939, 6", "QUIT releases the maildrop before it is answered",
			func(s *session) {
				s.login()
				s.want("QUIT")
				s.anonymous()
				if s.capabilities != nil {
					s.needs("USER")
				}
				s.want("USER " + s.target.User)
				s.want("PASS " + s.target.Password)
			},
		},
	}
}
