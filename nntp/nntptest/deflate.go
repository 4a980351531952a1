package nntptest

import (
	"bufio"
	"bytes"
	"compress/flate"
	"io"
	"strconv"
	"strings"
)

// compressed changes to compression (RFC 8054).
func (s *session) compressed() {
	s.clear("COMPRESS")
	if !s.offersArg("COMPRESS", "DEFLATE") {
		s.NotApplicable("the server does not offer COMPRESS DEFLATE")
	}
	s.want("COMPRESS DEFLATE", 206)
	s.deflate = new(deflateState)
	s.deflate.w, _ = flate.NewWriter(&s.deflate.out, flate.DefaultCompression) // fails for other levels only
	s.deflate.r = bufio.NewReader(flate.NewReader(bufio.NewReader(octets{s})))
}

// deflateState is both directions of a compressed conversation.
type deflateState struct {
	out bytes.Buffer
	w   *flate.Writer
	r   *bufio.Reader
}

// octets reads what the server sends, compressed.
type octets struct{ s *session }

func (o octets) Read(p []byte) (int, error) {
	n := copy(p, o.s.peer.Octets(min(1, len(p))))
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// inflatedReply sends a command and reads the first line of the answer, both
// compressed.
func (s *session) inflatedReply(line string) reply {
	d := s.deflate
	d.out.Reset()
	// Writes to memory do not fail.
	_, _ = d.w.Write([]byte(line + "\r\n"))
	_ = d.w.Flush()
	s.peer.Send(d.out.String())
	text := s.inflatedLine()
	digits, rest, _ := strings.Cut(text, " ")
	code, err := strconv.Atoi(digits)
	if err != nil {
		s.Failf("not an answer: %q", text)
	}
	return reply{code, rest}
}

func (s *session) inflatedLine() string {
	line, err := s.deflate.r.ReadString('\n')
	if err != nil || !strings.HasSuffix(line, "\r\n") {
		s.Failf("what comes is not compressed, or not a line: %q", line)
	}
	return strings.TrimSuffix(line, "\r\n")
}

// inflated sends a command, and reads all of its answer.
func (s *session) inflated(line string, code int) []string {
	if r := s.inflatedReply(line); r.code != code {
		s.Failf("%s is answered by %v, want %d", line, r, code)
	}
	var lines []string
	for {
		text := s.inflatedLine()
		if text == "." {
			return lines
		}
		lines = append(lines, text)
	}
}
