package conform

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what is kept of a case.
const (
	maxShown  = 200  // octets of a line
	maxNotes  = 400  // lines
	maxDetail = 1000 // octets
)

// note adds what was said to the transcript, a line for each of its lines.
func (r *Run) note(who, s string) {
	for line := range strings.Lines(s) {
		r.remark(who + readable(line))
	}
}

// remark adds a line to the transcript.
func (r *Run) remark(line string) {
	switch n := len(r.result.Transcript); {
	case n < maxNotes:
		r.result.Transcript = append(r.result.Transcript, line)
	case n == maxNotes:
		r.result.Transcript = append(r.result.Transcript, "(and so on)")
	}
}

// readable shows a line's octets: CRLF at the end goes without saying, all
// else that does not print is escaped.
func readable(line string) string {
	s, crlf := strings.CutSuffix(line, "\r\n")
	more := ""
	if len(s) > maxShown {
		s, more = s[:maxShown], fmt.Sprintf(" (%d octets in all)", len(line))
	}
	quoted := strconv.QuoteToASCII(s)
	quoted = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	if !crlf && more == "" && !strings.HasSuffix(s, "\n") {
		more = " (no line end)"
	}
	return quoted + more
}

// printable bounds a detail, which may quote what the server sent, and escapes
// what could reach into the terminal or the file that it is shown in.
func printable(s string) string {
	var b strings.Builder
	for i, c := range s {
		if b.Len() >= maxDetail {
			b.WriteString("...")
			break
		}
		switch _, size := utf8.DecodeRuneInString(s[i:]); {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(c):
			b.WriteRune(c)
		default:
			quoted := strconv.QuoteRuneToASCII(c)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}
