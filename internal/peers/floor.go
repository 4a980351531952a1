//go:build linux

package peers

import (
	"bufio"
	"net"
)

// serveFloor answers SMTP by counting lines. It checks nothing, so it knows
// what a line is only by where it comes: after the greeting three commands,
// then a message, and so on.
func serveFloor(l net.Listener) error {
	for {
		nc, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer nc.Close()
			// The client hangs up when it has had enough.
			_ = answerLines(nc)
		}()
	}
}

func answerLines(nc net.Conn) error {
	r, w := bufio.NewReader(nc), bufio.NewWriter(nc)
	say := func(reply string) error {
		w.WriteString(reply) // its error sticks, and Flush returns it
		if r.Buffered() > 0 {
			return nil
		}
		return w.Flush()
	}
	if err := say("220 floor\r\n"); err != nil {
		return err
	}
	if err := answerLine(r, say, "250 floor\r\n"); err != nil { // EHLO
		return err
	}
	for {
		for _, reply := range []string{"250 sender ok\r\n", "250 recipient ok\r\n", "354 go ahead\r\n"} {
			if err := answerLine(r, say, reply); err != nil {
				return err
			}
		}
		if err := skipMessage(r); err != nil {
			return err
		}
		if err := say("250 accepted\r\n"); err != nil {
			return err
		}
	}
}

func answerLine(r *bufio.Reader, say func(string) error, reply string) error {
	if _, err := r.ReadSlice('\n'); err != nil {
		return err
	}
	return say(reply)
}

// skipMessage discards a message line by line.
func skipMessage(r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == len(".\r\n") && line[0] == '.' {
			return nil
		}
	}
}
