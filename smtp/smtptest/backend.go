package smtptest

import (
	"testing"

	"github.com/wirepost/wirepost/smtp"
)

// rules are the promises of a Backend, each with a dialogue that tries it.
var rules = []struct {
	name, why, script string
	delivered         int
}{
	{
		"whole", "a message that was accepted must be delivered, once",
		greeting + envelope + "C: DATA\nS: 354\nC: hi\nC: .\nS: 250\n", 1,
	},
	{
		"two", "a second message of the same conversation must be delivered too",
		greeting + envelope + "C: DATA\nS: 354\nC: hi\nC: .\nS: 250\n" + envelope + "C: DATA\nS: 354\nC: ho\nC: .\nS: 250\n", 2,
	},
	{
		"empty", "a message without a single octet is a message",
		greeting + envelope + "C: DATA\nS: 354\nC: .\nS: 250\n", 1,
	},
	{
		"cut", "a message whose end never came must not be delivered",
		greeting + envelope + "C: DATA\nS: 354\nC: hi\nhangup\nS: EOF\n", 0,
	},
	{
		"smuggled", "a message with a bare LF must not be delivered, nor what hides behind it",
		greeting + envelope + "C: DATA\nS: 354\nC! \"hi\\n.\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n\"\nS: 554\n", 0,
	},
	{
		"reset", "a transaction that was reset leaves nothing",
		greeting + envelope + "C: RSET\nS: 250\nC: DATA\nS: 503\n", 0,
	},
}

const (
	greeting = "S: 220\nC: EHLO client.example\nS: 250\n"
	envelope = "C: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<c@d.example>\nS: 250\n"
)

// TestBackend holds a Backend to the rules that its interface states. For each
// rule it calls open for a fresh Backend that takes mail for c@d.example;
// delivered tells how many messages have come through.
func TestBackend(t *testing.T, open func(*testing.T) (b smtp.Backend, delivered func() int)) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			b, delivered := open(t)
			Play(t, &smtp.Server{Backend: b, Domains: []string{"d.example"}}, r.script)
			if n := delivered(); n != r.delivered {
				t.Errorf("%d messages delivered, want %d: %s", n, r.delivered, r.why)
			}
		})
	}
}
