package smtptest

import "github.com/wirepost/wirepost/smtp"

// noURL names nothing at any server that could be asked.
const noURL = "imap://nobody@imap.invalid/none;uid=1"

// urlCases are about BURL where it fails: what it fetches no case can know.
func urlCases() []testCase {
	return []testCase{
		{
			"BURL/needs a login", "RFC 4468, 8", "BURL is refused to who has not logged in",
			func(s *session) {
				s.toWith("BURL", smtp.Greeted)
				s.peer.HangUp()
				s.connect()
				s.ehlo()
				if r := s.do("MAIL FROM:<" + s.target.from() + ">"); r.class() == 2 {
					s.rcpt()
				}
				s.want(5, "BURL "+noURL+" LAST")
				s.alive("BURL")
			},
		},
		{
			"BURL/without recipients", "RFC 4468, 3.2", "BURL without a recipient is refused, and nothing is fetched",
			func(s *session) {
				s.toWith("BURL", smtp.Mailed)
				s.want(5, "BURL "+noURL+" LAST")
				s.alive("BURL")
			},
		},
		{
			"BURL/of another user", "RFC 4468, 3.3", "a URL that another user may have sent is refused",
			func(s *session) {
				s.toWith("BURL", smtp.Ready)
				s.want(5, "BURL imap://h.example/box;uid=1;urlauth=submit+not-"+s.target.User+":internal:91354a473744909de610943775f92038 LAST")
				s.alive("BURL")
			},
		},
	}
}
