package rvp

import (
	"bytes"
	"errors"
	"io"

	"github.com/wirepost/wirepost/internal/ascii"
)

// errNoStatus is the error of answers that are not HTTP.
var errNoStatus = errors.New("the answer is not HTTP")

// maxInterim bounds the octets of interim answers, 100 and the like.
const maxInterim = 64 << 10

// readStatus reads as far as the code of the final status line (RVP-098, facts 9.4 and 9.5).
// Lines end in LF, with or without CR; the line may end after the code, and so
// may the answer.
//
// Space holds a line, or an interim answer, at a time. It should be 4 KiB: a
// client that has more to say than is read may have its connection reset.
func readStatus(r io.Reader, space []byte) (int, error) {
	for n, total := 0, 0; ; {
		status, rest, err := finalStatus(space[:n])
		if status != 0 || err != nil {
			return status, err
		}
		if n = copy(space, space[rest:n]); rest > 0 {
			continue
		}
		if n == len(space) || total > maxInterim {
			return 0, errNoStatus
		}
		got, err := r.Read(space[n:])
		n, total = n+got, total+got
		if got == 0 && err != nil {
			if status, _, _ := finalStatus(append(bytes.Clone(space[:n]), '\n')); status != 0 {
				return status, nil
			}
			return 0, err
		}
	}
}

// finalStatus returns the code of the status line that b begins with. Without
// it rest is the length of what comes before the line, as far as that is all in b: empty lines,
// or an interim answer. If nothing is returned b is not enough.
func finalStatus(b []byte) (status, rest int, err error) {
	for rest < len(b) && (b[rest] == '\r' || b[rest] == '\n') {
		rest++
	}
	if rest > 0 || len(b) == 0 {
		return 0, rest, nil
	}
	const name = "HTTP/"
	if !ascii.EqualFold(b[:min(len(b), len(name))], name[:min(len(b), len(name))]) {
		return 0, 0, errNoStatus
	}
	line := b[min(len(b), len(name)):]
	line = bytes.TrimLeft(line, "0123456789.")
	code := bytes.TrimLeft(line, " \t")
	digits := 0
	for digits < len(code) && isDigit(code[digits]) {
		digits++
		if digits > 3 {
			return 0, 0, errNoStatus
		}
	}
	switch {
	case digits == len(code) && (digits == 0 || len(line) > len(code)):
		return 0, 0, nil
	case digits != 3, len(line) == len(code), code[0] == '0':
		return 0, 0, errNoStatus
	}
	switch end := code[3]; end {
	case ' ', '\t', '\r', '\n':
	default:
		return 0, 0, errNoStatus
	}
	if status = int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0'); status >= 200 {
		return status, 0, nil
	}
	return 0, headEnd(b), nil
}

// headEnd returns where the body after a head begins; 0 if the head does not end in b.
func headEnd(b []byte) int {
	for i := bytes.IndexByte(b, '\n'); i >= 0; {
		line := b[i+1:]
		if bytes.HasPrefix(line, []byte("\n")) {
			return i + 2
		}
		if bytes.HasPrefix(line, []byte("\r\n")) {
			return i + 3
		}
		next := bytes.IndexByte(line, '\n')
		if next < 0 {
			return 0
		}
		i += 1 + next
	}
	return 0
}
