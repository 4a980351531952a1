//go:build interop

package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIMAPFetchers has programs that take mail away from a server take a
// folder's.
func TestIMAPFetchers(t *testing.T) {
	for _, c := range []struct {
		name  string
		fetch func(t *testing.T, p *program, trust, dir string)
	}{
		{"fetchmail", fetchmail("imap", "sslproto ''")},
		{"fetchmail STARTTLS", fetchmail("imap", "sslproto 'auto' sslcertck sslcertfile '%s'")},
		{"fetchmail TLS", fetchmail("imaps", "ssl sslcertck sslcertfile '%s'")},
		{"getmail", getmail("SimpleIMAPRetriever")},
		{"getmail TLS", getmail("SimpleIMAPSSLRetriever")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, trust := startIMAP(t)
			s := loginAs(t, p, 0)
			want := make(tree)
			for _, text := range texts() {
				s.put("INBOX", "", text)
				want.add(".", newMail(text))
			}
			dir := openDir(t)
			c.fetch(t, p, trust, dir)
			own := regexp.MustCompile(`(?m)^(Return-Path: |Delivered-To: |Received: |X-getmail-retrieved-from-mailbox: ).*\r\n([ \t].*\r\n)*`)
			got := readMaildirs(t, dir, own)
			for i := range got["."] {
				got["."][i].Flags = ""
			}
			require.Equal(t, want["."], got["."])
			require.Empty(t, s.mails("INBOX"), "they take it away")
		})
	}
}

// openDir makes a maildir that anybody may write to.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o711))
	defer syscall.Umask(syscall.Umask(0))
	for _, sub := range []string{"cur", "new", "tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, sub), 0o777))
	}
	require.NoError(t, os.Chmod(dir, 0o777))
	return dir
}

func fetchmail(protocol, options string) func(*testing.T, *program, string, string) {
	return func(t *testing.T, p *program, trust, dir string) {
		t.Helper()
		addr := p.ready.IMAP
		if protocol == "imaps" {
			addr = p.ready.IMAPS
		}
		if strings.Contains(options, "%") {
			options = fmt.Sprintf(options, trust)
		}
		u := p.ready.Users[0]
		mda := writeFile(t, "mda", "#!/bin/sh\ncat >"+dir+"/tmp/$$ && mv "+dir+"/tmp/$$ "+dir+"/new/$$\n")
		rc := writeFile(t, "fetchmailrc", fmt.Sprintf("poll localhost protocol imap port %s auth password user '%s' password '%s' fetchall no keep no rewrite no mimedecode %s mda \"sh %s\"\n",
			port(addr), u.Name, u.Password, options, mda))
		rc = strings.TrimSpace(rc)
		out := runClient(t, "fetchmail", "-f", rc, "--pidfile", filepath.Join(t.TempDir(), "pid"), "--nosyslog", "--nodetach", "--invisible")
		out = strings.ReplaceAll(out, "fetchmail: WARNING: Running as root is discouraged.", "")
		require.NotRegexp(t, `(?i)(warning|error|failure)`, out)
	}
}

func getmail(retriever string) func(*testing.T, *program, string, string) {
	return func(t *testing.T, p *program, trust, dir string) {
		t.Helper()
		addr, options := p.ready.IMAP, ""
		if strings.Contains(retriever, "SSL") {
			certificate, err := os.ReadFile(trust)
			require.NoError(t, err)
			trust = filepath.Join(dir, "ca.pem")
			require.NoError(t, os.WriteFile(trust, certificate, 0o644))
			addr, options = p.ready.IMAPS, "ca_certs = "+trust+"\n"
		}
		u := p.ready.Users[0]
		rc := fmt.Sprintf("[retriever]\ntype = %s\nserver = localhost\nport = %s\nusername = %s\npassword = %s\nmailboxes = ('INBOX',)\n%s\n"+
			"[destination]\ntype = Maildir\npath = %s/\n\n[options]\nread_all = true\ndelete = true\ndelivered_to = false\nreceived = false\nverbose = 2\n",
			retriever, port(addr), u.Name, u.Password, options, dir)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "getmailrc"), []byte(rc), 0o644))
		args := []string{"getmail", "--getmaildir", dir, "--rcfile", "getmailrc"}
		if os.Geteuid() == 0 { // it refuses to run as root
			args = append([]string{"setpriv", "--reuid", "65534", "--clear-groups", "--regid", "65534", "env", "HOME=" + dir}, args...)
		}
		out := runClient(t, args...)
		require.NotRegexp(t, `(?i)(warning|error|fail)`, out)
	}
}

