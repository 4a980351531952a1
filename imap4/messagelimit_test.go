package imap4

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A command works on the last messages, and says how far it came (RFC 9738, 3.1):
// beside the answer if that has another code.
func TestMessageLimit(t *testing.T) {
	srv := newServer(mailstore())
	srv.Limits.Messages = 2
	play(t, srv, selectedScript, `
C: a CAPABILITY
S: a OK
S~ MESSAGELIMIT=2
C: b FETCH 1:* FLAGS
S: b OK [MESSAGELIMIT 2 2]
S! * 1 FETCH
C: c FETCH 1:* BINARY[9.9]
S: c OK [MESSAGELIMIT 2 2]
C: d UID FETCH 1:* FLAGS (PARTIAL -1:-3)
S: d NO [MESSAGELIMIT 2]
C: e UID FETCH 1:* FLAGS (PARTIAL -1:-2)
S: e OK fetched
C: f COPY 1:3 Sent
S: f NO [MESSAGELIMIT 2 2]
C! "g APPEND Sent {1+}\r\na {1+}\r\nb {1+}\r\nc\r\n"
S: g NO [MESSAGELIMIT 2]
C: h STATUS Sent (MESSAGES)
S: h OK
S~ (MESSAGES 0)
C: i STORE 1:3 (UNCHANGEDSINCE 2) +FLAGS (\Flagged)
S: i OK [MODIFIED 2:3]
S~ * NO [MESSAGELIMIT 2 2]
C: j MOVE 1:3 Sent
S: j OK [MESSAGELIMIT 2 2]
S~ * OK [COPYUID 7 2:3 1:2]
S~ * 2 EXPUNGE
S! * 1 EXPUNGE
C: k ENABLE QRESYNC
S: k OK
C: l SELECT Sent
S: l OK
C! "m APPEND Sent {1+}\r\na\r\n"
S: m OK
C: n MOVE 1:3 INBOX
S: n OK [HIGHESTMODSEQ
S~ * NO [MESSAGELIMIT 2 2]
`)
}

// UIDAFTER and UIDBEFORE take a UID (RFC 9738, 3.2).
func TestUIDAfterAndBefore(t *testing.T) {
	out := say(t, newServer(mailstore()), "a SEARCH UIDAFTER 1\r\nb SEARCH UIDBEFORE 3\r\nc SEARCH UIDBEFORE 1\r\nd SEARCH UIDAFTER 4294967295\r\n"+
		"e SEARCH UIDAFTER 1 UIDBEFORE 3\r\nf SEARCH UIDAFTER *\r\ng SEARCH UIDAFTER 0\r\nh SEARCH UIDBEFORE 1:2\r\n")
	for _, want := range []string{
		"* SEARCH 2 3\r\na OK", "* SEARCH 1 2\r\nb OK", "* SEARCH\r\nc OK", "* SEARCH\r\nd OK", "* SEARCH 2\r\ne OK", "\r\nf BAD", "\r\ng BAD", "\r\nh BAD",
	} {
		require.Contains(t, out, want)
	}
}

// With UIDONLY no sequence number is told, and none is taken (RFC 9586, 3).
func TestUIDOnlyHasNoNumbers(t *testing.T) {
	out := say(t, newServer(mailstore()), "a ENABLE UIDONLY QRESYNC\r\nb SELECT INBOX\r\n"+
		"c SELECT INBOX (QRESYNC (7 1 1:3 (1 1)))\r\nd UID FETCH 1 FLAGS\r\ne SELECT INBOX (QRESYNC (7 1 1:3))\r\n")
	require.NotContains(t, out, "UNSEEN")
	require.Contains(t, out, "c BAD [UIDREQUIRED]")
	require.Contains(t, out, "* 1 UIDFETCH (FLAGS ())\r\nd OK")
	require.Contains(t, out, "\r\ne OK")
	require.False(t, strings.Contains(out, " FETCH ("))
}
