//go:build linux

package peers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A process is a child that runs one of the servers, or one of the clients.
type process struct {
	name   string
	addr   string // where it serves
	cmd    *exec.Cmd
	orders io.WriteCloser // nil if it is a program that takes none
	answer *bufio.Reader
}

// start runs a server.
func start(s server) (*process, error) {
	if s.program != nil {
		return startProgram(s)
	}
	return startSelf(s.name, serverVar+"="+s.name)
}

// startSelf runs a child of this binary, whose main function must call
// runChild. The variables tell it what to be.
func startSelf(name string, variables ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), variables...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd, orders: in, answer: bufio.NewReader(out)}
	if p.addr, err = p.line(); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// close ends the child.
func (p *process) close() error {
	if p.orders == nil {
		return p.kill()
	}
	p.orders.Close() // the child ends for it
	return p.cmd.Wait()
}

// order has the child do something and returns what it says.
func (p *process) order(words ...string) (string, error) {
	if _, err := fmt.Fprintln(p.orders, strings.Join(words, " ")); err != nil {
		return "", fmt.Errorf("peers: %s: %w", p.name, err)
	}
	return p.line()
}

func (p *process) line() (string, error) {
	s, err := p.answer.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("peers: %s gave no answer: %w", p.name, err)
	}
	return strings.TrimSuffix(s, "\n"), nil
}

// cpu is the CPU time that the child has used so far.
func (p *process) cpu() (time.Duration, error) {
	if p.orders == nil {
		return p.scheduled()
	}
	s, err := p.order(orderCPU)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return time.Duration(n) * time.Microsecond, err
}

// memory is how many octets of its own the child holds once it has settled:
// anonymous pages, so neither its program nor what the kernel holds for it.
func (p *process) memory() (int64, error) {
	if p.orders != nil {
		if _, err := p.order(orderSettle); err != nil {
			return 0, err
		}
	}
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(rollup)) {
		f := strings.Fields(line)
		if len(f) == 3 && f[0] == "Anonymous:" {
			kib, err := strconv.ParseInt(f[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("peers: smaps_rollup tells no anonymous memory")
}

// profile has the child write a CPU profile into dir until stop is called.
func (p *process) profile(dir string) (stop func() error, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	_, err = p.order(orderProfile, filepath.Join(dir, p.name+".pprof"))
	return func() error {
		_, err := p.order(orderStop)
		return err
	}, err
}
