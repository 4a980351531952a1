package imap4

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/deflate"
	"github.com/wirepost/wirepost/internal/dialogue"
)

// together plays a script in which two clients of one account take turns: each
// part between lines of dashes is of the other one, and both have selected INBOX.
func together(t *testing.T, srv *Server, script string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var players [2]*dialogue.Player
		for i := range players {
			nc := dial(t, srv)
			players[i] = &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
			require.NoError(t, players[i].Play(selectedScript))
		}
		for i, part := range strings.Split(script, "---\n") {
			require.NoError(t, players[i%2].Play(part), "part %d", i)
			synctest.Wait()
		}
	})
}

// After COMPRESS all is compressed, in both directions, IDLE's news too.
func TestCompress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mailstore()
		nc := dial(t, newServer(s))
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(selectedScript+"C: a COMPRESS DEFLATE\nS: a OK\n"))
		small := deflate.New(nc)
		p = &dialogue.Player{Conn: small, ReadReply: readReply(small)}
		require.NoError(t, p.Play("C: b CAPABILITY\nS: b OK\nS! COMPRESS\nC: c COMPRESS DEFLATE\nS: c NO [COMPRESSIONACTIVE]\nC: d IDLE\nS: +\n"))
		for range 3 {
			s.put(s.boxes[0], "A: b\r\n\r\n", Flags{})
			require.NoError(t, p.Play("S: * \nS~ EXISTS\n"))
		}
		require.NoError(t, p.Play("C! \"DONE\\r\\ne FETCH 1:* BODY[]\\r\\n\"\nS: d OK\nS: e OK\nS~ * 6 FETCH\nC: f LOGOUT\nS: f OK\nS: EOF\n"))
	})
}

// What follows COMPRESS in the clear is nobody's.
func TestCompressPipelined(t *testing.T) {
	play(t, newServer(mailstore()), loggedInScript, "C! \"a COMPRESS DEFLATE\\r\\nb CREATE evil\\r\\n\"\nS: * BYE nothing may follow\nS: EOF\n")
}

