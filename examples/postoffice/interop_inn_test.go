//go:build interop

package main

import (
	"fmt"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// innSpool is a spool of INN's with two articles to be sent, and returns how innxmit is started on it.
func innSpool(t *testing.T, password string) (transmit func(args ...string) *exec.Cmd) {
	t.Helper()
	const bin = "/usr/lib/news/bin"
	_, err := os.Stat(bin + "/innxmit")
	require.NoError(t, err, "INN is missing: install the Debian package inn2")
	require.Zero(t, os.Getuid(), "INN is started by the superuser, as another user")
	dir, err := os.MkdirTemp("", "inn")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	for d := range strings.FieldsSeq("db etc run log tmp spool/articles spool/outgoing spool/overview") {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, d), 0o755))
	}
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	var conf strings.Builder
	conf.WriteString("mta: \"/bin/true %s\"\npathhost: inn.example\ndomain: inn.example\nhismethod: hisv6\nenableoverview: false\nwireformat: false\n" +
		"pathnews: /usr/lib/news\npathbin: " + bin + "\n")
	for key, at := range map[string]string{
		"db": "db", "etc": "etc", "run": "run", "log": "log", "tmp": "tmp", "spool": "spool", "articles": "spool/articles",
		"outgoing": "spool/outgoing", "overview": "spool/overview",
	} {
		conf.WriteString("path" + key + ": " + filepath.Join(dir, at) + "\n")
	}
	write("etc/inn.conf", conf.String())
	write("etc/storage.conf", "method tradspool {\n  newsgroups: *\n  class: 0\n}\n")
	write("etc/passwd.nntp", password)
	var batch strings.Builder
	for _, group := range []string{"local.test", "local.general"} {
		path := "spool/articles/" + group
		write(path, fmt.Sprintf("Path: inn.example!not-for-mail\nFrom: a@inn.example\nNewsgroups: %s\nSubject: x\nDate: %s\nMessage-ID: <%[1]s@inn.example>\n\n.Hello\n",
			group, time.Now().UTC().Format(time.RFC1123Z)))
		batch.WriteString(filepath.Join(dir, path) + " <" + group + "@inn.example>\n")
	}
	write("spool/outgoing/batch", batch.String())
	news, err := osuser.Lookup("news")
	require.NoError(t, err)
	uid, err := strconv.Atoi(news.Uid)
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Chown(path, uid, -1)
		}
		return err
	}))
	require.NoError(t, os.Chmod(dir, 0o755))
	return func(args ...string) *exec.Cmd {
		all := append([]string{"--reuid=news", "--regid=news", "--init-groups", "env", "INNCONF=" + dir + "/etc/inn.conf", bin + "/innxmit", "-d", "-v"}, args...)
		return exec.CommandContext(t.Context(), "setpriv", append(all, filepath.Join(dir, "spool/outgoing/batch"))...)
	}
}

// TestINNFeedsProgram has INN's innxmit feed a server whose configuration knows it as a peer, by address or by login, with and
// without streaming; without that it is refused.
func TestINNFeedsProgram(t *testing.T) {
	program := buildProgram(t, ".")
	data := filepath.Join(t.TempDir(), "data")
	first := startProgram(t, program, data) // which makes the users; a configuration alone makes none
	first.stop(t)
	users := first.ready.Users
	const virtual = "[web]\nadmin-address = ''\n[[virtual]]\nname = 'nntp'\nprotocol = 'nntp'\naddresses = ['127.0.0.1:0']\n"
	for _, tt := range []struct {
		name, peer  string
		login       bool
		args        string
		accepted    bool
		says, never string
	}{
		{"nobody", "", false, "-a", false, "480 log in first", ""},
		{"nobody, IHAVE", "", false, "-a -s", false, "480 log in first", ""},
		{"another address", "networks = ['192.0.2.1']\n", false, "-a", false, "480 log in first", ""},
		{"address", "networks = ['127.0.0.1']\n", false, "-a", true, "203 ", "IHAVE"},
		{"host", "hosts = ['localhost']\n", false, "-a", true, "203 ", "IHAVE"},
		{"IHAVE", "networks = ['127.0.0.1']\n", false, "-a -s", true, "335 ", "TAKETHIS"},
		{"no streaming", "networks = ['127.0.0.1']\nstreaming = false\n", false, "-a", true, "335 ", "TAKETHIS"},
		{"login", "user = 'bob'\n", true, "-a", true, "203 ", "IHAVE"},
		{"login as somebody else", "user = 'alice'\n", true, "-a", false, "502 ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if tt.login {
				dir = data
			}
			text := ""
			if tt.peer != "" {
				text = "[[news.peer]]\nname = 'inn.example'\ngroups = 'local.*,!local.general'\n" + tt.peer
			}
			p := startProgramWith(t, program, dir, "-config", configFile(t, text+virtual))
			password := ""
			if tt.login {
				bob := users[1]
				password = "127.0.0.1:" + bob.Name + ":" + bob.Password + "\n"
			}
			args := append(strings.Fields(tt.args), "-P", port(p.ready.NNTP), "127.0.0.1")
			out, err := innSpool(t, password)(args...).CombinedOutput()
			require.Contains(t, string(out), tt.says)
			if !tt.accepted {
				require.Error(t, err)
				require.NotRegexp(t, `accepted [1-9]`, string(out))
				return
			}
			require.NoError(t, err, "%s", out)
			require.Regexp(t, `offered 2 accepted 1 refused 0 rejected 1 `, string(out))
			if tt.never != "" {
				require.NotContains(t, string(out), tt.never)
			}
		})
	}
}
