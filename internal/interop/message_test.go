//go:build interop

package interop

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// contents are the messages. No line is longer than 998 octets: Postfix folds
// those that are (RFC 5321, 4.5.3.1.6).
var contents = []struct {
	name, text string
}{
	{"plain", header("plain") + "\r\nOne line.\r\n"},
	{"dots", dots},
	{"spaces", header("spaces") + "\r\n \t \r\n\r\nend of line \t\r\n\r\n\r\n"},
	{"empty body", header("empty") + "\r\n"},
	{"long line", header("long") + "\r\n" + strings.Repeat("x", 998) + "\r\n"},
	{"many lines", header("many") + "\r\n" + strings.Repeat("The quick brown fox.\r\n", 5000)},
	{"big", header("big") + "\r\n" + strings.Repeat("."+strings.Repeat("0123456789", 7)+"\r\n", (4<<20)/73)},
}

// dots is a message that looks like the end of one.
var dots = header("dots") + "\r\n.\r\n..\r\n. \r\n...x\r\n.QUIT\r\n\r\n.\r\nFrom here\r\nend\r\n"

// eightBit is a message that needs 8BITMIME.
var eightBit = header("8-bit") + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"Content-Transfer-Encoding: 8bit\r\n\r\nna\u00efve\r\n"

// header has all that a server might add if it were not there.
func header(subject string) string {
	return "From: sender@sender.example\r\nTo: undisclosed-recipients:;\r\nSubject: " + subject +
		"\r\nDate: Fri, 02 Jan 2026 15:04:05 +0000\r\nMessage-ID: <" + strings.ReplaceAll(subject, " ", "-") + "@sender.example>\r\n"
}

// requireTail checks that a message is as it was sent, behind the trace fields.
func requireTail(t *testing.T, sent, got string) {
	t.Helper()
	trace, ok := strings.CutSuffix(got, sent)
	if !ok {
		require.FailNow(t, "changed on its way", "%.1500q\nwas sent as\n%.300q", got, sent)
	}
	for line := range strings.Lines(trace) {
		name, _, _ := strings.Cut(line, ":")
		switch name {
		case "Received", "Return-Path", "Delivered-To", "X-Original-To":
		default:
			require.Regexp(t, `^[ \t]`, line, "a field that is no trace is before the message")
		}
	}
}

func envelope(t *testing.T, from string, to ...string) *smtp.Envelope {
	t.Helper()
	env, err := smtp.NewEnvelope(from, to...)
	require.NoError(t, err)
	return env
}
