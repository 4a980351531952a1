//go:build interop

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tryLine is a line of the welcome that says what to type.
var tryLine = regexp.MustCompile(`(?m)^  ((?:swaks|curl|nntp-list) .*)$`)

// printed waits until the program has printed all of its welcome.
func (p *program) printed(t *testing.T) string {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-ticker.C {
		text, err := os.ReadFile(p.stdout)
		require.NoError(t, err)
		if strings.Contains(string(text), "Ctrl-C stops the server.\n") {
			return string(text)
		}
		require.True(t, time.Now().Before(deadline), "the welcome is not complete after a minute:\n%s", text)
	}
}

// TestWelcomeIsTrue types what the program says to type, as a newcomer would.
func TestWelcomeIsTrue(t *testing.T) {
	p := startProgram(t, buildProgram(t, "."), filepath.Join(t.TempDir(), "data"))
	var typed []string
	for _, m := range tryLine.FindAllStringSubmatch(p.printed(t), -1) {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", m[1]).CombinedOutput()
		require.NoError(t, err, "%s\n%s", m[1], out)
		verb, _, _ := strings.Cut(m[1], " ")
		typed = append(typed, verb)
		switch verb {
		case "nntp-list":
			require.Contains(t, string(out), "local.test")
		case "curl":
			require.Contains(t, string(out), "Return-Path: <"+p.ready.Users[1].Address+">")
			require.Contains(t, string(out), "To: "+p.ready.Users[0].Address)
			require.Contains(t, string(out), "This is a test mailing", "what swaks sends")
		}
	}
	require.Equal(t, []string{"swaks", "swaks", "curl", "curl", "nntp-list"}, typed)
}

// TestConformanceCommand has the conformance command check the server, as the
// README says. That all cases pass, on all ports, is tested in package office.
func TestConformanceCommand(t *testing.T) {
	p := startProgramWith(t, buildProgram(t, "."), filepath.Join(t.TempDir(), "data"), "-unguarded")
	alice := p.ready.Users[0]
	for _, line := range tryLine.FindAllStringSubmatch(p.printed(t), -1)[:2] { // some mail
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line[1]).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	conformance := buildProgram(t, "../conformance")
	for _, args := range [][]string{
		{"smtp", p.ready.Submissions, "-tls", "-to", alice.Address},
		{"pop3", p.ready.POP3},
		{"nntp", p.ready.NNTPS, "-tls", "-group", "local.test", "-post"},
		{"imap4", p.ready.IMAP, "-scratch", "wirepost-test", "-other", p.ready.Users[1].Name, "-run", "^(ACL|FETCH|LOGIN|SEARCH|STATUS)/"},
	} {
		cmd := exec.CommandContext(t.Context(), conformance, append(args, "-user", alice.Name)...)
		cmd.Env = append(os.Environ(), "CONFORMANCE_PASSWORD="+alice.Password)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%q\n%s", args, out)
		require.Regexp(t, `\n\d{2,} passed, 0 failed, \d+ do not apply\n$`, string(out))
		require.NotContains(t, string(out), alice.Password)
	}
}
