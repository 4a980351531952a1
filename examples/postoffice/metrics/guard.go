package metrics

import (
	"slices"

	"github.com/wirepost/wirepost/auth"
)

// Guard is an auth.Guard's Trace: it counts the logins that are held back.
func (m *Metrics) Guard(e auth.GuardEvent) {
	protocol := "other"
	if e.Conn != nil && slices.Contains(protocols[:], e.Conn.Protocol) {
		protocol = e.Conn.Protocol
	}
	result := "delayed"
	if e.Refused {
		result = "refused"
	}
	m.held.WithLabelValues(protocol, result).Inc()
}

// LoginFailed counts a login that was refused for a wrong name or password where
// no Trace tells of it, such as on web pages. protocol and server are the
// program's, never a peer's.
func (m *Metrics) LoginFailed(protocol, server string) {
	m.loginFailures.WithLabelValues(label(protocol), label(server)).Inc()
}

// protocols are those that logins come by.
var protocols = [...]string{"smtp", "pop3", "imap4", "nntp", "rvp", "http"}
