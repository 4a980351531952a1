package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A window is a pseudo-terminal with a program in it.
type window struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	before unix.Termios
	cmd    *exec.Cmd

	mu     sync.Mutex
	output []byte
	from   int // what was seen is before
}

// openWindow opens a pseudo-terminal (pts(4)) and starts the program there.
func openWindow(t *testing.T, columns, lines uint16, args ...string) *window {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { master.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { slave.Close() })
	w := &window{t: t, master: master, slave: slave}
	w.before = w.state()
	w.resize(columns, lines)
	go w.read()

	program, err := os.Executable()
	require.NoError(t, err)
	w.cmd = exec.CommandContext(t.Context(), program, args...)
	w.cmd.Env = append(os.Environ(), asProgram+"=1", "XDG_CONFIG_HOME="+t.TempDir(), "HOME="+t.TempDir())
	w.cmd.Stdin, w.cmd.Stdout, w.cmd.Stderr = slave, slave, slave
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, w.cmd.Start())
	return w
}

func (w *window) read() {
	b := make([]byte, 4096)
	for {
		n, err := w.master.Read(b)
		w.mu.Lock()
		w.output = append(w.output, b[:n]...)
		w.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// state is how the terminal is set.
func (w *window) state() unix.Termios {
	w.t.Helper()
	s, err := unix.IoctlGetTermios(int(w.slave.Fd()), unix.TCGETS)
	require.NoError(w.t, err)
	return *s
}

func (w *window) resize(columns, lines uint16) {
	w.t.Helper()
	require.NoError(w.t, unix.IoctlSetWinsize(int(w.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: lines, Col: columns}))
}

func (w *window) types(keys string) {
	w.t.Helper()
	_, err := io.WriteString(w.master, keys)
	require.NoError(w.t, err)
}

// sees waits until the screen has shown something, behind what was seen before, and returns what it was.
func (w *window) sees(pattern string) string {
	w.t.Helper()
	re := regexp.MustCompile(pattern)
	var found string
	w.until(func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		at := re.FindIndex(w.output[w.from:])
		if at == nil {
			return false
		}
		found = string(w.output[w.from+at[0] : w.from+at[1]])
		w.from += at[1]
		return true
	})
	return found
}

func (w *window) until(done func() bool) {
	w.t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); !done(); <-ticker.C {
		require.True(w.t, time.Now().Before(deadline), "not within a minute; shown: %q", w.shown())
	}
}

func (w *window) shown() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.output)
}

// ends waits for the program, and for the terminal to be as it was.
func (w *window) ends(status int) {
	w.t.Helper()
	_ = w.cmd.Wait() // tells of the status too
	require.Equal(w.t, status, w.cmd.ProcessState.ExitCode(), "%v: %q", w.cmd.ProcessState, w.shown())
	require.Equal(w.t, w.before, w.state(), "the terminal is as it was")
}

// A frame is one picture of top.
const frame = `(?s)` + "\x1b" + `\[H(.*?)` + "\x1b" + `\[J`

// top fills the window and no more, at once when its size changes; however it ends, the terminal is as it was.
func TestTopInWindow(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	serving(t, filepath.Join(t.TempDir(), "ready"), "-data", data)
	for name, end := range map[string]func(*window){
		"q":       func(w *window) { w.types("q") },
		"Ctrl-C":  func(w *window) { w.types("\x03") },
		"SIGTERM": func(w *window) { require.NoError(t, w.cmd.Process.Signal(syscall.SIGTERM)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := openWindow(t, 100, 30, "top", "-data", data, "-every", "1h")
			w.sees(regexp.QuoteMeta(enterScreen))
			fits := func(columns, lines int) string {
				text := strings.ReplaceAll(strings.TrimPrefix(w.sees(frame), home), clearLine, "")
				rows := strings.Split(strings.TrimSuffix(text, "\r\n"+clearBelow), "\r\n")
				require.Less(t, len(rows), lines)
				for _, r := range rows {
					require.LessOrEqual(t, utf8.RuneCountInString(r), columns, "%q", r)
				}
				return text
			}
			require.Regexp(t, `\r\nsmtp +smtp +running `, fits(100, 30))
			raw := w.state()
			require.Zero(t, raw.Lflag&(unix.ECHO|unix.ICANON), "keys come one by one, unseen")
			w.resize(40, 6)
			require.NotContains(t, fits(40, 6), "PER SECOND")
			w.types("t")
			fits(40, 6)
			w.resize(120, 40)
			require.Contains(t, fits(120, 40), "PER SECOND")
			end(w)
			w.ends(0)
			w.until(func() bool { return strings.HasSuffix(w.shown(), leaveScreen) })
		})
	}
}

// im asks for the password without showing it, edits lines in the window, follows its size, and gives it back.
func TestChatInWindow(t *testing.T) {
	s := serving(t, filepath.Join(t.TempDir(), "ready"), "-legacy-auth")
	args := []string{"im", "-server", s.ready["http"].(string), "alice@postoffice.test"}
	password := s.password(t, "alice")
	for name, keys := range map[string]string{"Ctrl-C": "\x03", "Ctrl-D": "\x04", "quit": "/quit\r"} {
		t.Run(name, func(t *testing.T) {
			w := openWindow(t, 60, 20, args...)
			w.sees("Password of alice@postoffice.test: ")
			w.until(func() bool { return w.state().Lflag&unix.ECHO == 0 })
			w.types(password + "\r")
			w.sees(`\* you are online as alice`)
			w.sees("> ")
			w.types("/lisx\x7ft\r") // corrected
			w.sees("you have no contacts")
			w.resize(30, 10)
			w.types("/msg mallory " + strings.Repeat("long ", 20) + "\r")
			w.sees("mallory long long long \r\nlong ")
			w.sees("no such user")
			w.types(keys)
			w.ends(0)
			require.NotContains(t, w.shown(), password)
		})
	}
	t.Run("SIGTERM", func(t *testing.T) {
		w := openWindow(t, 60, 20, args...)
		w.sees("Password")
		w.until(func() bool { return w.state().Lflag&unix.ECHO == 0 })
		w.types(password + "\r")
		w.sees("you are online")
		require.NoError(t, w.cmd.Process.Signal(syscall.SIGTERM))
		w.ends(0)
	})
	t.Run("Ctrl-C at the password", func(t *testing.T) {
		w := openWindow(t, 60, 20, args...)
		w.sees("Password")
		w.until(func() bool { return w.state().Lflag&unix.ECHO == 0 })
		w.types("half\x03")
		w.ends(1)
	})
}
