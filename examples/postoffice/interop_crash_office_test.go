//go:build interop

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/internal/wire"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// A crashMail is a message with some recipients.
type crashMail struct {
	id            string
	local, remote []string
	large         bool // its octets are in a file, not in the database
}

// queued tells that the queue is to have it.
func (m *crashMail) queued() bool { return len(m.remote) > 0 }

func (m *crashMail) text() string {
	lines := 3
	if m.large {
		lines = 1500 // of more than 64 octets
	}
	return fmt.Sprintf("X-Crash: %s\r\nSubject: crash\r\n\r\n", m.id) +
		strings.Repeat(fmt.Sprintf("%-70s\r\n", m.id), lines) + fmt.Sprintf("end of %s after %d lines\r\n", m.id, lines)
}

var (
	crashHeader = regexp.MustCompile(`(?m)^X-Crash: (\S+)\r$`)
	crashEnd    = regexp.MustCompile(`end of (\S+) after (\d+) lines\r\n$`)
)

// readCrashMail checks that a message is one as text makes them, all of it, and
// returns its id.
func readCrashMail(text string) (string, error) {
	at := crashHeader.FindStringSubmatchIndex(text)
	end := crashEnd.FindStringSubmatch(text)
	if at == nil || end == nil {
		return "", fmt.Errorf("not a message of this test: %.2000q", text)
	}
	m := crashMail{id: text[at[2]:at[3]], large: end[2] != "3"}
	if m.text() != text[at[0]:] {
		return "", fmt.Errorf("message %s was changed", m.id)
	}
	return m.id, nil
}

// A post is a process of the server that relays.
type post struct {
	readyFile
	cmd  *exec.Cmd
	log  string // the file that it logs to
	done chan struct{}
}

// launch starts the server on a data folder.
func launch(t *testing.T, path, dir, smartHost string) *post {
	t.Helper()
	logs := t.TempDir()
	p := &post{
		cmd: exec.Command(path, "-ephemeral", "-data", dir, "-ready", filepath.Join(logs, "ready.json"), "-insecure-auth",
			"-smarthost", smartHost, "-trust", "127.0.0.0/8", "-private", "-retry", "200ms", "-expire", "1h"),
		log:  filepath.Join(logs, "log"),
		done: make(chan struct{}),
	}
	log, err := os.Create(p.log)
	require.NoError(t, err)
	defer log.Close() // it has its own
	p.cmd.Stdout, p.cmd.Stderr = log, log
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends it, and waits until it is gone.
func (p *post) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop has it end by itself, and waits until it is gone.
func (p *post) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	<-p.done
}

// logged is the end of what it has logged.
func (p *post) logged() string {
	text, _ := os.ReadFile(p.log)
	return string(text[max(0, len(text)-4000):])
}

// await waits until it is ready.
func (p *post) await(t *testing.T) {
	t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.After(time.Minute); ; {
		select {
		case <-p.done:
			require.FailNow(t, "the server has ended", "%s", p.logged())
		case <-deadline:
			require.FailNow(t, "the server is not ready after a minute", "%s", p.logged())
		case <-ticker.C:
		}
		content, err := os.ReadFile(filepath.Join(filepath.Dir(p.log), "ready.json"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(content, &p.readyFile))
		return
	}
}

// awaitEmpty waits until nothing is left in the queue.
func (p *post) awaitEmpty(t *testing.T, dir string, limit time.Duration) {
	t.Helper()
	mail, err := office.OpenMail(t.Context(), dir)
	require.NoError(t, err)
	defer mail.Close()
	var list []manage.QueuedMail
	require.Eventually(t, func() bool {
		list, err = mail.List(t.Context(), queue.Filter{}, 10)
		return err == nil && len(list) == 0
	}, limit, 50*time.Millisecond, "the queue still has: %v %+v\n%s", &err, &list, p.logged())
}

// mailbox reads a user's mail, and returns how often each message is there.
func (p *post) mailbox(t *testing.T, user int) map[string]int {
	t.Helper()
	nc, err := net.Dial("tcp", p.POP3)
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(time.Minute)))
	c := wire.New(nc, wire.Timeouts{})
	ask := func(format string, args ...any) string {
		if format != "" {
			_, err := fmt.Fprintf(c, format+"\r\n", args...)
			require.NoError(t, err)
		}
		line, err := c.ReadLine(wire.MaxLine)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(line), "+OK"), "%s\n%s", line, p.logged())
		return string(line)
	}
	ask("")
	ask("USER %s", p.Users[user].Name)
	ask("PASS %s", p.Users[user].Password)
	var n, octets int
	_, err = fmt.Sscanf(ask("STAT"), "+OK %d %d", &n, &octets)
	require.NoError(t, err)
	found := make(map[string]int)
	for i := range n {
		ask("RETR %d", i+1)
		text, err := io.ReadAll(c.DotReader(wire.BodyLimit{}))
		require.NoError(t, err)
		id, err := readCrashMail(string(text))
		require.NoError(t, err, "message %d of %s", i+1, p.Users[user].Name)
		found[id]++
	}
	return found
}

// A crashLog is what was sent, and what of it was acknowledged.
type crashLog struct {
	mu    sync.Mutex
	sent  map[string]*crashMail
	acked map[string]bool
	news  chan struct{} // of each that is acknowledged
}

func newCrashLog() *crashLog {
	return &crashLog{sent: make(map[string]*crashMail), acked: make(map[string]bool), news: make(chan struct{}, 1<<16)}
}

// next makes a message, of one kind after the other.
func (l *crashLog) next(p *post) *crashMail {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.sent)
	m := &crashMail{id: fmt.Sprintf("m%d", n), large: n%11 == 5}
	alice, bob := p.Users[0].Address, p.Users[1].Address
	switch one, two := "one@"+farDomain, "two@"+farDomain; n % 5 {
	case 0:
		m.local = []string{alice}
	case 1:
		m.remote = []string{one}
	case 2:
		m.remote = []string{one, two}
	case 3:
		m.local, m.remote = []string{alice}, []string{two}
	case 4:
		m.local = []string{alice, bob}
	}
	l.sent[m.id] = m
	return m
}

func (l *crashLog) acknowledge(m *crashMail) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked[m.id] = true
	l.news <- struct{}{}
}

// await waits until that many more are acknowledged, or half a minute at most.
func (l *crashLog) await(n int) {
	for len(l.news) > 0 {
		<-l.news
	}
	tooLong := time.After(30 * time.Second)
	for range n {
		select {
		case <-l.news:
		case <-tooLong:
			return
		}
	}
}

// submit sends one message. refused is what the server says against it, err that
// it is not known what became of it.
func submit(ctx context.Context, c *smtp.Client, m *crashMail) (refused, err error) {
	env, err := smtp.NewEnvelope("sender@elsewhere.example", append(append([]string(nil), m.local...), m.remote...)...)
	if err != nil {
		return nil, err
	}
	out, err := c.Send(ctx, env, smtp.BodyFromBytes([]byte(m.text())))
	if err != nil {
		return nil, err
	}
	return out.Failure(env), nil
}

// knock connects to the server.
func (p *post) knock(ctx context.Context) (*smtp.Client, error) {
	return smtp.Dial(ctx, p.SMTP, &smtp.Options{TLS: smtp.TLSNone, Hello: "client.example"})
}
