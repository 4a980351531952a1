package smtptest

import (
	"strconv"
	"strings"
)

// smugglingCases send what some servers have taken for the end of a message,
// and commands behind it. There is one end, CRLF.CRLF.
func smugglingCases() []testCase {
	var list []testCase
	for _, end := range []string{
		"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\n", "\n.\r", "\r.\r\n", "\r\n.\r",
		"\r\n\x00.\r\n", "\r\n.\x00\r\n", "\r\n.\r\r\n", "\r\r\n.\n", "\n\n.\n\n", "\r\n.\n\r\n", "\r\n.\r\x00\n",
	} {
		list = append(list, smuggling(end, "", "in one piece"), smuggling(end, "split", "octet by octet"))
	}
	return list
}

func smuggling(end, split, how string) testCase {
	shown := strconv.QuoteToASCII(end)
	return testCase{
		"smuggling/" + shown + " " + how, "RFC 5321, 4.1.1.4",
		"only CRLF.CRLF ends a message: " + shown + " does not, and what follows is not obeyed",
		func(s *session) {
			s.data()
			octets := "Subject: outer\r\n\r\ntext" + end +
				"MAIL FROM:<" + s.target.from() + ">\r\nRCPT TO:<" + s.target.to() + ">\r\nDATA\r\n" +
				"Subject: inner\r\n\r\nsmuggled\r\n.\r\n"
			if split == "" {
				s.peer.Send(octets)
			} else {
				s.peer.SendQuietly("", strings.TrimSpace(shown)+" octet by octet, commands behind it")
				for i := range len(octets) {
					s.peer.SendOctet(octets[i])
				}
			}
			replies := s.rest()
			// One reply to the message, one to QUIT. A server may also hang up
			// at once (after a 5xx or 421).
			var good int
			for _, r := range replies {
				if r.code == 250 || r.code == 354 {
					good++
				}
			}
			if good > 1 || len(replies) > 2 {
				s.Failf("the server took %d replies for one message: %v", len(replies), replies)
			}
		},
	}
}
