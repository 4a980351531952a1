package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// userSteps are what an administrator may type, in this order, and what comes
// of it. Where the password is made up, it is in the output; "PASSWORD" stands
// for it.
var userSteps = []struct {
	stdin  string
	args   string
	status int
	out    string // a regular expression; of standard error if the status is not 0
}{
	{"", "list", 0, `NAME   ADDRESSES              OCTETS  STATE\n` +
		`alice  alice@postoffice\.test  0       enabled, administrator\n` +
		`bob    bob@postoffice\.test    0       enabled\n`},
	{"", "add carol", 0, `carol has the address carol@postoffice\.test and the password [a-z2-7]{16}\n`},
	{"", "add carol", 1, `postoffice: .*exists already\n`},
	{
		"secret of dave\n", "add dave -password-stdin -address d@postoffice.test -address dave@postoffice.test", 0,
		`dave has the address d@postoffice\.test, dave@postoffice\.test\n`,
	},
	{"secret of eve\r\nsecond line\n", "add -password-stdin -address e@postoffice.test eve", 0, `eve has the address e@postoffice\.test\n`},
	{"without a line end", "add -password-stdin frank -address f@postoffice.test", 0, `frank has the address f@postoffice\.test\n`},
	{"", "add -password-stdin grace", 1, `postoffice: password: the line from standard input is empty\n`},
	{"seven-7\n", "add -password-stdin grace", 1, `postoffice: password: it is too short; choose one of 8 characters or more\n`},
	{"", "add gra\u0007ce -administrator", 1, `postoffice: .*can't be an account's name: use letters.*\n`},
	{"\n", "add -password-stdin grace", 1, `postoffice: password: the line from standard input is empty\n`},
	{strings.Repeat("x", 4097) + "\n", "add -password-stdin grace", 1, `postoffice: password: more than 4096 octets\n`},
	{"", "add grace -address grace@elsewhere.example", 1, `postoffice: user grace: address "grace@elsewhere\.example": its domain is not local: name it in the configuration, .*local-domains, and reload\n`},
	{"", "password alice", 0, `alice has the password [a-z2-7]{16}\n`},
	{"new secret\n", "password bob -password-stdin", 0, ``},
	{"", "password nobody", 1, `postoffice: user nobody: .*not found\n`},
	{"", "disable eve", 0, ``},
	{"", "disable nobody", 1, `postoffice: user nobody: .*not found\n`},
	{"", "disable frank", 0, ``},
	{"", "enable frank", 0, ``},
	{"", "set alice -display Alice -surname Poe -phone 1", 0, ``},
	{"", "set Alice -phone 2 -without pop3,im -quota 90MB,none,1GiB -address a@postoffice.test -address alice@postoffice.test", 0, ``},
	{"", "show ALICE", 0, `name +alice\ndisplay +Alice\nsurname +Poe\nphone +2\naddresses +a@postoffice\.test alice@postoffice\.test\n` +
		`state +enabled, administrator\nwithout +im pop3\noctets +0\nwarned at +90 MB\ncan't send at +none\ngets no mail at +1 GiB\n`},
	{"", "show alice -json", 0, `\{\n\t"name": "alice",\n(.*\n)*\t"quota": \{\n\t\t"warn": 90000000,\n\t\t"no_send": -1,\n\t\t"no_receive": 1073741824\n(.*\n)*\}\n`},
	{"", "set alice -json -without= -quota 10MB -address alice@postoffice.test", 0, `\{\n(.*\n)*\t"without": \[\],\n\t"quota": \{\n\t\t"warn": 0,\n\t\t"no_send": 0,\n\t\t"no_receive": 10000000\n(.*\n)*\}\n`},
	{"", "set alice -quota default", 0, ``},
	{"", "set alice", 1, `postoffice: user set: nothing is to be changed; name it with a flag, -help lists them\n`},
	{"", "set alice -without gopher", 1, `postoffice: there is no service "gopher" to be switched off, but pop3, imap4, .*\n`},
	{"", "set nobody -phone 1", 1, `postoffice: user nobody: not found\n`},
	{"", "show nobody", 1, `postoffice: user nobody: not found\n`},
	{"", "add -json gina -given Gina -surname Gee", 0, `\{\n\t"name": "gina",\n(.*\n)*\t"password": "[a-z2-7]{16}"\n\}\n`},
	{"", "set alice -quota 3kB,2kB,1kB", 1, `postoffice: quota: the end of sending at 2000 octets comes before the warning at 3000: .*\n`},
	{"", "set alice -administrator=false", 0, ``},
	{"", "set gina -administrator", 0, ``},
	{"", "show gina", 0, `(.*\n)*state +enabled, administrator\n(.*\n)*`},
	{"", "remove gina", 0, ``},
	{"", "remove carol", 0, ``},
	{"", "remove carol", 1, `postoffice: user carol: .*not found\n`},
	{"", "list", 0, `NAME   ADDRESSES                               OCTETS  STATE\n` +
		`alice  alice@postoffice\.test                   0       enabled\n` +
		`bob    bob@postoffice\.test                     0       enabled\n` +
		`dave   d@postoffice\.test dave@postoffice\.test  0       enabled\n` +
		`eve    e@postoffice\.test                       0       disabled\n` +
		`frank  f@postoffice\.test                       0       enabled\n`},
}

// The commands do the same whether the server runs or not.
func TestUser(t *testing.T) {
	for name, runs := range map[string]bool{"server runs": true, "server is stopped": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := serving(t, filepath.Join(t.TempDir(), "ready.json"), "-data", dir)
			if !runs {
				s.stop()
			}
			for _, step := range userSteps {
				args := append([]string{"user"}, strings.Fields(step.args)...)
				status, stdout, stderr := command(t, step.stdin, append(args, "-data", dir)...)
				require.Equal(t, step.status, status, "%s: %s", step.args, stderr)
				printed, other := stdout, stderr
				if status != 0 {
					printed, other = stderr, stdout
				}
				require.Regexp(t, regexp.MustCompile(`^`+step.out+`$`), printed, step.args)
				require.Empty(t, other, step.args)
			}
		})
	}
}

// A password of the greatest length is kept whole.
func TestLongPassword(t *testing.T) {
	long := strings.Repeat("x", maxPassword)
	for _, end := range []string{"", "\n", "\r\n"} {
		f := &userFlags{fromStdin: true}
		require.NoError(t, f.readPassword(strings.NewReader(long+end)))
		require.Equal(t, long, f.password)
		require.Error(t, f.readPassword(strings.NewReader(long+"x"+end)))
	}
	f := &userFlags{fromStdin: true}
	require.NoError(t, f.readPassword(strings.NewReader(" spaces and \r stay \n")))
	require.Equal(t, " spaces and \r stay ", f.password)
}

// A password is read before the data folder is looked at, so that nobody waits
// for who types it.
func TestPasswordFirst(t *testing.T) {
	status, _, stderr := command(t, "", "user", "add", "alice", "-password-stdin", "-data", t.TempDir())
	require.Equal(t, 1, status)
	require.Equal(t, "postoffice: password: the line from standard input is empty\n", stderr)
}

// Each command has its line in the general help.
func TestUserCommandsInHelp(t *testing.T) {
	var names []string
	for _, cmd := range userCommands {
		names = append(names, cmd.name)
	}
	_, _, stderr := command(t, "", "-help")
	require.Contains(t, stderr, "postoffice user "+strings.Join(names, "|")+" ")
	for _, s := range office.Services() {
		require.Contains(t, stderr, "\n  -"+s.Flag+" address\n")
	}
}
