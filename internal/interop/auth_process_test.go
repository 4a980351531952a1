//go:build interop

package interop

import (
	"bufio"
	"encoding/base64"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A talker is a program that exchanges lines with the test, over its standard
// input and output.
type talker struct {
	t     *testing.T
	in    io.WriteCloser
	lines chan string // closed at the end of the output
	ended chan error
	mu    sync.Mutex // guards in
}

// talk starts a program. To whoever asks for a password it gives this one.
func talk(t *testing.T, env []string, password, path string, args ...string) *talker {
	t.Helper()
	// Some of them write into a buffer if nobody sees it.
	cmd := exec.CommandContext(within(t), find(t, "stdbuf", "coreutils"), append([]string{"-oL", path}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // there is no terminal to ask on
	cmd.Env = append(cmd.Environ(), env...)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	prompts, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &talker{t: t, in: in, lines: make(chan string, 1000), ended: make(chan error, 1)}
	var readers sync.WaitGroup
	readers.Go(func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	})
	readers.Go(func() {
		r := bufio.NewReader(prompts)
		for {
			said, err := r.ReadString(':')
			if strings.HasSuffix(said, "Password:") {
				p.say(password)
			}
			if err != nil {
				return
			}
		}
	})
	go func() {
		readers.Wait()
		p.ended <- cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-p.ended
	})
	return p
}

// say writes a line. That the program has gone shows when it does not answer.
func (p *talker) say(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = io.WriteString(p.in, line+"\n")
}

// hear returns the next line that begins with the prefix, without it, and false
// if the program ends before, or says one that is equal to last.
func (p *talker) hear(prefix, last string) (string, bool) {
	p.t.Helper()
	for {
		select {
		case line, ok := <-p.lines:
			if !ok || last != "" && line == last {
				return "", false
			}
			if text, found := strings.CutPrefix(line, prefix); found {
				return text, true
			}
		case <-p.t.Context().Done():
			return "", false
		}
	}
}

// wait ends the program's input and returns how it ends.
func (p *talker) wait() error {
	p.in.Close()
	err := <-p.ended
	p.ended <- err
	return err
}

func encode64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func decode64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	require.NoError(t, err)
	return b
}
