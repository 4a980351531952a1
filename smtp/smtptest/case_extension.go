package smtptest

import (
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

func extensionCases() []testCase {
	return []testCase{
		{
			"SIZE/too large", "RFC 1870, 6.1", "a declared size beyond the limit is refused at MAIL or RCPT by 552",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("SIZE")
				limit, err := strconv.ParseUint(s.extensions["SIZE"], 10, 63)
				if err != nil || limit == 0 {
					s.NotApplicable("the server states no limit")
				}
				r := s.do("MAIL FROM:<" + s.target.from() + "> SIZE=" + strconv.FormatUint(limit+1, 10))
				if r.class() == 2 {
					r = s.do("RCPT TO:<" + s.target.to() + ">")
				}
				if r.code != 552 && r.class() != 4 {
					s.Failf("answered by %v", r)
				}
			},
		},
		{
			"SIZE/twenty digits", "RFC 1870, 6.1", "a size of twenty digits is too large, not a wrap-around",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("SIZE")
				for _, n := range []string{"18446744073709551617", "99999999999999999999"} {
					if r := s.do("MAIL FROM:<" + s.target.from() + "> SIZE=" + n); r.class() != 5 && r.class() != 4 {
						s.Failf("SIZE=%s is answered by %v", n, r)
					}
				}
			},
		},
		{
			"SIZE/syntax", "RFC 1870, 6.1", "a size is 1 to 20 digits",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("SIZE")
				for _, n := range []string{"", "=", "=-1", "=+1", "=0x10", "=1a", "=123456789012345678901"} {
					s.want(5, "MAIL FROM:<"+s.target.from()+"> SIZE"+n)
				}
			},
		},
		{
			"8BITMIME/syntax", "RFC 6152, 2", "BODY is 7BIT or 8BITMIME",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("8BITMIME")
				s.want(5, "MAIL FROM:<"+s.target.from()+"> BODY=9BIT")
				s.want(2, "MAIL FROM:<"+s.target.from()+"> BODY=7BIT")
				s.want(2, "RSET")
				s.want(2, "MAIL FROM:<"+s.target.from()+"> body=8bitmime")
			},
		},
		{
			"SMTPUTF8/parameter", "RFC 6531, 3.4", "addresses outside ASCII are accepted with SMTPUTF8",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("SMTPUTF8")
				s.another("<gr\u00fc\u00dfe@client.example>", " SMTPUTF8")
			},
		},
		{
			"SMTPUTF8/without it", "RFC 6531, 3.5", "an address outside ASCII is refused without SMTPUTF8",
			func(s *session) {
				s.to(smtp.Greeted)
				s.want(5, "MAIL FROM:<gr\u00fc\u00dfe@client.example>")
			},
		},
		{
			"SMTPUTF8/bad UTF-8", "RFC 6531, 3.3", "an address in malformed UTF-8 is refused",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("SMTPUTF8")
				for _, local := range []string{"\xff\xfe", "\xc0\xae", "\xed\xa0\x80", "a\x80"} {
					s.want(5, "MAIL FROM:<"+local+"@client.example> SMTPUTF8")
				}
			},
		},
		{
			"ENHANCEDSTATUSCODES/on every reply", "RFC 2034, 4",
			"each 2xx, 4xx and 5xx reply but those to the connection, HELO and EHLO has a code of its class",
			func(s *session) {
				s.to(smtp.Greeted)
				s.needs("ENHANCEDSTATUSCODES")
				for _, line := range []string{
					"NOOP", "RSET", "XYZZY", "DATA", "MAIL FROM:<", "MAIL FROM:<" + s.target.from() + ">",
					"RCPT TO:<" + s.target.to() + ">", "MAIL FROM:<" + s.target.from() + ">", "QUIT",
				} {
					r := s.do(line)
					for _, text := range r.lines {
						if !hasEnhanced(text, r.class()) {
							s.Failf("%s is answered by %v", line, r)
						}
					}
				}
			},
		},
	}
}

// hasEnhanced tells a text that begins with an enhanced status code of a
// class.
func hasEnhanced(text string, class int) bool {
	code, _, _ := strings.Cut(text, " ")
	parts := strings.Split(code, ".")
	if len(parts) != 3 || parts[0] != strconv.Itoa(class) {
		return false
	}
	for _, p := range parts[1:] {
		if n, err := strconv.Atoi(p); err != nil || n < 0 || n > 999 {
			return false
		}
	}
	return true
}
