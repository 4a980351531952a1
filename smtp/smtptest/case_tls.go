package smtptest

func tlsCases() []testCase {
	return []testCase{
		{
			"STARTTLS/whole", "RFC 3207, 4", "after 220 TLS begins, and then the conversation, at EHLO",
			func(s *session) {
				s.clear()
				s.startTLS()
				if s.offers("STARTTLS") {
					s.Failf("STARTTLS is offered again under TLS (RFC 3207, 4.2)")
				}
				if r := s.do("STARTTLS"); r.class() != 5 {
					s.Failf("a second STARTTLS is answered by %v", r)
				}
			},
		},
		{
			"STARTTLS/forgets", "RFC 3207, 4.2", "what the client said before TLS is forgotten, its greeting too",
			func(s *session) {
				s.clear()
				s.want(2, "STARTTLS")
				s.peer.StartTLS(s.ctx, s.target.clientTLS())
				if r := s.do("MAIL FROM:<" + s.target.from() + ">"); r.class() != 5 && r.class() != 2 {
					s.Failf("MAIL is answered by %v", r)
				}
				s.want(2, s.hello())
			},
		},
		{
			"STARTTLS/arguments", "RFC 3207, 4", "STARTTLS takes no arguments: 501",
			func(s *session) {
				s.clear()
				s.want(5, "STARTTLS now")
				s.alive("STARTTLS with arguments")
			},
		},
		{
			"STARTTLS/injection", "RFC 3207, 6",
			"commands in the same piece as STARTTLS are never obeyed, neither in the clear nor under TLS",
			func(s *session) {
				s.clear()
				s.peer.Send("STARTTLS\r\nNOOP injected\r\nEHLO injected.example\r\n")
				r := s.reply()
				if r.code != 220 {
					return // refused: nothing was obeyed
				}
				s.injected()
			},
		},
		{
			"STARTTLS/in a transaction", "RFC 3207, 4.2",
			"STARTTLS in the midst of a transaction is refused, or begins everything afresh",
			func(s *session) {
				s.clear()
				s.mail()
				if r := s.do("STARTTLS"); r.code != 220 {
					return
				}
				s.peer.StartTLS(s.ctx, s.target.clientTLS())
				s.want(2, s.hello())
				s.want(5, "RCPT TO:<"+s.target.to()+">")
			},
		},
		{
			"STARTTLS/failed handshake", "RFC 3207, 4",
			"after a failed handshake nothing is obeyed in the clear, and the server lives on",
			func(s *session) {
				s.clear()
				s.want(2, "STARTTLS")
				s.peer.Send("NOOP this is not TLS\r\n")
				s.garbage()
				s.afresh("a failed handshake")
			},
		},
	}
}

// clear connects and greets, in the clear and with STARTTLS on offer.
func (s *session) clear() {
	s.connect()
	s.ehlo()
	if s.target.ImplicitTLS {
		s.NotApplicable("the server begins with TLS")
	}
	s.needs("STARTTLS")
}

// injected begins TLS behind injected commands: that fails, or what comes
// first under TLS is the answer to what was sent under TLS.
func (s *session) injected() {
	if err := s.peer.TryTLS(s.ctx, s.target.clientTLS()); err != nil {
		return
	}
	s.peer.Send("XYZZY\r\n")
	if r := s.reply(); r.class() == 2 {
		s.Failf("an injected command was answered under TLS: %v", r)
	}
}

// garbage reads what comes after a failed handshake: an alert, or nothing.
func (s *session) garbage() {
	if octets := s.peer.Octets(len("250")); octets == "250" {
		s.Failf("a command in the clear was obeyed")
	}
}
