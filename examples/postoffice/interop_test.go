//go:build interop

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A program is the server in a process of its own, so that it can be killed.
type program struct {
	cmd    *exec.Cmd
	ready  readyFile
	stdout string     // the file that it prints to
	exited chan error // gets how it ended
}

type readyFile struct {
	SMTP        string `json:"smtp"`
	SMTPS       string `json:"smtps"`
	Submission  string `json:"submission"`
	Submissions string `json:"submissions"`
	POP3        string `json:"pop3"`
	POP3S       string `json:"pop3s"`
	IMAP        string `json:"imap"`
	IMAPS       string `json:"imaps"`
	NNTP        string `json:"nntp"`
	NNTPS       string `json:"nntps"`
	Users       []struct{ Name, Address, Password string }
}

// buildProgram builds a program from the folder of its source.
func buildProgram(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	out, err := exec.Command("go", "build", "-o", path, folder).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// startProgram starts the server on a data folder and waits until it is
// ready.
func startProgram(t *testing.T, path, dir string) *program {
	t.Helper()
	p := startProgramWith(t, path, dir)
	require.GreaterOrEqual(t, len(p.ready.Users), 2)
	return p
}

// startProgramWith is startProgram with flags.
func startProgramWith(t *testing.T, path, dir string, flags ...string) *program {
	t.Helper()
	readyPath := filepath.Join(t.TempDir(), "ready.json")
	p := &program{
		cmd:    exec.Command(path, append([]string{"-ephemeral", "-data", dir, "-ready", readyPath, "-insecure-auth"}, flags...)...),
		stdout: filepath.Join(t.TempDir(), "stdout"),
	}
	stdout, err := os.Create(p.stdout)
	require.NoError(t, err)
	defer stdout.Close() // it has its own
	p.cmd.Stdout = stdout
	p.cmd.Stderr = t.Output()
	require.NoError(t, p.cmd.Start())
	t.Cleanup(p.kill)
	p.exited = make(chan error, 1)
	go func() { p.exited <- p.cmd.Wait() }()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.After(time.Minute); ; {
		select {
		case err := <-p.exited:
			require.FailNow(t, "the server has ended", "%v", err)
		case <-deadline:
			require.FailNow(t, "the server is not ready after a minute")
		case <-ticker.C:
		}
		content, err := os.ReadFile(readyPath)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(content, &p.ready))
		return p
	}
}

// stop has the program end by itself.
func (p *program) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, <-p.exited)
}

func (p *program) kill() { _ = p.cmd.Process.Signal(syscall.SIGKILL) }

// A letter is a test message and the client that sends it.
type letter struct {
	id      int
	content string // ends in CRLF
	file    string
	send    func(ctx context.Context, p *program, l *letter) *exec.Cmd
}

// contents are the kinds of messages: what stands behind the letter's own
// header.
var contents = []struct {
	name, text string
}{
	{"plain", "Subject: plain\r\n\r\nOne line.\r\n"},
	{"dots", "Subject: dots\r\n\r\n.\r\n..\r\n. \r\n...x\r\n.QUIT\r\n\r\n.\r\nend\r\n"},
	{"8-bit", "Subject: 8-bit\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nna\u00efve \xff\xfe\x80\r\n"},
	{"empty body", "Subject: empty\r\n\r\n"},
	{"header only", "Subject: header only\r\n"},
	{"long line", "Subject: long\r\n\r\n" + strings.Repeat("x", 990) + "\r\n"},
	{"many lines", "Subject: many\r\n\r\n" + strings.Repeat("The quick brown fox.\r\n", 5000)},
}

// tenMiB is a message of more than 10 MiB, with dots at the start of lines.
func tenMiB() string {
	line := strings.Repeat("0123456789", 7) + "\r\n"
	return "Subject: 10 MiB\r\n\r\n" + strings.Repeat("."+line, (10<<20)/len(line)+1)
}

// senders are the clients and the ways they connect. swaks adds the last line
// end of a message by itself.
var senders = []struct {
	name string
	end  string // what the client adds to a file
	send func(ctx context.Context, p *program, l *letter) *exec.Cmd
}{
	{"swaks", "\r\n", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		return swaks(ctx, l, p, "--server", p.ready.SMTP)
	}},
	{"swaks STARTTLS", "\r\n", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		return swaks(ctx, l, p, "--server", p.ready.SMTP, "--tls")
	}},
	{"swaks TLS", "\r\n", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		return swaks(ctx, l, p, "--server", p.ready.SMTPS, "--tls-on-connect")
	}},
	{"swaks submission", "\r\n", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		bob := p.ready.Users[1]
		return swaks(ctx, l, p, "--server", p.ready.Submission, "--tls", "--auth", "LOGIN", "--auth-user", bob.Name, "--auth-password", bob.Password)
	}},
	{"curl", "", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		return curlSend(ctx, l, p, "smtp://"+p.ready.SMTP)
	}},
	{"curl STARTTLS", "", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		return curlSend(ctx, l, p, "smtp://"+p.ready.SMTP, "--ssl-reqd")
	}},
	{"curl TLS", "", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		return curlSend(ctx, l, p, "smtps://"+p.ready.SMTPS)
	}},
	{"curl submission", "", func(ctx context.Context, p *program, l *letter) *exec.Cmd {
		bob := p.ready.Users[1]
		return curlSend(ctx, l, p, "smtps://"+p.ready.Submissions, "--user", bob.Name+":"+bob.Password)
	}},
}

func swaks(ctx context.Context, l *letter, p *program, args ...string) *exec.Cmd {
	args = append(args, "--from", p.ready.Users[1].Address, "--to", p.ready.Users[0].Address,
		"--data", "@"+l.file, "--suppress-data", "--timeout", "60")
	return exec.CommandContext(ctx, "swaks", args...)
}

