package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// command runs the program to its end and returns what it printed.
func command(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// A server is the program while it serves.
type server struct {
	ready  map[string]any
	users  []office.DemoUser
	stop   func() (status int, stdout, stderr string)
	status chan int
}

// serving runs the program with -ephemeral and -ready, and waits until it is
// ready.
func serving(t *testing.T, ready string, args ...string) *server {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	s := &server{status: make(chan int, 1)}
	go func() {
		s.status <- run(ctx, append([]string{"-ephemeral", "-ready", ready}, args...), strings.NewReader(""), &out, &errs)
	}()
	s.stop = func() (int, string, string) {
		cancel()
		status := <-s.status
		s.status <- status
		return status, out.String(), errs.String()
	}
	t.Cleanup(func() { s.stop() })
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-ticker.C {
		require.Empty(t, s.status, "the server has ended")
		require.True(t, time.Now().Before(deadline), "the server is not ready after a minute")
		if content, err := os.ReadFile(ready); err == nil && json.Unmarshal(content, &s.ready) == nil {
			break
		}
	}
	b, err := json.Marshal(s.ready["users"])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &s.users))
	return s
}

func TestHelp(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want []string // on standard error
	}{
		{[]string{"-help"}, []string{"usage: postoffice [flags]", "postoffice user list|show|add|set|password|disable|enable|remove", "-ephemeral", "-ready", `(default "127.0.0.1:2525")`, "-pop3s"}},
		{[]string{"-h"}, []string{"usage: postoffice [flags]"}},
		{[]string{"user", "-help"}, []string{"usage: postoffice user COMMAND [flags] [NAME]", "  list            list the accounts\n", "  remove    NAME  remove an account and all its mail\n"}},
		{[]string{"user", "add", "-help"}, []string{"-address", "-password-stdin", "-data", `(default "postoffice-data")`}},
		{[]string{"user", "list", "--help"}, []string{"-data"}},
	} {
		status, stdout, stderr := command(t, "", tt.args...)
		require.Equal(t, 0, status, "%q", tt.args)
		require.Empty(t, stdout)
		for _, want := range tt.want {
			require.Contains(t, stderr, want, "%q", tt.args)
		}
	}
}

// Mistakes in the command line are explained, and start nothing.
func TestMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	const usage = "usage: postoffice user COMMAND"
	for _, tt := range []struct {
		args []string
		want string // on standard error
	}{
		{[]string{"-nonsense"}, "flag provided but not defined: -nonsense"},
		{[]string{"-ephemeral=perhaps"}, `invalid boolean value "perhaps" for -ephemeral`},
		{[]string{"-data"}, "flag needs an argument: -data"},
		{[]string{"serve"}, `postoffice: there is no command "serve"`},
		{[]string{"-ephemeral", "user"}, `postoffice: there is no command "user"`},
		{[]string{"user"}, usage},
		{[]string{"user", "rename"}, usage},
		{[]string{"user", "list", "alice"}, usage},
		{[]string{"user", "list", "-nonsense"}, "flag provided but not defined: -nonsense"},
		{[]string{"user", "list", "-password-stdin"}, "flag provided but not defined: -password-stdin"},
		{[]string{"user", "password", "alice", "-address", "a@b"}, "flag provided but not defined: -address"},
		{[]string{"user", "add"}, usage},
		{[]string{"user", "add", "alice", "bob"}, usage},
		{[]string{"user", "remove"}, usage},
		{[]string{"user", "remove", "alice", "bob"}, usage},
		{[]string{"queue"}, "usage: postoffice queue COMMAND"},
		{[]string{"queue", "eat"}, "usage: postoffice queue COMMAND"},
		{[]string{"queue", "list", "a", "b"}, "usage: postoffice queue COMMAND"},
		{[]string{"queue", "list", "-state", "lost"}, "choose waiting, leased, held or parked"},
		{[]string{"queue", "drop"}, "say which mail to drop: a message, a flag such as -to-domain, or -all"},
		{[]string{"group"}, "usage: postoffice group COMMAND"},
		{[]string{"group", "show"}, "usage: postoffice group COMMAND"},
		{[]string{"group", "add-member", "a"}, "usage: postoffice group COMMAND"},
		{[]string{"group", "list", "a"}, "usage: postoffice group COMMAND"},
		{[]string{"alias"}, "usage: postoffice alias COMMAND"},
		{[]string{"alias", "set", "a"}, "usage: postoffice alias COMMAND"},
		{[]string{"user", "set", "a", "-quota", "1,2"}, "write one size, or three"},
		{[]string{"newsgroup"}, "usage: postoffice newsgroup COMMAND"},
		{[]string{"newsgroup", "eat"}, "usage: postoffice newsgroup COMMAND"},
		{[]string{"newsgroup", "list", "a"}, "usage: postoffice newsgroup COMMAND"},
		{[]string{"newsgroup", "add"}, "usage: postoffice newsgroup COMMAND"},
		{[]string{"newsgroup", "remove", "a", "b"}, "usage: postoffice newsgroup COMMAND"},
		{[]string{"track"}, "usage: postoffice track [flags] [MESSAGE]"},
		{[]string{"track", "ID", "-from", "a@b.example"}, "usage: postoffice track [flags] [MESSAGE]"},
		{[]string{"track", "-since", "yesterday"}, "write it as 2h, 2006-01-02 or 2006-01-02T15:04"},
		{[]string{"-retry", "soon"}, "write it as 15m,1h,4h"},
		{[]string{"-trust", "everybody"}, `invalid value "everybody" for flag -trust`},
	} {
		status, stdout, stderr := command(t, "", tt.args...)
		require.Equal(t, 2, status, "%q", tt.args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, tt.want, "%q", tt.args)
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Empty(t, entries)
}

