//go:build interop

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// nntplibScript posts and reads by Python's nntplib, and looks by imaplib at what has come of it.
const nntplibScript = `
import warnings
warnings.simplefilter("ignore")
import datetime, imaplib, json, nntplib, ssl, sys
how, told = sys.argv[1], json.load(open(sys.argv[2]))
context = ssl.create_default_context(cafile=told["Trust"])
began = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)

def connect():
    if how == "tls":
        return nntplib.NNTP_SSL("localhost", int(told["NNTPS"]), ssl_context=context, readermode=True, timeout=60)
    n = nntplib.NNTP("localhost", int(told["NNTP"]), readermode=True, timeout=60)
    if how == "starttls":
        n.starttls(context)
    return n

def article(id, subject, body):
    return ("From: Bob <bob@postoffice.test>\r\nNewsgroups: local.test,local.general\r\nSubject: %s\r\n"
            "Message-ID: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n" % (subject, id, body)).encode()

n = connect()
assert "READER" in n.getcapabilities(), n.getcapabilities()
assert sorted(g.group for g in n.list()[1]) == ["local.general", "local.test"]
assert n.description("local.test") == "Tests of posting"
try:
    n.post(article("<refused@example>", "no", "x"))
    assert False, "nobody has logged in"
except nntplib.NNTPTemporaryError as e:
    assert e.response.startswith("480"), e
n.login(told["Name"], told["Password"])
body = "Gr\u00fc\u00dfe\r\n.\r\n..dots\r\n.end"
n.post(article("<%s@example>" % how, "by nntplib", body))
_, count, first, last, name = n.group("local.test")
_, overviews = n.over((first, last))
mine = [(number, o) for number, o in overviews if o["message-id"] == "<%s@example>" % how]
assert len(mine) == 1 and mine[0][1]["subject"] == "by nntplib", overviews
_, info = n.article(mine[0][0])
assert b"\r\n".join(info.lines).split(b"\r\n\r\n", 1)[1].decode() == body, info.lines
assert sum(len(l) + 2 for l in info.lines) == int(mine[0][1][":bytes"]), (mine, info.lines)
assert n.stat("<%s@example>" % how)[2] == "<%s@example>" % how
assert "<%s@example>" % how in n.newnews("local.*", began)[1]
assert len(n.newgroups(began)[1]) == 2
try:
    n.post(article("<%s@example>" % how, "twice", "x"))
    assert False, "an article came twice"
except nntplib.NNTPTemporaryError as e:
    assert e.response.startswith("441"), e

m = imaplib.IMAP4_SSL("localhost", int(told["IMAPS"]), ssl_context=context, timeout=60)
m.login(told["Name"], told["Password"])
for folder in ["local.test", "local.general"]:
    assert m.select('"Public Folders/%s"' % folder)[0] == "OK"
    found = m.search(None, 'HEADER', 'Message-ID', '"<%s@example>"' % how)[1][0].split()
    assert len(found) == 1, found
    text = m.fetch(found[0], "(BODY.PEEK[TEXT])")[1][0][1].decode()
    assert text == body + "\r\n", text
letter = b"From: bob@postoffice.test\nSubject: by imaplib\nMessage-ID: <imap.%s@example>\n\nfrom IMAP\n.\n" % how.encode()
assert m.append('"Public Folders/local.test"', None, None, letter)[0] == "OK"
_, info = n.article("<imap.%s@example>" % how)
assert info.lines[-2:] == [b"from IMAP", b"."], info.lines
assert n.group("local.test")[1] == count + 1
m.logout()
n.quit()
print("well")
`

// startNews starts a server and tells scripts of it.
func startNews(t *testing.T) (p *program, told string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	p = startProgram(t, buildProgram(t, "."), dir)
	b, err := json.Marshal(map[string]string{
		"NNTP": port(p.ready.NNTP), "NNTPS": port(p.ready.NNTPS), "IMAPS": port(p.ready.IMAPS),
		"Trust": filepath.Join(dir, "certificate.pem"), "Name": p.ready.Users[1].Name, "Password": p.ready.Users[1].Password,
	})
	require.NoError(t, err)
	return p, writeFile(t, "told.json", string(b))
}

// TestNewsPython has Python's nntplib post and read, and its imaplib meet it.
func TestNewsPython(t *testing.T) {
	_, told := startNews(t)
	for _, how := range []string{"plain", "starttls", "tls"} {
		t.Run(how, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), "python3", "-c", nntplibScript, how, told).CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Equal(t, "well\n", string(out))
		})
	}
}

// TestNewsSinntp posts by nntp-push and fetches by nntp-pull, as scripts do.
func TestNewsSinntp(t *testing.T) {
	p, _ := startNews(t)
	bob := p.ready.Users[1]
	run := func(stdin string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Stdin = strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_DATA_HOME="+t.TempDir(), "PYTHONWARNINGS=ignore")
		cmd.WaitDelay = time.Minute
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		require.NoError(t, err, "%s\n%s", args, errs.String())
		return string(out)
	}
	same := []string{"-S", localhost(p.ready.NNTP), "-U", bob.Name, "-P", bob.Password}
	run("From: bob@postoffice.test\nSubject: by sinntp\nNewsgroups: local.test\nMessage-ID: <sinntp@example>\n\nHello\n.\n", append([]string{"nntp-push"}, same...)...)
	got := run("", append(append([]string{"nntp-get"}, same...), "<sinntp@example>")...)
	require.Contains(t, got, "\nSubject: by sinntp\n")
	require.True(t, strings.HasSuffix(got, "\n\nHello\n.\n"), "%q", got)
	require.Contains(t, run("", append([]string{"nntp-list"}, same...)...), "local.test")
	box := filepath.Join(t.TempDir(), "box")
	run("", append(append([]string{"nntp-pull"}, same...), "local.test>"+box)...)
	mbox, err := os.ReadFile(box)
	require.NoError(t, err)
	require.Contains(t, string(mbox), "\nHello\n.\n")
}

// TestNewsTin has the tin newsreader log in and look for what is new.
func TestNewsTin(t *testing.T) {
	p, _ := startNews(t)
	bob := p.ready.Users[1]
	post := exec.CommandContext(t.Context(), "nntp-push", "-S", localhost(p.ready.NNTP), "-U", bob.Name, "-P", bob.Password)
	post.Stdin = strings.NewReader("From: bob@postoffice.test\nSubject: for tin\nNewsgroups: local.test\n\nHello\n")
	post.Env = append(os.Environ(), "PYTHONWARNINGS=ignore")
	out, err := post.CombinedOutput()
	require.NoError(t, err, "%s", out)
	home := t.TempDir()
	for name, text := range map[string]string{".newsrc": "local.test: \n", ".newsauth": "127.0.0.1 " + bob.Password + " " + bob.Name + "\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(home, name), []byte(text), 0o600))
	}
	tin := exec.CommandContext(t.Context(), "tin", "-r", "-g", "127.0.0.1", "-p", port(p.ready.NNTP), "-f", filepath.Join(home, ".newsrc"), "-A", "-Z", "-v")
	tin.Env = append(os.Environ(), "HOME="+home)
	tin.WaitDelay = time.Minute
	out, err = tin.CombinedOutput()
	require.Error(t, err, "it says by its exit status that there is something")
	require.Equal(t, 2, tin.ProcessState.ExitCode(), "%s", out)
	require.Regexp(t, `1 unread .* article in local\.test`, string(out))
}
