package mailfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// WriteMbox adds a message to an mbox. Lines that begin with "From ", with ">" before it or not, get
// one more ">". Its flags are in fields Status and X-Status before all others. A last line without an
// end gets one.
func WriteMbox(w io.Writer, m Message) error {
	sender := strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return r
	}, m.Sender)
	if sender == "" {
		sender = "MAILER-DAEMON"
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "From %s %s\n", sender, m.Received.UTC().Format(time.ANSIC))
	status, x := "O", ""
	for _, f := range statuses {
		switch {
		case m.System&f.flag == 0:
		case f.flag == store.Seen:
			status = "RO"
		default:
			x += string(f.letter)
		}
	}
	fmt.Fprintf(b, "Status: %s\nX-Status: %s\n", status, x)
	q := &quoter{w: b, start: true}
	if err := writeLF(q, m.Body); err != nil {
		return err
	}
	q.end()
	b.WriteByte('\n')
	return b.Flush()
}

// statuses are the letters of Status (R) and X-Status.
var statuses = [...]struct {
	letter byte
	flag   store.SystemFlags
}{{'R', store.Seen}, {'A', store.Answered}, {'F', store.Flagged}, {'D', store.Deleted}, {'T', store.Draft}}

// A quoter puts ">" before lines that begin with any number of them and "From ".
type quoter struct {
	w     *bufio.Writer
	start bool   // of a line: nothing of it is written yet
	held  []byte // which may be ">>From "
	last  byte
}

// Write implements io.Writer.
func (q *quoter) Write(p []byte) (int, error) {
	for _, b := range p {
		q.last = b
		if !q.start {
			q.w.WriteByte(b)
			q.start = b == '\n'
			continue
		}
		q.held = append(q.held, b)
		rest := bytes.TrimLeft(q.held, ">")
		switch {
		case string(rest) == "From ":
			q.w.WriteByte('>')
		case strings.HasPrefix("From ", string(rest)) && len(q.held) < maxLine:
			continue
		}
		q.w.Write(q.held)
		q.held, q.start = q.held[:0], b == '\n'
	}
	return len(p), nil
}

// end writes what is held back. That a write has failed, Flush tells.
func (q *quoter) end() {
	q.w.Write(q.held)
	if q.last != '\n' {
		q.w.WriteByte('\n')
	}
}

// ErrNotMbox says that a file does not begin as an mbox does.
var ErrNotMbox = errors.New(`mailfile: not an mbox: its first line does not begin with "From "`)

// ReadMbox yields the messages of an mbox. The body of one is to be read before the next is asked
// for; what is left of it is passed over.
func ReadMbox(r io.Reader) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		b := &mbox{r: bufio.NewReaderSize(r, maxLine)}
		first, err := b.line()
		for ; err == nil && len(bytes.TrimSpace(first)) == 0; first, err = b.line() {
		}
		if err == io.EOF {
			return
		}
		if err == nil && !isFrom(first) {
			err = ErrNotMbox
		}
		if err != nil {
			yield(Message{}, err)
			return
		}
		for from := string(first); from != ""; from = b.next {
			b.next, b.blank, b.rest, b.ended, b.begun = "", false, nil, false, false
			m := Message{Body: b}
			m.Sender, m.Received = parseFrom(from)
			if m.System, err = b.status(); err != nil {
				yield(Message{}, err)
				return
			}
			if !yield(m, nil) {
				return
			}
			if _, err := io.Copy(io.Discard, b); err != nil {
				yield(Message{}, err)
				return
			}
		}
	}
}

// An mbox reads the message that it is at.
type mbox struct {
	r     *bufio.Reader
	rest  []byte // to be read
	blank bool   // an empty line is held back: it may be the one before the next message
	next  string // the line that begins the next message
	ended bool
	begun bool // in the midst of a line
}

func isFrom(line []byte) bool { return bytes.HasPrefix(line, []byte("From ")) }

// line returns a line, or a piece of one that is too long.
func (b *mbox) line() ([]byte, error) {
	line, err := b.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull || err == io.EOF && len(line) > 0 {
		err = nil
	}
	return line, err
}

// status reads the fields that WriteMbox puts before the message.
func (b *mbox) status() (flags store.SystemFlags, err error) {
	for _, name := range []string{"Status:", "X-Status:"} {
		peeked, err := b.r.Peek(len(name))
		if err == io.EOF || string(peeked) != name {
			return flags, nil
		}
		if err != nil {
			return 0, err
		}
		line, err := b.line()
		if err != nil {
			return 0, err
		}
		for _, f := range statuses {
			if bytes.IndexByte(line[len(name):], f.letter) >= 0 && (f.flag == store.Seen) == (name == "Status:") {
				flags |= f.flag
			}
		}
	}
	return flags, nil
}

// Read implements io.Reader.
func (b *mbox) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.ended {
			return 0, io.EOF
		}
		if err := b.advance(); err != nil {
			return 0, err
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// advance takes the next line.
func (b *mbox) advance() error {
	line, err := b.line()
	if err == io.EOF {
		b.ended = true // an empty line that was held back belongs to the file
		return nil
	}
	if err != nil {
		return err
	}
	start := !b.begun
	b.begun = line[len(line)-1] != '\n'
	if start && isFrom(line) {
		b.next, b.ended = string(line), true
		return nil
	}
	held := b.blank
	b.blank = start && (string(line) == "\n" || string(line) == "\r\n")
	if held {
		b.rest = append(b.rest, "\r\n"...)
	}
	if b.blank {
		return nil
	}
	if start && line[0] == '>' && isFrom(bytes.TrimLeft(line, ">")) {
		line = line[1:]
	}
	b.rest = append(b.rest, withCRLF(line, 0)...)
	return nil
}

// parseFrom reads the line before a message: who has sent it, and when.
func parseFrom(line string) (sender string, received time.Time) {
	sender, date, _ := strings.Cut(strings.TrimSpace(line[len("From "):]), " ")
	if sender == "MAILER-DAEMON" || sender == "-" {
		sender = ""
	}
	for _, layout := range []string{time.ANSIC, time.UnixDate, "Mon Jan _2 15:04:05 2006 -0700", "Mon Jan _2 15:04 2006"} {
		if t, err := time.Parse(layout, strings.TrimSpace(date)); err == nil {
			return sender, t
		}
	}
	return sender, time.Time{}
}
