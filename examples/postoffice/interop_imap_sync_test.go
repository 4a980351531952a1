//go:build interop

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A maildirSync is a client that keeps maildirs and a user's mail the same.
type maildirSync struct {
	name string
	own  *regexp.Regexp // fields that it puts before a message that it sends
	// configure writes the client's configuration for maildirs in root and
	// returns its command line.
	configure func(t *testing.T, p *program, trust, root string) []string
}

func mbsync(tls, mechanism string) func(*testing.T, *program, string, string) []string {
	return func(t *testing.T, p *program, trust, root string) []string {
		t.Helper()
		alice := p.ready.Users[0]
		addr := p.ready.IMAP
		if tls == "IMAPS" {
			addr = p.ready.IMAPS
		}
		if tls != "None" {
			tls += "\nCertificateFile " + trust
		}
		rc := writeFile(t, "mbsyncrc", fmt.Sprintf(`IMAPStore far
Host localhost
Port %s
User %s
Pass %s
SSLType %s
AuthMechs %s
PipelineDepth 50

MaildirStore near
Path %[6]s/
Inbox %[6]s/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
`, port(addr), alice.Name, alice.Password, tls, mechanism, root))
		return []string{"mbsync", "-V", "-c", rc, "-a"}
	}
}

func offlineimap(tls bool) func(*testing.T, *program, string, string) []string {
	return func(t *testing.T, p *program, trust, root string) []string {
		t.Helper()
		alice := p.ready.Users[0]
		addr, security := p.ready.IMAP, "ssl = no\nstarttls = no\nauth_mechanisms = LOGIN"
		if tls {
			addr, security = p.ready.IMAPS, "ssl = yes\nauth_mechanisms = PLAIN\nsslcacertfile = "+trust
		}
		rc := writeFile(t, "offlineimaprc", fmt.Sprintf(`[general]
accounts = a
metadata = %s
ui = basic

[Account a]
localrepository = near
remoterepository = far

[Repository near]
type = Maildir
localfolders = %s
sep = /

[Repository far]
type = IMAP
remotehost = localhost
remoteport = %s
remoteuser = %s
remotepass = %s
folderfilter = lambda name: not name.startswith("Public")
%s
`, filepath.Join(t.TempDir(), "metadata"), root, port(addr), alice.Name, alice.Password, security))
		return []string{"offlineimap", "-o", "-c", rc}
	}
}

// TestIMAPMaildirs has clients keep maildirs and a user's mail the same, with
// changes on both sides.
func TestIMAPMaildirs(t *testing.T) {
	tuid, offline := regexp.MustCompile(`(?m)^X-TUID: .*\r\n`), regexp.MustCompile(`(?m)^X-OfflineIMAP: .*\r\n`)
	for _, c := range []maildirSync{
		{"mbsync LOGIN", tuid, mbsync("None", "LOGIN")},
		{"mbsync STARTTLS PLAIN", tuid, mbsync("STARTTLS", "PLAIN")},
		{"mbsync TLS SCRAM", tuid, mbsync("IMAPS", "SCRAM-SHA-256")},
		{"offlineimap LOGIN", offline, offlineimap(false)},
		{"offlineimap TLS PLAIN", offline, offlineimap(true)},
	} {
		t.Run(c.name, func(t *testing.T) { testMaildirs(t, c) })
	}
}

func testMaildirs(t *testing.T, c maildirSync) {
	p, trust := startIMAP(t)
	root := filepath.Join(t.TempDir(), "mail")
	require.NoError(t, os.Mkdir(root, 0o700))
	args := c.configure(t, p, trust, root)
	alice := loginAs(t, p, 0)
	alice.own = c.own
	fill(alice)
	run := func() {
		t.Helper()
		out := runClient(t, args...)
		for _, usual := range []string{"*** IMAP Warning *** Password is being sent in the clear", "OpenSSL exception"} {
			out = strings.ReplaceAll(out, usual, "")
		}
		require.NotRegexp(t, `(?i)\b(warning|error|traceback|exception)\b`, out)
	}
	run()
	want := alice.tree()
	require.Len(t, want["INBOX"], len(texts()))
	require.Equal(t, want, readMaildirs(t, root, c.own))

	// Changes there.
	alice.do("SELECT INBOX")
	alice.do(`UID STORE %s +FLAGS.SILENT (\Flagged \Answered)`, alice.find("01"))
	alice.do(`UID STORE %s +FLAGS.SILENT (\Deleted)`, alice.find("02"))
	alice.do("EXPUNGE")
	alice.do("CLOSE")
	alice.do("CREATE Letters/2027")
	alice.put("Letters/2027", `\Flagged`, letterText("n1", "Subject: new there\r\n\r\n.\r\n"))
	alice.put("INBOX", `\Seen`, letterText("n2", "Subject: newer there\r\n\r\n\r\n"))

	// And here: letters of all kinds in a new folder, flags, and a deletion.
	for _, sub := range []string{"cur", "new", "tmp"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "Made here", sub), 0o700))
	}
	made := make(tree)
	for i, text := range texts() {
		text = strings.Replace(text, "<", "<h", 2)
		name := filepath.Join(root, "Made here", "cur", fmt.Sprintf("%d.h.x:2,FS", 1700000000+i))
		require.NoError(t, os.WriteFile(name, []byte(strings.ReplaceAll(text, "\r\n", "\n")), 0o600))
		made.add("Made here", newMail(text, `\Flagged`, `\Seen`))
	}
	find := func(folder, subject string) string {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(root, folder, "*", "*"))
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if strings.Contains(string(text), "Subject: "+subject+"\n") {
				return file
			}
		}
		require.FailNow(t, "no such letter", subject)
		return ""
	}
	plain := find("INBOX", "plain")
	base, _, _ := strings.Cut(filepath.Base(plain), ":2,")
	require.NoError(t, os.Rename(plain, filepath.Join(root, "INBOX", "cur", base+":2,RS")))
	require.NoError(t, os.Remove(find("INBOX", "many")))
	run()
	want = alice.tree()
	require.Equal(t, want, readMaildirs(t, root, c.own))
	require.Equal(t, made["Made here"], want["Made here"])
	require.Len(t, want["INBOX"], len(texts())-2+1)
	require.Contains(t, fmt.Sprint(want["INBOX"]), newMail(texts()[4], `\Answered`, `\Seen`).Sum+` \Answered \Seen}`)

	// Then there is nothing to do.
	states := alice.states()
	run()
	require.Equal(t, states, alice.states())
}
