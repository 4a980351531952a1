package imap4

import (
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/name"
)

// clientNames keeps words that come again and again: keywords, parameters. It
// is bounded, for the server chooses them.
type clientNames struct{ known map[string]string }

const clientMaxNames = 500

// keep returns b as a string, the same one each time.
func (n *clientNames) keep(b []byte) string {
	if s, ok := n.known[string(b)]; ok {
		return s
	}
	s := string(b)
	if n.known == nil {
		n.known = make(map[string]string)
	}
	if len(n.known) < clientMaxNames && len(s) < 100 {
		n.known[s] = s
	}
	return s
}

func clientEncodeName(s string) string { return name.Encode(s) }

// clientDecodeName reads the name of a mailbox: UTF-8 if that is enabled, else
// modified UTF-7. What is neither stays as it is: some servers send UTF-8, or
// what their disk has, whatever was agreed.
func clientDecodeName(s string, utf8 bool) string {
	if !utf8 {
		if d, err := name.Decode(s); err == nil {
			s = d
		}
	}
	if name.IsInbox(s) {
		return name.Inbox
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
