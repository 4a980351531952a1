package nntptest

import "strings"

// beforeLogin begins a conversation in which a login is possible.
func (s *session) beforeLogin() {
	if s.target.User == "" {
		s.NotApplicable("no login is known")
	}
	s.connect()
	s.capable()
	if !s.offers("AUTHINFO") && !s.offers("STARTTLS") {
		s.NotApplicable("the server does not offer AUTHINFO")
	}
	s.secure()
}

func loginCases() []testCase {
	return []testCase{
		{
			"AUTHINFO/USER and PASS", "RFC 4643, 2.3", "USER is 381 and PASS 281; after that there is no AUTHINFO",
			func(s *session) {
				s.beforeLogin()
				if !s.offersArg("AUTHINFO", "USER") {
					s.NotApplicable("the server does not offer AUTHINFO USER")
				}
				s.want("AUTHINFO USER "+s.target.User, 381)
				s.want("AUTHINFO PASS "+s.target.Password, 281)
				s.want("AUTHINFO USER "+s.target.User, 502)
				s.capable()
				if s.offers("AUTHINFO") {
					s.Failf("AUTHINFO is offered after the login")
				}
				s.alive("a login")
			},
		},
		{
			"AUTHINFO/wrong password", "RFC 4643, 2.3", "a wrong password and an unknown name are both 481, and the conversation goes on",
			func(s *session) {
				s.beforeLogin()
				wrong := s.logIn(s.target.User, s.target.Password+"-wrong")
				unknown := s.logIn("no-such-user", "wrong")
				if wrong.code != 481 || unknown.code != 481 {
					s.Failf("%v and %v", wrong, unknown)
				}
				s.alive("failed logins")
			},
		},
		{
			"AUTHINFO/PASS first", "RFC 4643, 2.3.2", "PASS without USER is 482",
			func(s *session) {
				s.beforeLogin()
				if !s.offersArg("AUTHINFO", "USER") {
					s.NotApplicable("the server does not offer AUTHINFO USER")
				}
				s.want("AUTHINFO PASS "+s.target.Password, 482)
			},
		},
		{
			"AUTHINFO/SASL PLAIN", "RFC 4643, 2.4", "PLAIN logs in, with an initial response and without",
			func(s *session) {
				s.plainReady()
				s.want("AUTHINFO SASL PLAIN "+plain(s.target.User, s.target.Password), 281, 283)
				s.peer.HangUp()
				s.plainReady()
				if r := s.want("AUTHINFO SASL PLAIN", 383); r.text != "=" {
					s.Failf("an empty challenge is %v, want 383 =", r)
				}
				s.want(plain(s.target.User, s.target.Password), 281, 283)
				s.want("AUTHINFO SASL PLAIN "+plain(s.target.User, s.target.Password), 502)
			},
		},
		{
			"AUTHINFO/cancel", "RFC 4643, 2.4.2", `"*" cancels with 481`,
			func(s *session) {
				s.plainReady()
				s.want("AUTHINFO SASL PLAIN", 383)
				s.want("*", 481)
				s.alive("a cancelled login")
			},
		},
		{
			"AUTHINFO/unknown mechanism", "RFC 4643, 2.4.2", "an unknown mechanism is 503, and bad base64 504",
			func(s *session) {
				s.plainReady()
				s.want("AUTHINFO SASL NO-SUCH-MECHANISM", 503)
				s.want("AUTHINFO SASL PLAIN !!!", 504)
				s.alive("failed logins")
			},
		},
		{
			"AUTHINFO/not in the clear", "RFC 4643, 2.3.2", "passwords are neither offered nor taken in the clear where TLS can be had",
			func(s *session) {
				s.connect()
				s.capable()
				s.needs("STARTTLS")
				if s.target.User == "" {
					s.NotApplicable("no login is known")
				}
				if s.offersArg("AUTHINFO", "USER") || s.offersArg("SASL", "PLAIN") {
					s.NotApplicable("the server is configured to take passwords in the clear")
				}
				s.want("AUTHINFO USER "+s.target.User, 483)
				s.want("AUTHINFO SASL PLAIN "+plain(s.target.User, s.target.Password), 483)
			},
		},
	}
}

