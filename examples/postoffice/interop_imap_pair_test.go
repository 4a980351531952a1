//go:build interop

package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIMAPInterimap keeps two users' mail the same by QRESYNC, with changes on
// both sides.
func TestIMAPInterimap(t *testing.T) {
	p, _ := startIMAP(t)
	config := fmt.Sprintf("database = %s\n", filepath.Join(t.TempDir(), "db"))
	for i, side := range []string{"local", "remote"} {
		u := p.ready.Users[i]
		config += fmt.Sprintf("[%s]\ntype = imap\nhost = 127.0.0.1\nport = %s\nusername = %s\npassword = %s\nSTARTTLS = NO\nauth = PLAIN\nnull-stderr = NO\n",
			side, port(p.ready.IMAP), u.Name, u.Password)
	}
	config = writeFile(t, "config", config)
	alice, bob := loginAs(t, p, 0), loginAs(t, p, 1)
	above := regexp.MustCompile(`(?m)^.*Couldn't create mailbox (Letters|Round): NO \[ALREADYEXISTS\].*\n`)
	run := func() string {
		t.Helper()
		out := runClient(t, "interimap", "--config="+config)
		// The folders are made in any order, and those above others with them.
		out = above.ReplaceAllString(out, "")
		require.NotRegexp(t, `(?i)\b(warning|error|fail|unexpected|can't|couldn't|bad)`, out)
		return out
	}

	fill(alice)
	bob.put("INBOX", `\Seen`, letterText("b1", "Subject: from the other\r\n\r\nB\r\n"))
	bob.put("Drafts", `\Draft`, letterText("b2", "Subject: draft of the other\r\n\r\nB\r\n"))
	// settled runs it twice, since it takes what it wrote itself for news, and
	// then there is nothing to do.
	settled := func() tree {
		t.Helper()
		run()
		run()
		states := append(alice.states(), bob.states()...)
		require.NotRegexp(t, `(Added|Removed|Updated|Created|Deleted)`, run())
		require.Equal(t, states, append(alice.states(), bob.states()...))
		want := alice.tree()
		require.Equal(t, want, bob.tree())
		return want
	}
	want := settled()
	require.Len(t, want["INBOX"], len(texts())+1)
	require.Len(t, want["Drafts"], 1)

	for round := range 3 {
		first, second := alice, bob
		if round == 1 {
			first, second = bob, alice
		}
		n := 2 * round
		first.do("SELECT INBOX")
		first.do(`UID STORE %s +FLAGS.SILENT (\Flagged $Forwarded)`, first.find(fmt.Sprintf("%02d", n)))
		first.do(`UID STORE %s +FLAGS.SILENT (\Deleted)`, first.find(fmt.Sprintf("%02d", n+1)))
		first.do("EXPUNGE")
		first.do(`UID COPY %s Archive`, first.find(fmt.Sprintf("%02d", n)))
		first.do("CLOSE")
		first.put("INBOX", ``, letterText(fmt.Sprintf("x%d", round), "Subject: new\r\n\r\n.\r\n"))

		second.do("SELECT INBOX")
		second.do(`UID STORE %s -FLAGS.SILENT (\Seen)`, second.find("b1"))
		second.do(`UID STORE %s FLAGS.SILENT (\Answered)`, second.find("10"))
		second.do(`UID MOVE %s Trash`, second.find(fmt.Sprintf("%02d", 6+round)))
		second.do("CLOSE")
		second.put("Letters/2026", `\Seen`, letterText(fmt.Sprintf("y%d", round), "Subject: new as well\r\n\r\n..\r\n"))
		second.put("INBOX", `\Answered`, letterText(fmt.Sprintf("z%d", round), tenMiB()))
		second.do("CREATE Round/%d", round)
		want = settled()
		require.Len(t, want["INBOX"], len(texts())+1)
		require.Len(t, want["Archive"], round+1)
		require.Len(t, want["Trash"], round+1)
		require.Len(t, want["Letters/2026"], round+2)
		require.Contains(t, want, fmt.Sprintf("Round/%d", round))
	}
}
