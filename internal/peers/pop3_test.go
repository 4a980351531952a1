//go:build linux

package peers

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
)

// drop is a Maildrop of files, as a maildir has them, each of one message with the
// line ends of mail.
type drop struct {
	dir  string
	list []pop3.Message
}

const (
	dropMessages = 1000
	dropOctets   = 4 << 10
)

// anyName lets everybody in.
type anyName struct{}

func (anyName) VerifyPassword(_ context.Context, _ *auth.Conn, name, _ string) (string, error) {
	return name, nil
}

func (d *drop) Open(context.Context, *pop3.Conn) (pop3.Maildrop, error) { return d, nil }

func (d *drop) Messages(context.Context) ([]pop3.Message, error) { return d.list, nil }

func (d *drop) Body(_ context.Context, id string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(d.dir, id))
}

func (*drop) Commit(context.Context, []string) error { return nil }

func (*drop) Close() error { return nil }

const (
	dropVar = "PEERS_POP3_DIR"
	dropFD  = 3 // the listener of the child
)

// TestPOP3Server is no test, but the server that BenchmarkPOP3 starts in a process of
// its own.
func TestPOP3Server(t *testing.T) {
	dir := os.Getenv(dropVar)
	if dir == "" {
		t.Skip("only BenchmarkPOP3 has a use for it")
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	d := &drop{dir: dir}
	for _, e := range entries {
		d.list = append(d.list, pop3.Message{ID: e.Name(), UIDL: e.Name(), Size: dropOctets})
	}
	l, err := net.FileListener(os.NewFile(dropFD, "listener"))
	require.NoError(t, err)
	srv := &pop3.Server{
		Backend: d, Auth: &auth.Authenticator{Accounts: anyName{}, AllowInsecure: true}, Logger: slog.New(slog.DiscardHandler),
	}
	require.NoError(t, srv.Serve(l)) // until it is killed
}

// dropText is message i, with a line end of one or two octets; of two it has
// dropOctets.
func dropText(i int, end string) string {
	const line = ".dot\r\n"
	text := fmt.Sprintf("Subject: benchmark %d\r\n\r\n", i)
	for len(text) < dropOctets-200 {
		text += strings.Repeat("x", 70) + "\r\n" + line
	}
	text += strings.Repeat("y", dropOctets-len("\r\n")-len(text)) + "\r\n"
	return strings.ReplaceAll(text, "\r\n", end)
}

// fill writes the messages into a folder.
func fill(b *testing.B, dir, end string) {
	b.Helper()
	for i := range dropMessages {
		require.NoError(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.M1P1.host", 1700000000+i)), []byte(dropText(i, end)), 0o644))
	}
}

// launch starts a server whose CPU time is that of its whole tree of processes,
// and kills it at the end.
func launch(b *testing.B, name, addr string, cmd *exec.Cmd) *process {
	b.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(b, cmd.Start())
	b.Cleanup(func() {
		require.NoError(b, syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM))
		_ = cmd.Wait() // it was told to end
	})
	p := &process{name: name, addr: addr, cmd: cmd}
	require.NoError(b, p.await())
	return p
}

func startOurPOP3(b *testing.B) *process {
	dir := b.TempDir()
	fill(b, dir, "\r\n")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	require.NoError(b, err)
	defer file.Close()
	self, err := os.Executable()
	require.NoError(b, err)
	cmd := exec.Command(self, "-test.run=^TestPOP3Server$")
	cmd.Env = append(os.Environ(), dropVar+"="+dir)
	cmd.ExtraFiles = []*os.File{file}
	return launch(b, ours, l.Addr().String(), cmd)
}

// dovecotPOP3 are the settings of a Dovecot 2.3 without TLS.
const dovecotPOP3 = `base_dir = $dir/run
state_dir = $dir/run
log_path = /dev/null
listen = 127.0.0.1
ssl = no
protocols = pop3
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:$dir/mail
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=mail gid=mail home=$dir/mail
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $port
  }
}
`

// startDovecotPOP3 returns nil where Dovecot cannot be started.
func startDovecotPOP3(b *testing.B) *process {
	path := found("dovecot")
	if path == "" || os.Geteuid() != 0 {
		b.Log("without Dovecot, which needs root and the Debian package dovecot-pop3d")
		return nil
	}
	version, err := exec.Command(path, "--version").Output()
	if err != nil || !bytes.HasPrefix(version, []byte("2.3.")) {
		b.Logf("without Dovecot %s: the settings are for 2.3", version)
		return nil
	}
	dir := b.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		require.NoError(b, os.Chmod(d, 0o755))
	}
	mail := filepath.Join(dir, "mail")
	for _, sub := range []string{"", "cur", "new", "tmp"} {
		require.NoError(b, os.Mkdir(filepath.Join(mail, sub), 0o700))
	}
	fill(b, filepath.Join(mail, "new"), "\n")
	owner, err := user.Lookup("mail")
	require.NoError(b, err)
	uid, err := strconv.Atoi(owner.Uid)
	require.NoError(b, err)
	require.NoError(b, filepath.WalkDir(mail, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Chown(path, uid, -1)
		}
		return err
	}))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	addr := l.Addr().String()
	require.NoError(b, l.Close())
	_, port, err := net.SplitHostPort(addr)
	require.NoError(b, err)
	conf := filepath.Join(dir, "dovecot.conf")
	require.NoError(b, os.WriteFile(conf, []byte(strings.NewReplacer("$dir", dir, "$port", port).Replace(dovecotPOP3)), 0o644))
	return launch(b, "dovecot", addr, exec.Command(path, "-F", "-c", conf))
}

