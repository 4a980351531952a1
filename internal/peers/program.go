//go:build linux

package peers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// found is where a program is, which Debian may have put where only root
// looks; "" if it is not installed.
func found(program string) string {
	for _, name := range []string{program, filepath.Join("/usr/sbin", program)} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// startProgram runs a program that takes no orders, on a port that was free a
// moment ago.
func startProgram(s server) (*process, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	const backlog = "1000"
	args := slices.Clone(s.program[1:])
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody") // smtp-sink will not be root
	}
	cmd := exec.Command(found(s.program[0]), append(args, addr, backlog)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: s.name, addr: addr, cmd: cmd}
	if err := p.await(); err != nil {
		return nil, errors.Join(err, p.kill())
	}
	return p, nil
}

// await waits until the program answers.
func (p *process) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		nc, err := net.Dial("tcp", p.addr)
		if err == nil {
			return nc.Close()
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("peers: %s does not listen: %w", p.name, err)
		}
	}
}

// kill ends a program that would never end by itself.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	if err := p.cmd.Wait(); !errors.As(err, new(*exec.ExitError)) {
		return err
	}
	return nil
}

// scheduled is the CPU time of a program as the scheduler accounts it: getrusage
// tells of children only when they have ended.
func (p *process) scheduled() (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, task := range tasks {
		b, err := os.ReadFile(task)
		if err != nil {
			return 0, err
		}
		first, _, _ := strings.Cut(string(b), " ")
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("peers: %s: %w", task, err)
		}
		sum += time.Duration(n)
	}
	return sum, nil
}
