//go:build interop

package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// await reads untagged responses until there is one that matches.
func (s *session) await(want string) {
	s.t.Helper()
	for {
		line := s.read()
		require.Regexp(s.t, `^\* `, line)
		if line == want {
			return
		}
	}
}

// idle begins to wait for news.
func (s *session) idle() {
	s.t.Helper()
	s.write("i IDLE\r\n")
	require.Regexp(s.t, `^\+ `, s.read())
}

// done ends that.
func (s *session) done() {
	s.t.Helper()
	s.write("DONE\r\n")
	for line := s.read(); ; line = s.read() {
		if strings.HasPrefix(line, "i ") {
			require.Regexp(s.t, "^i OK ", line)
			return
		}
	}
}

// TestIMAPAndOthers has mail come and go by other protocols while a client
// waits for news.
func TestIMAPAndOthers(t *testing.T) {
	p, _ := startIMAP(t)
	idling, alice := loginAs(t, p, 0), loginAs(t, p, 0)
	idling.do("SELECT INBOX")
	idling.idle()

	for i, l := range letters(t, 10) { // one of more than 10 MiB with them
		out, err := l.send(t.Context(), p, l).CombinedOutput()
		require.NoError(t, err, "%s", out)
		idling.await(fmt.Sprintf("* %d EXISTS", i+1))
		alice.do("EXAMINE INBOX")
		got := alice.do("UID FETCH %d (FLAGS BODY.PEEK[])", i+1)
		require.Len(t, got, 1)
		m := fetchResponse.FindStringSubmatch(got[0])
		require.NotNil(t, m, "%.200q", got)
		require.True(t, strings.HasPrefix(m[2], "Return-Path: <"), "letter %d", i)
		require.True(t, strings.HasSuffix(m[2], l.content), "letter %d: %.300q", i, m[2])
		require.Equal(t, m[2], readMail(t, p, []string{fmt.Sprint(i + 1)}), "by POP3")
	}
	alice.do("UNSELECT")

	// What POP3 deletes is gone.
	readMail(t, p, []string{"3", "--request", "DELE", "--head"})
	idling.await("* 3 EXPUNGE")
	readMail(t, p, []string{"9", "--request", "DELE", "--head"})
	idling.await("* 9 EXPUNGE")

	// What IMAP deletes is gone for POP3, and what it brings is there.
	alice.do("SELECT INBOX")
	alice.do(`STORE 1:8 +FLAGS.SILENT (\Deleted)`)
	alice.do("EXPUNGE")
	idling.await("* 1 EXPUNGE")
	text := letterText("own", "Subject: own\r\n\r\n.\r\n..\r\n")
	alice.put("INBOX", `\Seen`, text)
	idling.await("* 1 EXISTS")
	require.Equal(t, text, readMail(t, p, []string{"1"}))
	require.Equal(t, 1, strings.Count(readMail(t, p, []string{""}), "\n"))
	alice.do(`STORE 1 +FLAGS.SILENT (\Flagged)`)
	idling.await(`* 1 FETCH (UID 11 FLAGS (\Seen \Flagged))`)
	idling.done()
}

