package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A party is a process that somebody chats by.
type party struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// chats starts one. Its words are those that a shell would make of the command.
func chats(t *testing.T, password string, words ...string) *party {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	p := &party{cmd: exec.CommandContext(t.Context(), program, words[1:]...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1", "XDG_CONFIG_HOME="+t.TempDir(), "HOME="+t.TempDir())
	p.cmd.Stderr = t.Output()
	p.in, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.out = bufio.NewScanner(out)
	require.NoError(t, p.cmd.Start())
	p.types(t, password)
	return p
}

func (p *party) types(t *testing.T, line string) {
	t.Helper()
	_, err := io.WriteString(p.in, line+"\n")
	require.NoError(t, err)
}

// sees reads lines until it is the one that is wanted.
func (p *party) sees(t *testing.T, line string) {
	t.Helper()
	for p.out.Scan() {
		if p.out.Text() == line {
			return
		}
	}
	t.Fatalf("never saw %q", line)
}

// What im.md shows is what happens: two processes do it, line by line.
func TestChatAsDescribed(t *testing.T) {
	s := serving(t, filepath.Join(t.TempDir(), "ready"), "-legacy-auth")
	text, err := os.ReadFile("im.md")
	require.NoError(t, err)
	parties := make(map[string]*party)
	var last *party
	inside, done := false, 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "```") {
			inside = line == "```console"
			continue
		}
		if !inside || strings.HasPrefix(line, "server$ ") {
			continue
		}
		done++
		who, what, _ := strings.Cut(line, " ")
		switch {
		case strings.HasSuffix(who, "$"):
			who = strings.TrimSuffix(who, "$")
			command := strings.ReplaceAll(what, "127.0.0.1:2080", s.ready["http"].(string))
			last = chats(t, s.password(t, who), strings.Fields(command)...)
			parties[who] = last
		case strings.HasSuffix(who, ">"):
			last = parties[strings.TrimSuffix(who, ">")]
			last.types(t, what)
		case strings.HasSuffix(who, ":"):
			parties[strings.TrimSuffix(who, ":")].sees(t, what)
		default:
			last.sees(t, line)
		}
	}
	require.Equal(t, 16, done, "lines of im.md")
	for _, p := range parties {
		require.NoError(t, p.cmd.Wait())
	}
}

func (s *server) password(t *testing.T, name string) string {
	t.Helper()
	for _, u := range s.users {
		if u.Name == name {
			return u.Password
		}
	}
	t.Fatalf("there is no demo user %s", name)
	return ""
}

// Contacts are kept, a wrong password is told, and so are mistakes.
func TestChatCommands(t *testing.T) {
	s := serving(t, filepath.Join(t.TempDir(), "ready"), "-legacy-auth")
	contacts := filepath.Join(t.TempDir(), "new", "contacts")
	args := []string{"im", "-server", s.ready["http"].(string), "-contacts", contacts, "alice@postoffice.test"}
	password := s.password(t, "alice") + "\n"
	status, out, _ := command(t, password+"/add bob\n/list\nto nobody\n/eat\n/talk 7\n/add mallory\n/msg\n/busy\n/help\n", args...)
	require.Equal(t, 0, status)
	for _, want := range []string{
		"  bob                  offline\n", "! you are in no conversation: begin one with /to NAME\n", "! there is no /eat: /help lists",
		"! there is no such conversation", "! there is no user mallory\n", "! write it as /msg NAME TEXT\n", "* you are busy\n",
		"    /add NAME...         add to your contacts\n",
	} {
		require.Contains(t, out, want)
	}
	kept, err := os.ReadFile(contacts)
	require.NoError(t, err)
	require.Equal(t, "http://im.postoffice.test/instmsg/aliases/bob\n", string(kept))
	status, out, _ = command(t, password+"/list\n/remove bob\n/list\n/msg bob Are you there?\n", args...)
	require.Equal(t, 0, status)
	require.Contains(t, out, "  bob                  offline\n")
	require.Contains(t, out, "! you have no contacts: add one with /add NAME\n")
	require.Contains(t, out, "the user cannot be reached")

	status, _, errs := command(t, "wrong\n", args...)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "check the name and the password")
	status, _, errs = command(t, "", args...)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "password: EOF")
	status, _, errs = command(t, "", "im")
	require.Equal(t, 2, status)
	require.Contains(t, errs, "usage: postoffice im [flags] USER@DOMAIN")
}
