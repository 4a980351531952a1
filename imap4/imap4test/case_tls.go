package imap4test

func tlsCases() []testCase {
	return []testCase{
		{
			"STARTTLS/whole", "RFC 9051, 6.2.1", "behind STARTTLS there is TLS, and capabilities of its own", greeted, nil,
			func(s *session, _ map[string]string) {
				s.startTLSOffered()
				s.want("STARTTLS")
				s.peer.StartTLS(s.ctx, s.target.clientTLS())
				s.capability()
				s.alive("STARTTLS")
			},
		},
		{
			"STARTTLS/not offered again", "RFC 9051, 6.2.1", "under TLS STARTTLS is not offered, and refused", greeted, nil,
			func(s *session, _ map[string]string) {
				if !s.overTLS {
					s.startTLSOffered()
					s.want("STARTTLS")
					s.peer.StartTLS(s.ctx, s.target.clientTLS())
					s.capability()
				}
				if s.caps["STARTTLS"] {
					s.Failf("STARTTLS is offered under TLS")
				}
				if a := s.do("STARTTLS"); a.name == "OK" {
					s.Failf("answered by %v", a)
				}
				s.alive("a second STARTTLS")
			},
		},
		{
			"STARTTLS/not TLS", "RFC 9051, 6.2.1", "what is no TLS behind STARTTLS is not obeyed, and the server lives on", greeted, nil,
			func(s *session, _ map[string]string) {
				s.startTLSOffered()
				s.want("STARTTLS")
				s.peer.Send("b1 NOOP\r\n")
				s.peer.EndSending()
				s.peer.Octets(64)
				s.afresh("a handshake that failed")
			},
		},
		{
			"STARTTLS/hung up", "RFC 9051, 6.2.1", "a client that hangs up instead of a handshake does no harm", greeted, nil,
			func(s *session, _ map[string]string) {
				s.startTLSOffered()
				s.want("STARTTLS")
				s.peer.HangUp()
				s.afresh("a handshake that never came")
			},
		},
		{
			"LOGIN/without TLS", "RFC 9051, 6.2.3", "where LOGINDISABLED is advertised LOGIN is refused", greeted, nil,
			func(s *session, vars map[string]string) {
				clear := newSession(s.Run, s.target, s.ctx)
				clear.connect()
				clear.capability()
				if !clear.caps["LOGINDISABLED"] {
					s.NotApplicable("the server does not advertise LOGINDISABLED")
				}
				if a := clear.do("LOGIN no-such-user x"); a.name == "OK" {
					s.Failf("answered by %v", a)
				}
			},
		},
	}
}