// What the server cannot do is a failure, with one line that says why.
func TestFailures(t *testing.T) {
	t.Chdir(t.TempDir())
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-ephemeral", "-smtp", taken.Addr().String()}, "choose another address with -smtp HOST:PORT"},
		{[]string{"-ephemeral", "-pop3", "localhost"}, "address of pop3: address localhost: missing port in address; write it as host:port"},
		{[]string{"-ephemeral", "-domain", "no domain"}, `domain "no domain": `},
		{[]string{"-ephemeral", "-ready", filepath.Join("none", "ready.json")}, "ready file: "},
		{[]string{"-ephemeral", "-ready", "."}, "ready file: . is not a file"},
		{[]string{"user", "list"}, "there is no data folder in postoffice-data: "},
		{[]string{"user", "list", "-data", "typo"}, "there is no data folder in typo: "},
		{[]string{"queue", "list", "-data", "typo"}, "there is no queue in typo: "},
		{[]string{"track", "ID", "-data", "typo"}, "there is no message tracking log in typo"},
		{[]string{"-ephemeral", "-client-ca", "none.pem"}, "client CA: open none.pem"},
		{[]string{"-ephemeral", "-ldap-starttls"}, "name it with -ldap"},
		{[]string{"-ephemeral", "-ldap", "ldap.example.org"}, "use ldap or ldaps"},
		{[]string{"-ephemeral", "-ldap", "ldap://ldap.example.org/dc=example"}, "in the clear: use ldaps or StartTLS"},
		{[]string{"-ephemeral", "-ldap", "ldaps://h/dc=x", "-ldap-bind", "cn=x"}, "there is a name to bind by, and no password"},
		{[]string{"-ephemeral", "-ldap", "ldaps://h/dc=x", "-ldap-password-file", "none"}, "-ldap-password-file: open none"},
		{[]string{"-ephemeral", "-ldap", "ldaps://h/dc=x", "-ldap-ca", "none"}, "-ldap-ca: open none"},
		{[]string{"-ephemeral", "-ldap", "ldaps://h/dc=x", "-ldap-login", "uid=%s"}, `login filter "uid=%s"`},
		{[]string{"-ephemeral", "-smarthost", "not a host"}, `relay: host "not a host": write it as NAME, NAME:PORT or [ADDRESS]:PORT`},
	} {
		status, stdout, stderr := command(t, "", tt.args...)
		require.Equal(t, 1, status, "%q", tt.args)
		require.Empty(t, stdout, "%q", tt.args)
		require.Regexp(t, `(?m)^postoffice: `, stderr)
		require.Contains(t, stderr, tt.want, "%q", tt.args)
	}
}