// TestIMAPCurl has curl do all it can, in all the ways that it can log in.
func TestIMAPCurl(t *testing.T) {
	p, trust := startIMAP(t)
	alice := p.ready.Users[0]
	plain, tls := "imap://"+localhost(p.ready.IMAP), "imaps://"+localhost(p.ready.IMAPS)
	ways := []struct {
		url  string
		args []string
	}{
		{plain, []string{"--login-options", "AUTH=LOGIN"}},
		{plain, []string{"--login-options", "AUTH=PLAIN", "--sasl-ir"}},
		{plain, nil},
		{plain, []string{"--ssl-reqd", "--cacert", trust}},
		{tls, []string{"--cacert", trust, "--login-options", "AUTH=PLAIN"}},
	}
	n := 0
	curl := func(path string, more ...string) string {
		t.Helper()
		way := ways[n%len(ways)]
		n++
		args := append([]string{"curl", "--silent", "--show-error", "--max-time", "60", "--user", alice.Name + ":" + alice.Password, way.url + path}, way.args...)
		out, err := tryClient(t, append(args, more...)...)
		require.NoError(t, err, "%s %q %.300s", path, way, out)
		return out
	}
	for range ways {
		require.Contains(t, curl("/"), `* LIST (\HasNoChildren \Sent) "/" "Sent"`)
	}
	list := texts()
	for i, text := range list {
		require.Empty(t, curl("/INBOX", "--upload-file", writeFile(t, "letter", text)))
		require.Equal(t, text, curl(fmt.Sprintf("/INBOX;UID=%d", i+1)))
		require.Equal(t, text, curl(fmt.Sprintf("/INBOX;MAILINDEX=%d", i+1)))
	}
	header, body, _ := strings.Cut(list[0], "\r\n\r\n")
	require.Equal(t, body, curl("/INBOX;UID=1;SECTION=TEXT"))
	require.Equal(t, header+"\r\n\r\n", curl("/INBOX;UID=1;SECTION=HEADER"))
	require.Equal(t, "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\n", curl("/INBOX;UID=1;SECTION="+url.PathEscape("HEADER.FIELDS (SUBJECT)")))
	require.Equal(t, "at last", curl("/INBOX;UID=3;SECTION=1.1.1.1.1.1"))
	require.Equal(t, list[3][100:150], curl("/INBOX;UID=4;PARTIAL=100.50"))
	require.Equal(t, "* SEARCH 5\r\n", curl("/INBOX?SUBJECT%20plain"))
	require.Equal(t, "* SEARCH 4\r\n", curl("/INBOX?LARGER%201000000"))
	require.Equal(t, "* SEARCH\r\n", curl("/INBOX?UNSEEN"), "all were read")
	require.Contains(t, curl("/INBOX", "--request", `UID STORE 5 +FLAGS (\Flagged \Deleted)`), `* 5 FETCH (UID 5 FLAGS (\Seen \Flagged \Deleted)`)
	require.Equal(t, "* SEARCH 5\r\n", curl("/INBOX?FLAGGED"))
	require.Contains(t, curl("/INBOX", "--request", "EXPUNGE"), "* 5 EXPUNGE\r\n")
	require.Empty(t, curl("/", "--request", "CREATE Letters/2026"))
	require.Contains(t, curl("/", "--request", `LIST "" "Letters/%"`), `* LIST (\HasNoChildren) "/" "Letters/2026"`)
	require.Empty(t, curl("/INBOX", "--request", "UID COPY 1:4 Letters/2026"))
	require.Contains(t, curl("/", "--request", `STATUS Letters/2026 (MESSAGES)`), `(MESSAGES 4)`)
	require.Equal(t, list[3], curl("/Letters%2F2026;UID=4"))
	require.Empty(t, curl("/", "--request", "DELETE Letters/2026"))
}