// What the other client does is told where it may be, and not before.
func TestTwoClients(t *testing.T) {
	for name, script := range map[string]string{
		"flags": `
C: a STORE 1 +FLAGS (\Flagged new)
S: a OK
---
C: b NOOP
S: b OK
S~ * FLAGS (\Seen \Answered \Flagged \Deleted \Draft blue new)
S~ * 1 FETCH (UID 1 FLAGS (\Flagged new))
C: c NOOP
S: c OK
S! FETCH
`,
		"expunge is not told in FETCH": `
C: a STORE 1 +FLAGS.SILENT (\Deleted)
S: a OK
C: a EXPUNGE
S: a OK
S~ * 1 EXPUNGE
---
C: b FETCH 2 UID
S: b OK
S~ * 2 FETCH (UID 2)
S! EXPUNGE
C: c SEARCH ALL
S: c OK
S! EXPUNGE
C: d STORE 1:* +FLAGS (\Flagged)
S: d OK
S! EXPUNGE
S~ * 3 FETCH (UID 3 FLAGS (\Flagged))
S! * 1 FETCH
C: e FETCH 1 BODY.PEEK[]
S: e NO [EXPUNGEISSUED]
C: f UID FETCH 2 FLAGS
S: f OK
S~ * 1 EXPUNGE
C: g FETCH 1 UID
S: g OK
S~ * 1 FETCH (UID 2)
`,
		"append": `
C! "a APPEND INBOX {3+}\r\nA:b\r\n"
S: a OK
S~ * 4 EXISTS
---
C: b FETCH 4 UID
S: b BAD
C: c SEARCH 4:*
S: c OK
S~ * SEARCH 3
S~ * 4 EXISTS
C: d FETCH 4 UID
S: d OK
S~ * 4 FETCH (UID 4)
`,
		"idle": `
C: a IDLE
S: + 
---
C: b STORE 2 +FLAGS.SILENT (\Deleted)
S: b OK
C: c EXPUNGE
S: c OK
---
S: * 2 EXPUNGE
---
C! "d APPEND INBOX {3+}\r\nA:b\r\n"
S: d OK
---
S: * 3 EXISTS
C! "DONE\r\ne NOOP\r\n"
S: a OK
S: e OK
S! EXISTS
`,
		"deleted mailbox": `
C: a DELETE a
S: a OK
C: a SELECT a/b
S: a OK
---
C: b DELETE a/b
S: b OK
---
C: c NOOP
S: c OK
C: d UID FETCH 1:* FLAGS
S: d OK
C: e EXPUNGE
S: e OK
`,
		"came and went": `
C! "a APPEND INBOX (\\Deleted) {3+}\r\nA:b\r\n"
S: a OK
C: a UID EXPUNGE 4
S: a OK
S~ * 4 EXPUNGE
---
C: b NOOP
S: b OK
S! EXISTS
S! EXPUNGE
`,
		"qresync": `
C: a ENABLE QRESYNC
S: a OK
---
C: b STORE 1:2 +FLAGS.SILENT (\Deleted)
S: b OK
C: b EXPUNGE
S: b OK
---
C: c NOOP
S: c OK
S~ * VANISHED 1:2
C: d UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4 VANISHED)
S: d OK
S~ * VANISHED (EARLIER) 1:2
C: e SELECT INBOX (QRESYNC (7 2 1:3))
S: e OK [READ-WRITE]
S~ * OK [CLOSED]
S~ * VANISHED (EARLIER) 1:2
S~ * 1 FETCH (UID 3 FLAGS () MODSEQ (4))
C: f SELECT INBOX (QRESYNC (8 2))
S: f OK
S! VANISHED
C: g UID FETCH 1 FLAGS (VANISHED)
S: g BAD
C: h SELECT INBOX (QRESYNC (7 4 1:3 (1,3 1,3)))
S: h OK
S~ VANISHED (EARLIER) 1:2
S! FETCH
C: i UID STORE 3 +FLAGS.SILENT (\Deleted)
S: i OK
S~ * 1 FETCH (UID 3 MODSEQ (
C: j EXPUNGE
S: j OK [HIGHESTMODSEQ
S~ * VANISHED 3
`,
		"condstore": `
C: a STORE 1 (UNCHANGEDSINCE 4) +FLAGS (\Seen)
S: a OK
S~ * 1 FETCH (UID 1 FLAGS (\Seen) MODSEQ (5))
---
C: b SELECT INBOX (CONDSTORE)
S: b OK
C: c STORE 1:2 (UNCHANGEDSINCE 4) FLAGS.SILENT (\Flagged)
S: c OK [MODIFIED 1]
S~ * 2 FETCH (UID 2 MODSEQ (6))
C: d FETCH 1:* (FLAGS) (CHANGEDSINCE 5)
S: d OK
S! * 1 FETCH
S~ * 2 FETCH (MODSEQ (6) FLAGS (\Flagged))
---
C: e NOOP
S: e OK
S~ * 2 FETCH (UID 2 FLAGS (\Flagged) MODSEQ (6))
S! * 1 FETCH
`,
		"uidonly": `
C: a ENABLE UIDONLY
S: a OK
C: b FETCH 1 FLAGS
S: b BAD [UIDREQUIRED]
C: c UID FETCH 2 FLAGS
S: c OK
S~ * 2 UIDFETCH (FLAGS (\Seen \Answered blue))
C: d UID SEARCH 1:2
S: d BAD [UIDREQUIRED]
C: e UID STORE 1 +FLAGS (\Deleted)
S: e OK
S~ * 1 UIDFETCH (FLAGS (\Deleted))
---
C: f EXPUNGE
S: f OK
---
C: g NOOP
S: g OK
S~ * VANISHED 1
`,
	} {
		t.Run(name, func(t *testing.T) {
			together(t, newServer(mailstore()), script)
		})
	}
}

// A hint that is lost costs a minute at most.
func TestLostHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mailstore()
		nc := dial(t, newServer(s))
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(selectedScript+"C: a IDLE\nS: +\nwait 5m\n"))
		s.mu.Lock()
		s.deliver(s.boxes[0], []byte("A: b\r\n\r\n"), Flags{}, letterTime)
		s.mu.Unlock()
		began := time.Now()
		require.NoError(t, p.Play("S: * 4 EXISTS\n"))
		require.LessOrEqual(t, time.Since(began), time.Minute)
		require.NoError(t, p.Play("C: DONE\nS: a OK\n"))
	})
}
