//go:build interop

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// A reader is a mail program on a terminal.
type reader struct {
	name, program string
	tls           bool
	login         string // the mechanism
	settings      string
}

var readers = []reader{
	{"mutt LOGIN", "mutt", false, "login", ""},
	{"mutt TLS SCRAM", "mutt", true, "scram-sha-256", "set imap_condstore=yes\nset imap_qresync=yes\n"},
	{"neomutt LOGIN", "neomutt", false, "login", "set imap_condstore=yes\nset imap_qresync=yes\n"},
	{"neomutt TLS PLAIN", "neomutt", true, "plain", "set imap_condstore=no\n"},
}

// keys has the program type them in a folder and end.
func (r reader) keys(t *testing.T, p *program, trust, dir, folder, keys string) {
	t.Helper()
	alice := p.ready.Users[0]
	url, addr := "imap", p.ready.IMAP
	if r.tls {
		url, addr = "imaps", p.ready.IMAPS
	}
	rc := writeFile(t, "rc", fmt.Sprintf(`set folder="%[1]s://localhost:%[2]s/"
set spoolfile="+%[3]s"
set imap_user="%[4]s"
set imap_pass="%[5]s"
set imap_authenticators="%[6]s"
set certificate_file="%[7]s"
set ssl_starttls=no
set ssl_force_tls=%[8]s
set header_cache="%[9]s/"
set message_cachedir="%[9]s/"
set quit=yes
set delete=yes
set confirmappend=no
set confirmcreate=no
set wait_key=no
set sleep_time=0
set timeout=1
set trash=""
set mbox_type=Maildir
set mark_old=no
set record=""
set pager_stop=yes
set sort=mailbox-order
%[10]s`, url, port(addr), folder, alice.Name, alice.Password, r.login, trust, map[bool]string{true: "yes", false: "no"}[r.tls], dir, r.settings))
	command := fmt.Sprintf(`%s -n -F %s -e 'push "%s<sync-mailbox><quit>"'`, r.program, rc, keys)
	out := runClient(t, "script", "-qec", command, "/dev/null")
	require.NotRegexp(t, `(?i)(error|failed|timed out|mailbox closed|unable)`, out)
}

// TestIMAPMutt reads, saves, flags, deletes, copies and moves.
func TestIMAPMutt(t *testing.T) {
	for _, r := range readers {
		t.Run(r.name, func(t *testing.T) { testReader(t, r) })
	}
}

func testReader(t *testing.T, r reader) {
	p, trust := startIMAP(t)
	alice := loginAs(t, p, 0)
	for _, text := range texts() {
		alice.put("INBOX", "", text)
	}
	dir := t.TempDir()
	cache, saved := filepath.Join(dir, "cache"), filepath.Join(dir, "saved")
	require.NoError(t, os.Mkdir(cache, 0o700))

	// Read the first, and all into a maildir.
	r.keys(t, p, trust, cache, "INBOX", `<first-entry><display-message><exit><tag-pattern>~A<enter>`+
		`<tag-prefix><copy-message><kill-line>`+saved+`<enter><untag-pattern>~A<enter>`)
	want := make(tree)
	for i, text := range texts() {
		flags := ""
		if i == 0 {
			flags = `\Seen`
		}
		want.add("INBOX", newMail(text, flags))
	}
	require.ElementsMatch(t, want["INBOX"], alice.mails("INBOX"))
	got := readMaildirs(t, saved, regexp.MustCompile(`(?m)^(Content-Length|Lines): .*\r\n`))
	require.Equal(t, want["INBOX"], got["."])

	// Another client changes what is in the cache now.
	alice.do("SELECT INBOX")
	alice.do(`UID STORE %s +FLAGS.SILENT (\Deleted)`, alice.find("05"))
	alice.do("EXPUNGE")
	alice.do(`UID STORE %s +FLAGS.SILENT (\Answered)`, alice.find("06"))
	alice.do("CLOSE")
	alice.put("INBOX", "", letterText("n1", "Subject: new\r\n\r\n.\r\n"))

	r.keys(t, p, trust, cache, "INBOX", `2<enter><flag-message>3<enter><delete-message>`+
		`4<enter><copy-message><kill-line>=Archive<enter>5<enter><save-message><kill-line>=Trash<enter>`+
		`11<enter><display-message><exit>6<enter><copy-message><kill-line>=Trash<enter>`)
	list := texts()
	want = tree{"Sent": nil, "Drafts": nil, "Junk": nil}
	want.add("INBOX", newMail(list[0], `\Seen`), newMail(list[1], `\Flagged`), newMail(list[3]), newMail(list[6], `\Answered`),
		newMail(letterText("n1", "Subject: new\r\n\r\n.\r\n"), `\Seen`))
	for _, text := range list[7:] {
		want.add("INBOX", newMail(text))
	}
	want.add("Archive", newMail(list[3]))
	want.add("Trash", newMail(list[4]), newMail(list[6], `\Answered`))
	require.Equal(t, want, alice.tree())
}
