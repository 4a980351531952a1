package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// newsgroupSteps are commands, what they exit with, and what they print.
var newsgroupSteps = []struct {
	args   []string
	status int
	out    string
}{
	{[]string{"list"}, 0, "NAME           ARTICLES  POSTING  DESCRIPTION\nlocal.general  0         yes      What is of interest here\nlocal.test     0         yes      Tests of posting\n"},
	{[]string{"add", "local.a", "-moderator", "alice@postoffice.test", "-description", "A place"}, 0, ""},
	{[]string{"add", "-closed", "local.b"}, 0, ""},
	{[]string{"remove", "local.test"}, 0, ""},
	{[]string{"list"}, 0, "NAME           ARTICLES  POSTING                   DESCRIPTION\nlocal.a        0         by alice@postoffice.test  A place\nlocal.b        0         no                        \nlocal.general  0         yes                       What is of interest here\n"},
	{[]string{"remove", "local.test"}, 1, "postoffice: nntp: no such newsgroup\n"},
	{[]string{"add", "local..x"}, 1, "postoffice: newsgroup \"local..x\": write letters, digits, +, - and _ with dots between\n"},
	{[]string{"add", "local.x", "-closed", "-moderator", "a@b.example"}, 1, "postoffice: a newsgroup has a moderator, or is closed, not both\n"},
	{[]string{"-help"}, 0, "usage: postoffice newsgroup COMMAND [flags] [NAME]\n\n  list          list the newsgroups\n  add     NAME  make a newsgroup, or change it\n  remove  NAME  remove a newsgroup and all its articles\n"},
}

func TestNewsgroup(t *testing.T) {
	for name, runs := range map[string]bool{"server runs": true, "server is stopped": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := serving(t, filepath.Join(t.TempDir(), "ready.json"), "-data", dir)
			if !runs {
				s.stop()
			}
			for _, step := range newsgroupSteps {
				args := append([]string{"newsgroup"}, step.args...)
				if step.args[0] != "-help" {
					args = append(args, "-data", dir)
				}
				status, stdout, stderr := command(t, "", args...)
				require.Equal(t, step.status, status, "%s: %s", step.args, stderr)
				require.Equal(t, step.out, stdout+stderr, step.args)
			}
		})
	}
	_, _, stderr := command(t, "", "-help")
	var names []string
	for _, cmd := range newsgroupCommands {
		names = append(names, cmd.name)
	}
	require.Contains(t, stderr, "postoffice newsgroup "+strings.Join(names, "|")+" ")
}