// The server tells where it listens and what to try, and cleans up behind
// itself.
func TestServe(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	ready := filepath.Join(t.TempDir(), "ready.json")
	s := serving(t, ready)
	entries, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Len(t, entries, 1, "the data folder")
	status, stdout, stderr := s.stop()
	require.Equal(t, 0, status, stderr)
	require.Contains(t, stdout, "postoffice is open and forgets everything when it stops.\n")
	for _, service := range office.Services() {
		require.Regexp(t, `(?m)^  `+service.Name+` +`+s.ready[service.Name].(string)+`$`, stdout)
	}
	for _, u := range s.users {
		require.Contains(t, stdout, u.Name)
		require.Contains(t, stdout, "address "+u.Address+"  password "+u.Password+"\n")
	}
	require.Contains(t, stdout, "  swaks --server "+s.ready["smtp"].(string)+" --from bob@postoffice.test --to alice@postoffice.test\n")
	require.Contains(t, stdout, "  curl -k pop3s://"+s.ready["pop3s"].(string)+"/1 -u alice:"+s.users[0].Password+"\n")
	require.True(t, strings.HasSuffix(stdout, "\nStopped.\n"))
	require.NoFileExists(t, ready)
	entries, err = os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, entries, "the data folder was a temporary one")
}

// A data folder stays, the default one too.
func TestDataFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	s := serving(t, "ready.json", "-data", defaultDir)
	_, stdout, _ := s.stop()
	require.Contains(t, stdout, "postoffice is open and keeps everything in postoffice-data.\n")
	status, list, _ := command(t, "", "user", "list")
	require.Equal(t, 0, status)
	require.Contains(t, list, "alice@postoffice.test")

	// Without demo users there is something else to try.
	for _, u := range s.users {
		status, _, _ := command(t, "", "user", "remove", u.Name)
		require.Equal(t, 0, status)
	}
	again := serving(t, "ready.json", "-data", defaultDir)
	require.Equal(t, []any{}, again.ready["users"])
	_, stdout, _ = again.stop()
	require.Contains(t, stdout, "Manage accounts:\n  postoffice user list -data postoffice-data\n")
	require.NotContains(t, stdout, "swaks")
}

// A ready file that a crash has left does not tell of the new server.
func TestStaleReadyFile(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, os.WriteFile(ready, []byte(`{"smtp": "127.0.0.1:1"}`), 0o600))
	status, _, _ := command(t, "", "-ephemeral", "-ready", ready, "-smtp", "nonsense")
	require.Equal(t, 1, status)
	require.NoFileExists(t, ready)
}

// With -verbose each command is logged, without what it says.
func TestVerbose(t *testing.T) {
	for _, tt := range []struct {
		flags  []string
		logged bool
	}{{nil, false}, {[]string{"-verbose"}, true}} {
		s := serving(t, filepath.Join(t.TempDir(), "ready.json"), append(tt.flags, "-insecure-auth")...)
		nc, err := net.Dial("tcp", s.ready["pop3"].(string))
		require.NoError(t, err)
		_, err = nc.Write([]byte("USER alice\r\nPASS " + s.users[0].Password + "\r\nSTAT\r\nQUIT\r\n"))
		require.NoError(t, err)
		var answers bytes.Buffer
		_, err = answers.ReadFrom(nc)
		require.NoError(t, err)
		require.NoError(t, nc.Close())
		require.Contains(t, answers.String(), "+OK 0 0\r\n")
		_, _, stderr := s.stop()
		require.Equal(t, tt.logged, strings.Contains(stderr, "verb=STAT"), stderr)
		require.NotContains(t, stderr, s.users[0].Password)
	}
}
