package smtptest

import "strings"

// relayCases try to send to strangers, who has not logged in.
func relayCases() []testCase {
	var list []testCase
	for _, c := range []struct{ name, rcpt string }{
		{"plain", "%L@%D"},
		{"percent", "%L%%%D@%H"},
		{"bang", "%D!%L@%H"},
		{"source route", "@%H:%L@%D"},
		{"quoted", `"%L@%D"@%H`},
		{"two ats", "%L@%D@%H"},
		{"trailing dot", "%L@%D."},
		{"address literal", "%L@[192.0.2.1]"},
		{"other case", "%L@%U"},
	} {
		list = append(list, testCase{
			"relay/" + c.name, "RFC 5321, 3.6.1", "a client that has not logged in cannot send elsewhere by " + c.rcpt,
			func(s *session) {
				local, domain, _ := strings.Cut(s.target.relay(), "@")
				_, here, ok := strings.Cut(s.target.to(), "@")
				if !ok {
					here = "localhost"
				}
				rcpt := strings.NewReplacer("%L", local, "%D", domain, "%H", here, "%U", strings.ToUpper(domain), "%%", "%").Replace(c.rcpt)
				s.connect()
				s.ehlo()
				if r := s.do("MAIL FROM:<" + s.target.from() + ">"); r.class() != 2 {
					return // refused before it came to the recipient
				}
				if r := s.do("RCPT TO:<" + rcpt + ">"); r.class() == 2 {
					s.Failf("RCPT TO:<%s> is answered by %v", rcpt, r)
				}
			},
		})
	}
	return list
}
