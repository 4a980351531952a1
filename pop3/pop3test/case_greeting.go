package pop3test

import "github.com/wirepost/wirepost/pop3"

func greetingCases() []testCase {
	list := []testCase{
		{
			"greeting/one line", "RFC 1939, 4", "the greeting is one positive line, and then the client speaks",
			func(s *session) {
				s.connect()
				s.alive(pop3.Authorization, "the greeting")
			},
		},
		{
			"greeting/browser", "RFC 1939, 3",
			"an HTTP request is no mail: none of its lines, nor a command in its body, has an effect",
			func(s *session) {
				s.connect()
				s.needsLogin()
				s.peer.Send("POST / HTTP/1.1\r\nHost: server\r\nContent-Type: text/plain\r\n\r\n" +
					"USER " + s.target.User + "\r\n")
				replies := s.rest()
				for i, r := range replies {
					// A server may be patient: then USER and QUIT are two lines of POP3 behind errors.
					if r.ok() && i < 4 {
						s.Failf("a line of HTTP was obeyed: %v", r)
					}
				}
			},
		},
		{
			"greeting/TLS to a plain port", "RFC 8314, 3.3",
			"a TLS ClientHello on a port in the clear is answered by an error or a closed connection",
			func(s *session) {
				if s.target.ImplicitTLS {
					s.NotApplicable("the server begins with TLS")
				}
				s.connect()
				s.peer.Send("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n")
				if r := s.reply(); r.ok() {
					s.Failf("answered by %v", r)
				}
				s.afresh("a ClientHello")
			},
		},
	}
	for _, st := range states {
		list = append(list, testCase{
			"QUIT/" + st.name, "RFC 1939, 6", "QUIT is answered by +OK, then the server hangs up",
			func(s *session) {
				s.to(st.state)
				s.want("QUIT")
				if r := s.reply(); !r.hungUp() {
					s.Failf("after QUIT the server says %v", r)
				}
			},
		})
	}
	return list
}