// A popSession has logged in, and fetches.
type popSession struct {
	nc net.Conn
	r  *bufio.Reader
}

func openPOP3(b *testing.B, addr string) *popSession {
	nc, err := net.Dial("tcp", addr)
	require.NoError(b, err)
	b.Cleanup(func() { nc.Close() })
	require.NoError(b, nc.SetDeadline(time.Now().Add(10*time.Minute)))
	s := &popSession{nc, bufio.NewReaderSize(nc, 256<<10)}
	_, err = io.WriteString(nc, "USER tim\r\nPASS secret\r\n")
	require.NoError(b, err)
	for range 3 {
		line, err := s.r.ReadString('\n')
		require.NoError(b, err)
		require.Contains(b, line, "+OK")
	}
	return s
}

// fetch reads all messages, asked for one by one or all at once.
func (s *popSession) fetch(pipelined bool) error {
	var all strings.Builder
	for i := range dropMessages {
		fmt.Fprintf(&all, "RETR %d\r\n", i+1)
	}
	sent := make(chan error, 1)
	if pipelined {
		go func() {
			_, err := io.WriteString(s.nc, all.String())
			sent <- err
		}()
	}
	for line := range strings.Lines(all.String()) {
		if !pipelined {
			if _, err := io.WriteString(s.nc, line); err != nil {
				return err
			}
		}
		for {
			line, err := s.r.ReadSlice('\n')
			if err != nil {
				return err
			}
			if bytes.HasPrefix(line, []byte("-ERR")) {
				return fmt.Errorf("peers: %q", line)
			}
			if string(line) == ".\r\n" {
				break
			}
		}
	}
	if pipelined {
		return <-sent
	}
	return nil
}

// treeCPU is the CPU time of a process and all that descend from it and live.
func treeCPU(b *testing.B, pid int) (sum time.Duration) {
	b.Helper()
	for _, pid := range descendants(b, pid) {
		p := &process{cmd: &exec.Cmd{Process: &os.Process{Pid: pid}}}
		t, err := p.scheduled()
		require.NoError(b, err)
		sum += t
	}
	return sum
}

func descendants(b *testing.B, pid int) []int {
	b.Helper()
	list := []int{pid}
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	require.NoError(b, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(b, err)
		for _, field := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(field)
			require.NoError(b, err)
			list = append(list, descendants(b, child)...)
		}
	}
	return list
}

// BenchmarkPOP3 measures the CPU time that servers take to send a message of 4 KiB
// from a file, and how ours relates to Dovecot's, which changes line ends besides:
// its files have those of Unix. Each server sends the same messages over and over
// in one session: neither logins nor what Dovecot does for a message in the first
// place, which is more, are in it.
func BenchmarkPOP3(b *testing.B) {
	for _, name := range []string{"lockstep", "pipelined"} {
		b.Run(name, func(b *testing.B) {
			all := []*process{startOurPOP3(b)}
			if p := startDovecotPOP3(b); p != nil {
				all = append(all, p)
			}
			sessions := make([]*popSession, len(all))
			for i, p := range all {
				sessions[i] = openPOP3(b, p.addr)
				require.NoError(b, sessions[i].fetch(false)) // so that the first round is like the others
			}
			measured := rounds(b, all, func(i int) float64 {
				before := treeCPU(b, all[i].cmd.Process.Pid)
				require.NoError(b, sessions[i].fetch(name == "pipelined"))
				spent := treeCPU(b, all[i].cmd.Process.Pid) - before
				return float64(spent.Nanoseconds()) / 1000 / dropMessages
			})
			b.ReportMetric(0, "ns/op") // of a round, which tells nothing
			for i, p := range all {
				b.ReportMetric(measured[i].median(), p.name+"-µs/msg")
			}
			if len(all) > 1 {
				b.ReportMetric(measured[0].over(measured[1]).median(), "wirepost/dovecot")
			}
		})
	}
}
