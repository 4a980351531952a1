package smtptest

import (
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

// policyCases are about what a server says of itself in EHLO, and keeps to.
func policyCases() []testCase {
	return []testCase{
		{
			"LIMITS/syntax", "RFC 9422, 3", "each limit is a name, and those that are counts have 1 to 6 digits, the first no 0",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("LIMITS")
				for limit := range strings.FieldsSeq(s.extensions["LIMITS"]) {
					name, value, given := strings.Cut(limit, "=")
					if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" || name == "" {
						s.Failf("%q is not the name of a limit", name)
					}
					switch strings.ToUpper(name) {
					case "RCPTMAX", "MAILMAX", "RCPTDOMAINMAX":
						if !given || !isCount(value) {
							s.Failf("%q is not a count", limit)
						}
					}
				}
			},
		},
		{
			"LIMITS/RCPTMAX", "RFC 9422, 4.2", "as many recipients as RCPTMAX says are accepted, and one more is refused by 452 (or 4xx)",
			func(s *session) {
				s.to(smtp.Mailed)
				s.needs("LIMITS")
				n := 0
				for limit := range strings.FieldsSeq(s.extensions["LIMITS"]) {
					if name, value, _ := strings.Cut(limit, "="); strings.EqualFold(name, "RCPTMAX") && isCount(value) {
						n, _ = strconv.Atoi(value) // isCount
					}
				}
				if n == 0 || n > maxRecipients {
					s.NotApplicable("the server states no RCPTMAX, or a large one")
				}
				for range n {
					s.want(2, "RCPT TO:<"+s.target.to()+">")
				}
				s.want(4, "RCPT TO:<"+s.target.to()+">")
				s.want(3, "DATA")
				s.want(2, "Subject: many\r\n\r\n.")
			},
		},
		{
			"REQUIRETLS/only under TLS", "RFC 8689, 4.1", "REQUIRETLS is not offered in the clear, and not taken there",
			func(s *session) {
				s.clear()
				offered := s.offers("REQUIRETLS")
				r := s.do("MAIL FROM:<" + s.target.from() + "> REQUIRETLS")
				if r.class() == 2 {
					s.want(2, "RSET")
				}
				s.startTLS()
				s.needs("REQUIRETLS")
				if offered || r.class() == 2 {
					s.Failf("offered in the clear: %v; MAIL is answered by %v", offered, r)
				}
			},
		},
		{
			"PRDR/replies", "draft-hall-prdr, 4", "behind the message comes one reply, or 353, one for each recipient and one for all",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("PRDR")
				s.want(2, "MAIL FROM:<"+s.target.from()+"> PRDR")
				s.rcpt()
				s.want(2, "RCPT TO:<postmaster>")
				s.want(3, "DATA")
				if r := s.do("Subject: verdicts\r\n\r\n."); r.code == 353 {
					s.classes(2, 2, 2)
				} else if r.class() != 2 {
					s.Failf("answered by %v", r)
				}
				if r := s.do("XYZZY"); r.class() != 5 {
					s.Failf("one reply too many: %v", r)
				}
			},
		},
	}
}

// maxRecipients is the largest RCPTMAX that is tried.
const maxRecipients = 20000

// isCount tells the value of a limit that is a count.
func isCount(s string) bool {
	return s != "" && len(s) <= 6 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}
