package pop3test

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"github.com/wirepost/wirepost/pop3"
)

func apopCases() []testCase {
	return []testCase{
		{
			"APOP/login", "RFC 1939, 7", "APOP with the digest of the greeting's timestamp and the password logs in",
			func(s *session) {
				s.needsLogin()
				s.retry(func() reply {
					s.stamped()
					return s.do("APOP " + s.target.User + " " + s.digest(s.target.Password))
				})
				s.alive(pop3.Transaction, "APOP")
			},
		},
		{
			"APOP/wrong digest", "RFC 1939, 7", "a wrong digest and an unknown name are refused alike",
			func(s *session) {
				s.needsLogin()
				s.stamped()
				wrong := s.refuse("APOP " + s.target.User + " " + s.digest(s.target.Password+"-wrong"))
				s.peer.HangUp()
				s.stamped()
				unknown := s.refuse("APOP no-such-user-" + s.target.User + " " + s.digest("wrong"))
				if wrong != unknown {
					s.Failf("%v and %v", wrong, unknown)
				}
			},
		},
		{
			"APOP/replay", "RFC 1939, 7", "a digest is good for the timestamp of its own greeting only",
			func(s *session) {
				s.needsLogin()
				s.stamped()
				old := s.digest(s.target.Password)
				s.peer.HangUp()
				s.stamped()
				s.refuse("APOP " + s.target.User + " " + old)
			},
		},
		{
			"APOP/timestamp", "RFC 1939, 7", "the timestamp is a msg-id, and another one each time",
			func(s *session) {
				s.stamped()
				first := s.timestamp()
				s.peer.HangUp()
				s.stamped()
				for _, stamp := range []string{first, s.timestamp()} {
					left, right, ok := strings.Cut(strings.Trim(stamp, "<>"), "@")
					if !ok || left == "" || right == "" || strings.ContainsAny(stamp, " \t") {
						s.Failf("%q is no msg-id", stamp)
					}
				}
				if s.timestamp() == first {
					s.Failf("%q comes twice", first)
				}
			},
		},
	}
}

// stamped connects to a server that offers APOP.
func (s *session) stamped() {
	s.connect()
	s.capa()
	if s.timestamp() == "" {
		s.NotApplicable("the server does not offer APOP")
	}
}

// timestamp is that of the greeting, brackets and all, "" if there is none.
func (s *session) timestamp() string {
	at := strings.IndexByte(s.greeting, '<')
	end := strings.IndexByte(s.greeting, '>')
	if at < 0 || end < at {
		return ""
	}
	return s.greeting[at : end+1]
}

// digest is APOP's of a password.
func (s *session) digest(password string) string {
	sum := md5.Sum([]byte(s.timestamp() + password))
	return hex.EncodeToString(sum[:])
}
