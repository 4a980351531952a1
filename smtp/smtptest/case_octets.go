package smtptest

func octetCases() []testCase {
	var list []testCase
	for _, c := range []struct{ name, octets string }{
		{"bare LF", "one\ntwo"},
		{"bare CR", "one\rtwo"},
		{"NUL", "one\x00two"},
	} {
		list = append(list, testCase{
			"octets/" + c.name + " in a message", "RFC 5321, 2.3.8",
			"a message with " + c.name + " is refused (or mended by policy), in one reply, and the next command is obeyed",
			func(s *session) {
				s.data()
				s.peer.Send("Subject: octets\r\n\r\n" + c.octets + "\r\n.\r\n")
				r := s.reply()
				if r.class() != 5 && r.class() != 2 {
					s.Failf("answered by %v", r)
				}
				if r.code == 521 {
					return // it hangs up, which is safe too
				}
				s.alive("the message")
			},
		})
	}
	return list
}
