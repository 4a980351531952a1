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
				n := s.limit("RCPTMAX")
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
			"LIMITS/MAILMAX", "RFC 9422, 4.1", "as many MAIL commands as MAILMAX says are accepted",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("LIMITS")
				n := s.limit("MAILMAX")
				if n == 0 || n > maxMails {
					s.NotApplicable("the server states no MAILMAX, or a large one")
				}
				for range n {
					s.want(2, "MAIL FROM:<"+s.target.from()+">")
					s.want(2, "RSET")
				}
			},
		},
		{
			"REQUIRETLS/message", "RFC 8689, 2", "a message that asks for TLS all the way is accepted where that is offered",
			func(s *session) {
				s.toWith("REQUIRETLS", smtp.Greeted)
				s.want(2, "MAIL FROM:<"+s.target.from()+"> REQUIRETLS")
				s.rcpt()
				s.want(3, "DATA")
				s.want(2, "Subject: TLS all the way\r\n\r\n.")
				s.alive("the message")
			},
		},
		{
			"DELIVERBY/message", "RFC 2852, 4", "a message that is late already is accepted if the sender is only to be told",
			func(s *session) {
				s.toWith("DELIVERBY", smtp.Greeted)
				s.want(2, "MAIL FROM:<"+s.target.from()+"> BY=-1;N")
				s.rcpt()
				s.want(3, "DATA")
				s.want(2, "Subject: late\r\n\r\n.")
				s.alive("the message")
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
			"PRDR/refused", "draft-hall-prdr, 4", "a message that is refused as a whole has one reply, or 353 and one for each recipient and for all",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("PRDR")
				s.want(2, "MAIL FROM:<"+s.target.from()+"> PRDR")
				s.rcpt()
				s.want(2, "RCPT TO:<postmaster>")
				s.want(3, "DATA")
				r := s.do("Subject: refused\r\n\r\none\x00two\r\n.")
				switch {
				case r.code == 353:
					s.classes(5, 5, 5)
				case r.class() == 2 || r.class() == 4:
					s.NotApplicable("the server takes a NUL, or mends it")
				case r.class() != 5:
					s.Failf("answered by %v", r)
				}
				s.alive("a refused message")
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

// The largest RCPTMAX and MAILMAX that are tried.
const (
	maxRecipients = 20000
	maxMails      = 1000
)

// limit is what EHLO said of a limit that is a count, 0 if nothing.
func (s *session) limit(keyword string) int {
	n := 0
	for limit := range strings.FieldsSeq(s.extensions["LIMITS"]) {
		if name, value, _ := strings.Cut(limit, "="); strings.EqualFold(name, keyword) && isCount(value) {
			n, _ = strconv.Atoi(value) // isCount
		}
	}
	return n
}

// isCount tells the value of a limit that is a count.
func isCount(s string) bool {
	return s != "" && len(s) <= 6 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}