// plainReady begins a conversation in which PLAIN can be tried.
func (s *session) plainReady() {
	s.beforeLogin()
	if !s.offersArg("AUTHINFO", "SASL") || !s.offersArg("SASL", "PLAIN") {
		s.NotApplicable("the server does not offer SASL PLAIN")
	}
}

// clear begins a conversation in the clear with a server that offers a change of
// the connection.
func (s *session) clear(label string) {
	s.connect()
	s.capable()
	s.needs(label)
}

func tlsCases() []testCase {
	return []testCase{
		{
			"STARTTLS/change", "RFC 4642, 2.2", "after 382 comes the handshake, and the client speaks next; STARTTLS is offered no more, and 502",
			func(s *session) {
				s.clear("STARTTLS")
				s.startTLS()
				if s.offers("STARTTLS") {
					s.Failf("STARTTLS is offered under TLS")
				}
				s.want("STARTTLS", 502)
				s.alive("STARTTLS")
			},
		},
		{
			"STARTTLS/forgets", "RFC 4642, 2.2.2", "the newsgroup that was selected before is forgotten",
			func(s *session) {
				s.needsGroup()
				s.clear("STARTTLS")
				s.needs("READER")
				if r := s.do("GROUP " + s.target.Group); r.code != 211 {
					s.NotApplicable("news cannot be read before TLS")
				}
				s.startTLS()
				s.want("STAT", 412)
			},
		},
		{
			"STARTTLS/injection", "RFC 4642, 2.2.2", "a command that is sent behind STARTTLS in the clear is not obeyed",
			func(s *session) {
				s.clear("STARTTLS")
				s.peer.Send("STARTTLS\r\nDATE\r\n")
				if r := s.reply(); r.code != 382 {
					return
				}
				if s.peer.TryTLS(s.ctx, s.target.clientTLS()) != nil {
					return
				}
				s.peer.Send("NO-SUCH-COMMAND\r\n")
				if r := s.reply(); r.code == 111 {
					s.Failf("it was obeyed")
				}
			},
		},
		{
			"STARTTLS/arguments", "RFC 4642, 2.2", "STARTTLS has no arguments",
			func(s *session) {
				s.clear("STARTTLS")
				s.want("STARTTLS now", 501)
				s.alive("a refused STARTTLS")
			},
		},
	}
}

func compressCases() []testCase {
	return []testCase{
		{
			"COMPRESS/unknown algorithm", "RFC 8054, 2.2", "an unknown algorithm is 503, and none 501",
			func(s *session) {
				s.clear("COMPRESS")
				s.want("COMPRESS NO-SUCH-ALGORITHM", 503)
				s.want("COMPRESS", 501)
				s.alive("a refused COMPRESS")
			},
		},
		{
			"COMPRESS/change", "RFC 8054, 2.2", "after 206 both directions are compressed; COMPRESS and AUTHINFO are offered no more, and 502",
			func(s *session) {
				s.compressed()
				for _, line := range s.inflated("CAPABILITIES", 101) {
					for _, label := range []string{"COMPRESS", "AUTHINFO", "STARTTLS"} {
						if strings.EqualFold(firstWord(line), label) {
							s.Failf("%q is offered", line)
						}
					}
				}
				for _, command := range []string{"COMPRESS DEFLATE", "AUTHINFO USER x", "STARTTLS"} {
					if r := s.inflatedReply(command); r.code != 502 {
						s.Failf("%s is answered by %v, want 502", command, r)
					}
				}
				if r := s.inflatedReply("QUIT"); r.code != 205 {
					s.Failf("QUIT is answered by %v", r)
				}
			},
		},
		{
			"COMPRESS/injection", "RFC 8054, 2.2.2", "a command that is sent behind COMPRESS uncompressed is not obeyed",
			func(s *session) {
				s.clear("COMPRESS")
				s.peer.Send("COMPRESS DEFLATE\r\nDATE\r\n")
				if r := s.reply(); r.code != 206 {
					return
				}
				if out := s.peer.Octets(5); strings.HasPrefix(out, "111") {
					s.Failf("it was obeyed")
				}
			},
		},
	}
}