// TestIMAPShared shares folders and limits mail.
func TestIMAPShared(t *testing.T) {
	path, dir := buildProgram(t, "."), filepath.Join(t.TempDir(), "data")
	p := startProgram(t, path, dir)
	add := exec.CommandContext(t.Context(), path, "user", "add", "-data", dir, "-administrator", "-password-stdin", "admin")
	add.Stdin = strings.NewReader("of the administrator\n")
	out, err := add.CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = exec.CommandContext(t.Context(), path, "user", "set", "-data", dir, "alice", "-administrator=false").CombinedOutput()
	require.NoError(t, err, "%s", out)
	admin, alice, bob := login(t, p, "admin", `"of the administrator"`), loginAs(t, p, 0), loginAs(t, p, 1)
	refused := func(s *session, code, format string, args ...any) {
		t.Helper()
		_, tagged := s.try(format, args...)
		require.Regexp(t, `^NO \[`+code+`\]`, tagged, "%.100s", fmt.Sprintf(format, args...))
	}

	require.Equal(t, []string{
		`* LIST (\HasNoChildren \Archive) "/" "Archive"`, `* LIST (\HasNoChildren \Drafts) "/" "Drafts"`, `* LIST (\HasNoChildren \Junk) "/" "Junk"`,
		`* LIST (\HasNoChildren \Sent) "/" "Sent"`, `* LIST (\HasNoChildren \Trash) "/" "Trash"`,
	}, alice.do(`LIST (SPECIAL-USE) "" "*"`))

	// A public folder.
	const news = `"Public Folders/News"`
	refused(alice, "NOPERM", "CREATE %s", news)
	admin.do("CREATE %s", news)
	require.Contains(t, bob.do(`LIST "" "Public Folders/*"`), `* LIST (\HasNoChildren) "/" `+news)
	bob.do("SELECT %s", news)
	bob.idle()
	for i, text := range texts() {
		alice.do("APPEND %s {%d+}\r\n%s", news, len(text), text)
		bob.await(fmt.Sprintf("* %d EXISTS", i+1))
	}
	bob.done()
	for i, line := range bob.do("UID FETCH 1:* (FLAGS BODY.PEEK[])") {
		m := fetchResponse.FindStringSubmatch(line)
		require.NotNil(t, m, "%.200q", line)
		require.Equal(t, newMail(texts()[i]), newMail(m[2]))
	}
	refused(bob, "NOPERM", `STORE 1 +FLAGS (\Deleted)`)
	refused(bob, "NOPERM", `DELETE %s`, news)
	refused(bob, "NOPERM", `SETACL %s bob lrswipkxtea`, news)
	admin.do(`SETACL %s anyone lr`, news)
	refused(alice, "NOPERM", "APPEND %s {1+}\r\nx", news)
	admin.do(`SETACL %s anyone ""`, news)
	_, tagged := alice.try("SELECT %s", news)
	require.Regexp(t, `^NO `, tagged)
	require.NotContains(t, alice.do(`LIST "" "*"`), `* LIST (\HasNoChildren) "/" `+news)

	// A user's folder.
	const theirs = `"Other Users/alice/Archive"`
	alice.put("Archive", `\Flagged`, texts()[2])
	_, tagged = bob.try("SELECT %s", theirs)
	require.Regexp(t, `^NO `, tagged)
	alice.do("SETACL Archive bob lrs")
	require.Equal(t, []string{`* ACL "Archive" "alice" "lrswipkxteacd" "bob" "lrs"`}, alice.do("GETACL Archive"))
	require.Equal(t, []string{`* MYRIGHTS ` + theirs + ` "lrs"`}, bob.do("MYRIGHTS %s", theirs))
	require.Contains(t, bob.do(`LIST "" "Other Users/*"`), `* LIST (\HasNoChildren \Archive) "/" `+theirs)
	bob.do("SELECT %s", theirs)
	require.Equal(t, []mail{newMail(texts()[2], `\Flagged`)}, bob.mails("Other Users/alice/Archive"))
	bob.do("SELECT %s", theirs)
	bob.do(`STORE 1 +FLAGS.SILENT (\Seen)`)
	refused(bob, "NOPERM", `STORE 1 +FLAGS (\Answered)`)
	refused(bob, "NOPERM", `APPEND %s {1+}`+"\r\nx", theirs)
	refused(bob, "NOPERM", `GETACL %s`, theirs)
	bob.do("COPY 1 INBOX")
	bob.do("UNSELECT")
	require.Equal(t, []mail{newMail(texts()[2], `\Flagged`, `\Seen`)}, bob.mails("INBOX"))
	bob.do("SELECT %s", theirs)
	bob.idle()
	alice.put("Archive", "", texts()[0])
	bob.await("* 2 EXISTS")
	bob.done()
	alice.do("DELETEACL Archive bob")
	untagged, _ := bob.try("UID FETCH 2 BODY.PEEK[]")
	require.NotContains(t, strings.Join(untagged, ""), "X-Letter")
	_, tagged = bob.try("SELECT %s", theirs)
	require.Regexp(t, `^NO `, tagged)
	require.Empty(t, bob.do(`LIST "" "Other Users/*"`))

	// A quota.
	refused(alice, "NOPERM", "SETQUOTA alice (STORAGE 1000)")
	require.Equal(t, []string{`* QUOTA "alice" (STORAGE 2 100)`}, admin.do("SETQUOTA alice (STORAGE 100)"))
	require.Equal(t, []string{`* QUOTAROOT "INBOX" "alice"`, `* QUOTA "alice" (STORAGE 2 100)`}, alice.do("GETQUOTAROOT INBOX"))
	small, big := texts()[0], letterText("big", "Subject: big\r\n\r\n"+strings.Repeat("x\r\n", 100<<10/3))
	refused(alice, "OVERQUOTA", "APPEND INBOX {%d+}\r\n%s", len(big), big)
	alice.put("INBOX", "", small)
	require.Equal(t, []mail{newMail(small)}, alice.mails("INBOX"))
	admin.do("SETQUOTA alice ()")
	alice.put("INBOX", "", big)
	require.Equal(t, 1, strings.Count(fmt.Sprint(alice.mails("INBOX")), newMail(big).Sum))
}
