package conform

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// Bounds on what a server may send, in octets. A server that sends without end
// fails the case.
const (
	maxLine = 64 << 10
	maxRead = 64 << 20 // on one connection
)

// A Peer is one connection to the server. Its methods end the case if the
// connection does not do what they need.
type Peer struct {
	run  *Run
	nc   net.Conn
	r    *bufio.Reader
	read int64  // octets of lines
	stop func() // forget that the end of the context closes nc
}

// Dial opens a connection. It is closed when the case or ctx ends.
func (r *Run) Dial(ctx context.Context, dial func(context.Context) (net.Conn, error)) *Peer {
	dialing, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	nc, err := dial(dialing)
	if err != nil {
		r.Failf("cannot connect: %v", err)
	}
	stop := context.AfterFunc(ctx, func() { nc.Close() })
	p := &Peer{run: r, nc: nc, r: bufio.NewReaderSize(nc, maxLine), stop: func() { stop() }}
	r.peers = append(r.peers, p)
	return p
}

// Send sends raw octets. That the server has hung up is not an error here: the
// next read tells.
func (p *Peer) Send(s string) {
	p.run.note("C: ", s)
	p.send(s)
}

// SendQuietly is Send for octets that are too many for the transcript; what
// stands there instead.
func (p *Peer) SendQuietly(s, what string) {
	p.run.remark("C: " + what)
	p.send(s)
}

func (p *Peer) send(s string) {
	p.deadline()
	if _, err := io.WriteString(p.nc, s); err != nil {
		p.run.remark("send: " + printable(reason(err)))
	}
}

// SendOctet sends one octet in a segment of its own, as far as the network
// lets it, and leaves it out of the transcript.
func (p *Peer) SendOctet(b byte) {
	p.deadline()
	// A server may hang up at any of them; the next read tells.
	_, _ = p.nc.Write([]byte{b})
}

// Line reads a line and returns it without its CRLF. The error is io.EOF if the
// server has hung up, by whatever means. A time-out ends the case, as does a
// line that is too long, cut short, or does not end in CRLF.
func (p *Peer) Line() (string, error) {
	p.deadline()
	b, err := p.r.ReadSlice('\n')
	line := string(b)
	p.run.note("S: ", line)
	p.read += int64(len(line))
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		p.run.Failf("the server sent a line of more than %d octets", maxLine)
	case p.read > maxRead:
		p.run.Failf("the server sent more than %d octets", maxRead)
	case errors.Is(err, os.ErrDeadlineExceeded) && line != "":
		p.run.Failf("no whole line in %v", p.run.Timeout)
	case errors.Is(err, os.ErrDeadlineExceeded):
		p.run.Failf("no answer in %v", p.run.Timeout)
	case err != nil && line != "":
		p.run.Failf("the server hung up in the midst of a line")
	case err != nil:
		p.run.remark("S: (hung up)")
		return "", io.EOF
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		p.run.Failf("the server sent a line that ends in a bare LF")
	}
	if strings.ContainsAny(text, "\r\x00") {
		p.run.Failf("the server sent a line with CR or NUL in it")
	}
	return text, nil
}

// Block reads the lines of a dot-stuffed block up to its end, and returns them
// without the stuffing.
func (p *Peer) Block() []string {
	var lines []string
	for {
		line, err := p.Line()
		switch {
		case err != nil:
			p.run.Failf("the server hung up in the midst of an answer")
		case line == ".":
			return lines
		case strings.HasPrefix(line, "."):
			if line = line[1:]; !strings.HasPrefix(line, ".") {
				p.run.Failf("a line begins with one dot: %q", line)
			}
		}
		lines = append(lines, line)
	}
}

// Octets reads up to n octets as they are; fewer come if the server hangs up.
func (p *Peer) Octets(n int) string {
	p.deadline()
	b := make([]byte, n)
	got, err := io.ReadFull(p.r, b)
	p.run.note("S: ", string(b[:got]))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		p.run.Failf("no answer in %v", p.run.Timeout)
	}
	if err != nil {
		p.run.remark("S: (hung up)")
	}
	return string(b[:got])
}

// EndSending tells the server that no more comes, and still reads. On a connection
// that cannot do that it does nothing.
func (p *Peer) EndSending() {
	if half, ok := p.nc.(interface{ CloseWrite() error }); ok {
		p.run.remark("C: (sends no more)")
		_ = half.CloseWrite() // if the server has hung up the next read tells
	}
}

// HangUp closes the connection.
func (p *Peer) HangUp() {
	p.run.remark("C: (hangs up)")
	p.close()
}

func (p *Peer) close() {
	p.stop()
	p.nc.Close()
}

func (p *Peer) deadline() {
	// A connection that takes no deadline is already closed; the next call on
	// it says so.
	_ = p.nc.SetDeadline(time.Now().Add(p.run.Timeout))
}

func reason(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err.Error()
	}
	return err.Error()
}
