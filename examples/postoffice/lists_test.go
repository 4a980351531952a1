package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// listSteps are commands, what they exit with, and what they print.
var listSteps = []struct {
	args   string
	status int
	out    string // a regular expression
}{
	{"group list", 0, `ADDRESS  MEMBERS  OWNER  DISPLAY\n`},
	{"group set sales alice bob@postoffice.test x@elsewhere.example -display Sales -owner bob", 0, ``},
	{"group set staff -senders postoffice.test,boss@elsewhere.example -hidden", 0, ``},
	{"group add-member staff sales ALICE alice", 0, ``},
	{"group show staff", 0, `address  staff@postoffice\.test\nsenders  postoffice\.test boss@elsewhere\.example\nhidden   yes\n` +
		`member   sales@postoffice\.test\nmember   ALICE@postoffice\.test\n`},
	{"group remove-member staff alice", 0, ``},
	{"group remove-member staff alice", 1, `postoffice: alice is no member of staff@postoffice\.test\n`},
	{"group set staff -hidden=false -senders= -json", 0, `\{\n\t"address": "staff@postoffice\.test",\n(.*\n)*\t"senders": \[\],\n\t"hidden": false,\n\t"alias": false\n\}\n`},
	{"group list", 0, `ADDRESS                MEMBERS  OWNER                DISPLAY\nsales@postoffice\.test  3        bob@postoffice\.test  Sales\nstaff@postoffice\.test  1 +\n`},
	{"group set alice bob", 1, `postoffice: list alice: .*address "alice@postoffice\.test" is an account's: exists already\n`},
	{"group show nobody", 1, `postoffice: group nobody: not found\n`},
	{"alias set info sales@postoffice.test", 0, ``},
	{"alias set INFO alice", 0, ``},
	{"alias set sales alice", 1, `postoffice: sales@postoffice\.test is a group; use postoffice group\n`},
	{"group remove info", 1, `postoffice: info@postoffice\.test is an alias; use postoffice alias\n`},
	{"alias list", 0, `ADDRESS               STANDS FOR\ninfo@postoffice\.test  alice@postoffice\.test\n`},
	{"alias list -json", 0, `\[\n\t\{\n\t\t"address": "info@postoffice\.test",\n(.*\n)*\]\n`},
	{"alias remove info@postoffice.test", 0, ``},
	{"alias remove info", 1, `postoffice: alias info: not found\n`},
	{"group remove sales", 0, ``},
	{"group show staff", 0, `address  staff@postoffice\.test\n`},
	{"group -help", 0, `usage: postoffice group COMMAND \[flags\] \[ADDRESS \[MEMBER\.\.\.\]\]\n(.*\n)+`},
}

func TestListCommands(t *testing.T) {
	for name, runs := range map[string]bool{"server runs": true, "server is stopped": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := serving(t, filepath.Join(t.TempDir(), "ready.json"), "-data", dir)
			if !runs {
				s.stop()
			}
			for _, step := range listSteps {
				args := strings.Fields(step.args)
				if args[1] != "-help" {
					args = append(args, "-data", dir)
				}
				status, stdout, stderr := command(t, "", args...)
				require.Equal(t, step.status, status, "%s: %s", step.args, stderr)
				require.Regexp(t, regexp.MustCompile(`^`+step.out+`$`), stdout+stderr, step.args)
			}
		})
	}
	_, _, stderr := command(t, "", "-help")
	for _, k := range []kind{groups, aliases} {
		var names []string
		for _, cmd := range k.commands {
			names = append(names, cmd.name)
		}
		require.Contains(t, stderr, "postoffice "+k.name+" "+strings.Join(names, "|")+" ")
	}
}
