package chat

import (
	"bufio"
	"io"
	"strings"
	"sync"
)

// A Screen is where a user types and reads. Both methods may be called at the
// same time.
type Screen interface {
	// ReadLine waits for a line, which it returns without its end. io.EOF is
	// that the user wants to leave.
	ReadLine() (string, error)

	// Print shows a line, above what is being typed.
	Print(line string)

	// Keys sets what is told of each key that is pressed while a line is typed, and
	// what is typed so far. A Screen that does not know does nothing.
	Keys(pressed func(line string))
}

// maxLine is how long a line may be, in octets; the rest is another one.
const maxLine = 16 << 10

// Pipe returns a Screen without keys, for scripts.
func Pipe(in *bufio.Reader, out io.Writer) Screen { return &pipe{in: in, out: out} }

type pipe struct {
	in *bufio.Reader

	mu  sync.Mutex
	out io.Writer
}

func (p *pipe) ReadLine() (string, error) {
	var text []byte
	for len(text) < maxLine {
		c, err := p.in.ReadByte()
		if err != nil && len(text) > 0 {
			break
		}
		if err != nil {
			return "", err
		}
		if c == '\n' {
			break
		}
		text = append(text, c)
	}
	return strings.TrimSuffix(string(text), "\r"), nil
}

func (p *pipe) Print(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Who does not listen any more will not type either.
	_, _ = io.WriteString(p.out, line+"\n")
}

func (p *pipe) Keys(func(string)) {}
