package pop3

import (
	"bytes"
	"strings"
	"testing"
)

// Delayed is of how many users a Server knows when they may log in again.
func Delayed(s *Server) int { return len(s.delays.until) }

// CheckParsers hands a line to all parsers of answers.
func CheckParsers(t *testing.T, line []byte) {
	if e, ok := parseSize(line); ok && (e.Number < 1 || e.Size < 0) {
		t.Errorf("%q is %+v", line, e)
	}
	if e, ok := parseUIDL(line); ok && (e.Number < 1 || e.UIDL == "" || strings.ContainsFunc(e.UIDL, func(r rune) bool { return r <= ' ' || r >= 0x7f })) {
		t.Errorf("%q is %+v", line, e)
	}
	if s := findTimestamp(string(line)); s != "" && (strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || !strings.Contains(string(line), s) || s[0] != '<' || s[len(s)-1] != '>') {
		t.Errorf("%q has the timestamp %q", line, s)
	}
	if r, err := parseReply(line); err == nil {
		b := r.appendTo(nil, true)
		if bytes.ContainsAny(b[:len(b)-2], "\r\n\x00") {
			t.Errorf("%q is %q", line, b)
		}
		if again, err := parseReply(b[:len(b)-2]); len(line) < 400 && (err != nil || again.OK != r.OK || again.Code != r.Code) {
			t.Errorf("%q is %+v and then %+v", line, r, again)
		}
	}
	if a, err := parseAuthAnswer(line); err == nil && a.challenged && (line[0] != '+' || len(a.challenge) > len(line)) {
		t.Errorf("%q is %+v", line, a)
	}
}