func curlSend(ctx context.Context, l *letter, p *program, url string, args ...string) *exec.Cmd {
	args = append(args, "--silent", "--show-error", "--insecure", "--max-time", "60",
		"--mail-from", p.ready.Users[1].Address, "--mail-rcpt", p.ready.Users[0].Address, "--upload-file", l.file, url)
	return exec.CommandContext(ctx, "curl", args...)
}

// letters makes n letters, of all kinds by all clients.
func letters(t *testing.T, n int) []*letter {
	t.Helper()
	dir := t.TempDir()
	list := make([]*letter, n)
	for i := range list {
		text := contents[i%len(contents)].text
		if i%25 == 7 {
			text = tenMiB()
		}
		sender := senders[i%len(senders)]
		if _, body, _ := strings.Cut(text, "\r\n\r\n"); body == "" {
			// swaks gives every message a body.
			sender = senders[len(senders)/2+i%(len(senders)/2)]
		}
		l := &letter{
			id:      i,
			content: fmt.Sprintf("X-Letter: %d\r\n", i) + text,
			file:    filepath.Join(dir, strconv.Itoa(i)),
			send:    sender.send,
		}
		content := strings.TrimSuffix(l.content, sender.end)
		require.NoError(t, os.WriteFile(l.file, []byte(content), 0o600))
		list[i] = l
	}
	return list
}

// sendAll sends letters, a few at a time, and returns those that the server
// has acknowledged. acknowledged is called after each.
func sendAll(t *testing.T, p *program, list []*letter, acknowledged func(total int32)) map[int]bool {
	t.Helper()
	var (
		mu    sync.Mutex
		acked = make(map[int]bool)
		total atomic.Int32
		work  = make(chan *letter)
		wg    sync.WaitGroup
	)
	for range 4 {
		wg.Go(func() {
			for l := range work {
				out, err := l.send(t.Context(), p, l).CombinedOutput()
				if err != nil {
					t.Logf("letter %d was not acknowledged: %v: %s", l.id, err, lastLine(out))
					continue
				}
				mu.Lock()
				acked[l.id] = true
				mu.Unlock()
				acknowledged(total.Add(1))
			}
		})
	}
	for _, l := range list {
		work <- l
	}
	close(work)
	wg.Wait()
	return acked
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// TestAcknowledgedMailSurvives sends mail with real clients, kills the server
// in the middle, starts it again, sends the rest, and reads all back by POP3.
func TestAcknowledgedMailSurvives(t *testing.T) {
	const n = 100
	path, dir := buildProgram(t, "."), filepath.Join(t.TempDir(), "data")
	list := letters(t, n)

	first := startProgram(t, path, dir)
	acked := sendAll(t, first, list, func(total int32) {
		if total == n/2 {
			first.kill()
		}
	})
	require.GreaterOrEqual(t, len(acked), n/2)
	require.Less(t, len(acked), n, "the server was killed too late to matter")
	t.Logf("%d of %d letters were acknowledged before the server was killed", len(acked), n)

	second := startProgram(t, path, dir)
	var rest []*letter
	for _, l := range list {
		if !acked[l.id] {
			rest = append(rest, l)
		}
	}
	again := sendAll(t, second, rest, func(int32) {})
	require.Len(t, again, len(rest), "letters that the second server did not take")

	seen := readAll(t, second, list)
	duplicates := 0
	for _, l := range list {
		require.NotZero(t, seen[l.id], "letter %d was acknowledged and is lost", l.id)
		if acked[l.id] {
			require.Equal(t, 1, seen[l.id], "letter %d was acknowledged at once and is here more than once", l.id)
		}
		duplicates += seen[l.id] - 1
	}
	t.Logf("all %d letters are there; %d twice, whose acknowledgement was lost with the server", n, duplicates)
}

var letterHeader = regexp.MustCompile(`(?m)^X-Letter: (\d+)\r$`)

// readAll reads the first user's mail with curl, in all the ways it can
// connect, and checks that each message is, byte for byte, one that was sent.
// It returns how often each letter is there.
func readAll(t *testing.T, p *program, list []*letter) map[int]int {
	t.Helper()
	alice := p.ready.Users[0]
	ways := [][]string{
		{"pop3://" + p.ready.POP3},
		{"pop3://" + p.ready.POP3, "--ssl-reqd"},
		{"pop3s://" + p.ready.POP3S},
	}
	fetch := func(way []string, number string) []byte {
		args := append([]string{"--silent", "--show-error", "--insecure", "--user", alice.Name + ":" + alice.Password, way[0] + "/" + number}, way[1:]...)
		var stderr bytes.Buffer
		cmd := exec.CommandContext(t.Context(), "curl", args...)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "curl %s: %s", way[0], stderr.String())
		return out
	}
	count := strings.Count(string(fetch(ways[0], "")), "\n")
	seen := make(map[int]int)
	for i := range count {
		content := string(fetch(ways[i%len(ways)], strconv.Itoa(i+1)))
		at := letterHeader.FindStringSubmatchIndex(content)
		require.NotNil(t, at, "message %d is none of the letters", i+1)
		id, err := strconv.Atoi(content[at[2]:at[3]])
		require.NoError(t, err)
		if got := content[at[0]:]; got != list[id].content {
			require.FailNow(t, "changed on its way", "letter %d: %.300q, want %.300q", id, got, list[id].content)
		}
		require.True(t, strings.HasPrefix(content, "Return-Path: <"), "letter %d has no Return-Path", id)
		seen[id]++
	}
	return seen
}
