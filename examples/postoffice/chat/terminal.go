package chat

import (
	"bytes"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// Terminal returns a Screen with line editing, history, and lines that come in above
// the one that is typed. restore gives the terminal back as it was, and must be called.
func Terminal(in, out *os.File) (s Screen, restore func(), err error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, nil, err
	}
	t := &terminal{Terminal: term.NewTerminal(readWriter{in, out}, "> "), out: int(out.Fd())}
	t.fit()
	t.AutoCompleteCallback = t.key
	return t, func() { _ = term.Restore(int(in.Fd()), before) }, nil
}

type readWriter struct {
	io.Reader
	io.Writer
}

type terminal struct {
	*term.Terminal
	out     int
	pressed atomic.Pointer[func(string)]
}

// fit takes the size that the window has now.
func (t *terminal) fit() {
	if width, height, err := term.GetSize(t.out); err == nil && width > 0 {
		_ = t.SetSize(width, height) // fails as Print would
	}
}

// ReadLine implements Screen. Ctrl-C and Ctrl-D end it.
func (t *terminal) ReadLine() (string, error) {
	t.fit()
	line, err := t.Terminal.ReadLine()
	if err == term.ErrPasteIndicator {
		err = nil
	}
	return line, err
}

// Print implements Screen.
func (t *terminal) Print(line string) {
	t.fit()
	text := time.Now().Format("15:04 ") + line + "\n"
	_, _ = t.Write(bytes.ReplaceAll([]byte(text), []byte("\n    "), []byte("\n          ")))
}

// Keys implements Screen.
func (t *terminal) Keys(pressed func(line string)) { t.pressed.Store(&pressed) }

// key is called for each key, without the lock of Terminal.
func (t *terminal) key(line string, _ int, key rune) (string, int, bool) {
	t.fit()
	if f := t.pressed.Load(); f != nil && key >= ' ' && key != 127 {
		(*f)(line + string(key))
	}
	return "", 0, false
}
