//go:build interop

package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// A walk is somebody who follows the walk-through.
type walk struct {
	bin, folder string
	shift       int // of the ports, so that others can be at those that the text names
	terminals   map[string]*terminal
}

// A terminal is a command that goes on.
type terminal struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	output string // the file that it prints to
	seen   int    // what of it was read
	exited chan error
}

// TestWalkthrough does what WALKTHROUGH.md says, with the clients that it names, and compares what comes of
// it with what is said there.
func TestWalkthrough(t *testing.T) {
	markdown, err := os.ReadFile("WALKTHROUGH.md")
	require.NoError(t, err)
	steps, err := readWalk(string(markdown))
	require.NoError(t, err)
	require.Greater(t, len(steps), 20)
	w := &walk{bin: t.TempDir(), folder: t.TempDir(), shift: freeShift(t, string(markdown)), terminals: map[string]*terminal{}}
	for _, s := range steps {
		w.take(t, s)
	}
	for name, term := range w.terminals {
		if name != "dns" { // nobody says that it ends
			require.NotEmpty(t, term.exited, "%s goes on", name)
		}
	}
}

// freeShift returns what to add to the ports of the text for ports that are free, and which no outgoing
// connection gets.
func freeShift(t *testing.T, markdown string) int {
	t.Helper()
	var ports []int
	for _, s := range office.Services() {
		ports = append(ports, s.Port)
	}
	for _, m := range walkPort.FindAllStringSubmatch(markdown, -1) {
		port, err := strconv.Atoi(m[2])
		require.NoError(t, err)
		ports = append(ports, port)
	}
	for _, k := range rand.Perm(20) {
		shift := (8 + k) * 1000
		free := true
		for _, port := range ports {
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port+shift)))
			if free = err == nil; !free {
				break
			}
			require.NoError(t, l.Close())
		}
		if free {
			return shift
		}
	}
	require.FailNow(t, "no ports are free")
	return 0
}

// walkPort is a port in a command or in what comes of it.
var walkPort = regexp.MustCompile(`(127\.0\.0\.1:|-relay-port )(2\d{3})\b`)

func (w *walk) shifted(text string) string {
	return walkPort.ReplaceAllStringFunc(text, func(s string) string {
		at := len(s) - 4
		port, _ := strconv.Atoi(s[at:])
		return s[:at] + strconv.Itoa(port+w.shift)
	})
}

// walkServer is the start of a server.
var walkServer = regexp.MustCompile(`^postoffice -`)

// command is a block of commands as it is run: the ports that a server has by default are named.
func (w *walk) command(text string) string {
	text = strings.TrimSuffix(text, "\n")
	switch {
	case walkServer.MatchString(text):
		for _, s := range office.Services() {
			if flag := fmt.Sprintf(" -%s 127", s.Flag); !strings.Contains(text, flag) && !strings.Contains(text, " -ephemeral") {
				text += fmt.Sprintf("%s.0.0.1:%d", flag, s.Port)
			}
		}
	case strings.HasPrefix(text, "dnszone "):
		text = strings.Replace(text, "dnszone ", "dnszone -listen 127.0.0.1:2053 ", 1)
	}
	return w.shifted(text)
}

// shell runs commands as they stand, in the folder of the walk, for a user who has nothing yet.
func (w *walk) shell(t *testing.T, script string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	cmd.Dir = w.folder
	cmd.Env = append(os.Environ(), "PATH="+w.bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"HOME="+w.folder, "XDG_CONFIG_HOME="+w.folder, "XDG_DATA_HOME="+w.folder)
	return cmd
}

// take takes one step.
func (w *walk) take(t *testing.T, s *step) {
	t.Helper()
	for i := range s.promise {
		s.promise[i] = w.shifted(s.promise[i])
	}
	switch s.do {
	case "in the repository":
		cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", s.text)
		cmd.Dir, cmd.Env = filepath.Join("..", ".."), append(os.Environ(), "GOBIN="+w.bin)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	case "run", "again":
		w.run(t, s)
	case "terminal":
		w.open(t, s)
		w.see(t, s)
	case "typed":
		_, err := io.WriteString(w.terminal(t, s).in, s.text)
		require.NoError(t, err)
	case "seen":
		w.see(t, s)
	case "Ctrl-C":
		term := w.terminal(t, s)
		require.NoError(t, term.cmd.Process.Signal(os.Interrupt))
		select {
		case err := <-term.exited:
			require.NoError(t, err)
			term.exited <- err
		case <-time.After(time.Minute):
			require.FailNow(t, "it does not end", "line %d", s.line)
		}
	}
}

// run runs commands, until they print what was promised if the text says so.
func (w *walk) run(t *testing.T, s *step) {
	t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-ticker.C {
		out, err := w.shell(t, w.command(s.text)).CombinedOutput()
		_, missing := keeps(s.promise, string(out))
		if err == nil && missing == "" {
			return
		}
		if s.do != "again" || time.Now().After(deadline) {
			require.NoError(t, err, "line %d: %s%s", s.line, s.text, out)
			require.Empty(t, missing, "line %d: %sdoes not print this, but\n%s", s.line, s.text, out)
		}
	}
}

// open starts what goes on. Its terminal is a pipe, as nobody looks at it.
func (w *walk) open(t *testing.T, s *step) {
	t.Helper()
	require.NotContains(t, w.terminals, s.name, "line %d", s.line)
	term := &terminal{output: filepath.Join(t.TempDir(), "output"), exited: make(chan error, 1)}
	term.cmd = w.shell(t, "exec "+w.command(s.text))
	out, err := os.Create(term.output)
	require.NoError(t, err)
	defer out.Close() // it has its own
	term.cmd.Stdout, term.cmd.Stderr = out, out
	term.in, err = term.cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, term.cmd.Start())
	go func() { term.exited <- term.cmd.Wait() }()
	t.Cleanup(func() {
		_ = term.cmd.Process.Signal(syscall.SIGKILL)
		term.exited <- <-term.exited
	})
	w.terminals[s.name] = term
}

func (w *walk) terminal(t *testing.T, s *step) *terminal {
	t.Helper()
	require.Contains(t, w.terminals, s.name, "line %d", s.line)
	return w.terminals[s.name]
}

// see waits until a terminal shows what was promised.
func (w *walk) see(t *testing.T, s *step) {
	t.Helper()
	term := w.terminal(t, s)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-ticker.C {
		out, err := os.ReadFile(term.output)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			require.NoError(t, err)
		}
		rest, missing := keeps(s.promise, string(out[term.seen:]))
		if missing == "" {
			term.seen = len(out) - len(rest)
			return
		}
		require.True(t, time.Now().Before(deadline), "line %d: %q is not seen in\n%s", s.line, missing, out)
	}
}
