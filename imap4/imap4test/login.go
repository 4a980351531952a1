package imap4test

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// capability asks what the server can do.
func (s *session) capability() {
	s.caps = make(map[string]bool)
	for _, r := range s.want("CAPABILITY").untagged {
		if r.name == "CAPABILITY" {
			for _, n := range r.args {
				s.caps[ascii.Upper(n.text)] = true
			}
		}
	}
	if len(s.caps) == 0 {
		s.Failf("CAPABILITY tells nothing")
	}
}

// offers reports whether something is advertised. Of IMAP4rev2 much is a part.
func (s *session) offers(name string) bool {
	if s.caps[name] {
		return true
	}
	return s.caps["IMAP4REV2"] && slices.Contains(partsOfRev2, name)
}

// partsOfRev2 are extensions that IMAP4rev2 has in it (RFC 9051, appendix E).
// What it took over in part only is not among them.
var partsOfRev2 = []string{
	"NAMESPACE", "UNSELECT", "UIDPLUS", "ESEARCH", "SEARCHRES", "ENABLE", "IDLE", "SASL-IR", "MOVE", "LITERAL-", "STATUS=SIZE",
}

// needs ends the case as not applicable unless something is advertised. It may
// be one of several, as "LITERAL+|LITERAL-".
func (s *session) needs(name string) {
	if !slices.ContainsFunc(strings.Split(name, "|"), s.offers) {
		s.NotApplicable("the server does not offer " + name)
	}
}

// anonymous connects so that a login is possible, over TLS if the server wants
// that.
func (s *session) anonymous() {
	if r := s.connect(); r.name == "PREAUTH" {
		s.NotApplicable("the server needs no login")
	}
	s.capability()
	if !s.overTLS && s.caps["LOGINDISABLED"] && s.caps["STARTTLS"] {
		s.want("STARTTLS")
		s.peer.StartTLS(s.ctx, s.target.clientTLS())
		s.overTLS = true
		s.capability()
	}
}

// login brings a new conversation to the authenticated state.
func (s *session) login() { s.loginAs(s.target.User, s.target.Password) }

func (s *session) loginAs(user, password string) {
	if user == "" {
		s.NotApplicable("no login is known")
	}
	s.anonymous()
	switch {
	case !s.caps["LOGINDISABLED"]:
		s.want("LOGIN " + quote(user) + " " + quote(password))
	case s.caps["AUTH=PLAIN"]:
		s.send("AUTHENTICATE PLAIN")
		if s.goAhead() {
			s.peer.Send(plain(user, password) + "\r\n")
		}
		if a := s.finish(); a.name != "OK" {
			s.Failf("the login is refused: %v", a)
		}
	default:
		s.NotApplicable("the server offers no login that these cases know")
	}
	s.capability()
}

// plain is a response of the mechanism PLAIN (RFC 4616, 2).
func plain(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
}
