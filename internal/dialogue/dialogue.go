package dialogue

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Player plays the client's side. Both fields must be set.
type Player struct {
	Conn net.Conn

	// ReadReply reads one reply and returns its lines, one at least, without
	// CRLF. The error is io.EOF, as it is, only if the server has hung up
	// instead of sending a reply.
	ReadReply func(*bufio.Reader) ([]string, error)

	r     *bufio.Reader
	reply []string // the last one; nil if there is none to look at
}

// Play plays script. The error says at which line the server departed from
// it. Another Play goes on in the same conversation.
func (p *Player) Play(script string) error {
	if p.r == nil {
		p.r = bufio.NewReader(p.Conn)
	}
	n := 0
	for line := range strings.Lines(script) {
		n++
		if err := p.step(strings.TrimRight(line, "\r\n")); err != nil {
			return fmt.Errorf("line %d: %q: %w", n, strings.TrimSpace(line), err)
		}
	}
	return nil
}

func (p *Player) step(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "#":
		return nil
	case "":
		if strings.TrimSpace(line) == "" {
			return nil
		}
	case "C:":
		return p.send(rest + "\r\n")
	case "C!":
		raw, err := strconv.Unquote(rest)
		if err != nil {
			return err
		}
		return p.send(raw)
	case "S:":
		return p.expect(rest)
	case "S~", "S!":
		return p.search(rest, verb == "S~")
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return err
		}
		time.Sleep(d)
		return nil
	case "hangup":
		half, ok := p.Conn.(interface{ CloseWrite() error })
		if !ok {
			return errors.New("this connection has no CloseWrite")
		}
		return half.CloseWrite()
	}
	return errors.New("not a line of a script")
}

func (p *Player) send(s string) error {
	_, err := io.WriteString(p.Conn, s)
	return err
}

func (p *Player) expect(want string) error {
	p.reply = nil
	reply, err := p.ReadReply(p.r)
	switch {
	case err == io.EOF && want == "EOF":
		return nil
	case err != nil:
		return fmt.Errorf("got no reply: %w", err)
	case want == "EOF":
		return fmt.Errorf("got %q, want the end", reply)
	}
	p.reply = reply
	if last := reply[len(reply)-1]; !strings.HasPrefix(last, want) {
		return fmt.Errorf("got %q", reply)
	}
	return nil
}

func (p *Player) search(text string, want bool) error {
	if p.reply == nil {
		return errors.New("there is no reply yet to look at")
	}
	holds := func(line string) bool { return strings.Contains(line, text) }
	switch found := slices.ContainsFunc(p.reply, holds); {
	case found && !want:
		return fmt.Errorf("is in %q", p.reply)
	case want && !found:
		return fmt.Errorf("is not in %q", p.reply)
	}
	return nil
}
