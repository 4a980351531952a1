package pop3test

import (
	"strings"

	"github.com/wirepost/wirepost/pop3"
)

func tlsCases() []testCase {
	return []testCase{
		{
			"STLS/whole", "RFC 2595, 4", "after +OK TLS begins, and then the conversation, without a greeting",
			func(s *session) {
				s.clear()
				s.startTLS()
				if s.offers("STLS") {
					s.Failf("STLS is offered again under TLS")
				}
				s.refuse("STLS")
				s.alive(pop3.Authorization, "a second STLS")
			},
		},
		{
			"STLS/forgets", "RFC 1939, 7", "PASS is due immediately after USER: a name that was given in the clear does not count under TLS (RFC 2595, 9)",
			func(s *session) {
				s.clear()
				s.needsLogin()
				if !s.offers("USER") {
					s.NotApplicable("the server does not take USER in the clear")
				}
				s.want("USER " + s.target.User)
				s.want("STLS")
				s.peer.StartTLS(s.ctx, s.target.clientTLS())
				s.refuse("PASS " + s.target.Password)
			},
		},
		{
			"STLS/arguments", "RFC 2595, 4", "STLS takes no arguments",
			func(s *session) {
				s.clear()
				s.refuse("STLS now")
				s.alive(pop3.Authorization, "STLS with arguments")
			},
		},
		{
			"STLS/injection", "RFC 2595, 4",
			"commands in the same piece as STLS are never obeyed, neither in the clear nor under TLS",
			func(s *session) {
				s.clear()
				s.peer.Send("STLS\r\nCAPA\r\n")
				if r := s.reply(); !r.ok() {
					return // refused: nothing was obeyed
				}
				if err := s.peer.TryTLS(s.ctx, s.target.clientTLS()); err != nil {
					return
				}
				s.peer.Send("XYZZY\r\n")
				if r := s.reply(); r.ok() {
					s.Failf("an injected command was answered under TLS: %v", r)
				}
			},
		},
		{
			"STLS/after the login", "RFC 2595, 4", "STLS after the login is refused",
			func(s *session) {
				s.login()
				s.refuse("STLS")
				s.alive(pop3.Transaction, "STLS")
			},
		},
		{
			"STLS/failed handshake", "RFC 2595, 4",
			"after a failed handshake nothing is obeyed in the clear, and the server lives on",
			func(s *session) {
				s.clear()
				s.want("STLS")
				s.peer.Send("CAPA\r\n")
				if octets := s.peer.Octets(len("+OK")); strings.HasPrefix(octets, "+OK") {
					s.Failf("a command in the clear was obeyed")
				}
				s.afresh("a failed handshake")
			},
		},
	}
}

// clear connects in the clear and with STLS on offer.
func (s *session) clear() {
	s.connect()
	s.capa()
	if s.target.ImplicitTLS {
		s.NotApplicable("the server begins with TLS")
	}
	s.needs("STLS")
}
