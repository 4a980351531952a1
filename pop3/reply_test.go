package pop3

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReplyWireForm(t *testing.T) {
	for want, r := range map[string]Reply{
		"+OK\r\n":                            okReply,
		"+OK 2 320\r\n":                      OK("2 320"),
		"-ERR\r\n":                           {},
		"-ERR no\r\n":                        Err("", "no"),
		"-ERR [IN-USE] busy\r\n":             Err(InUse, "busy"),
		"-ERR [SYS/TEMP]\r\n":                Err(SysTemp, ""),
		"-ERR a  +OK b\r\n":                  Err("", "a\r\n+OK b"),
		"-ERR ?? ?? \r\n":                    Err("", "\u00fc \u00df\x00"),
		"-ERR (AUTH] not a code\r\n":         Err("", "[AUTH] not a code"),
		"-ERR [AUTH] [not a code either\r\n": Err(BadAuth, "[not a code either"),
		"-ERR [A--B-+OK] x\r\n":              Err("A]\rB +OK", "x"),
	} {
		require.Equal(t, want, string(r.AppendTo(nil)))
		require.Equal(t, strings.TrimSuffix(want, "\r\n"), r.Error())
	}
	long := Err(Code(strings.Repeat("C", 1000)), strings.Repeat("x", 1000)).AppendTo([]byte("before"))
	require.Len(t, long, len("before")+512) // RFC 2449, 4
	require.True(t, strings.HasSuffix(string(long), "x\r\n"))
}

func TestReplyIsAnError(t *testing.T) {
	err := fmt.Errorf("opening: %w", ErrInUse)
	r, ok := errors.AsType[Reply](err)
	require.True(t, ok)
	require.Equal(t, ErrInUse, r)
	require.ErrorIs(t, err, ErrInUse)
}

// replyLine is the only shape of a first line (RFC 2449, 3).
var replyLine = regexp.MustCompile(`^(\+OK|-ERR)( \[[!-\x5c^-~]+\])?( [ -~]+)?\r\n$`)

// FuzzReply checks that a reply is one line of printable ASCII and of 512
// octets at most, whatever is in it, begins as its OK says, and has a response
// code only if it has a Code.
func FuzzReply(f *testing.F) {
	f.Add(true, "", "2 320")
	f.Add(false, "IN-USE", "a\r\nb")
	f.Add(false, "]\r\n", "[X] \x00\xff")
	f.Fuzz(func(t *testing.T, ok bool, code, text string) {
		line := string(Reply{OK: ok, Code: Code(code), Text: text}.AppendTo(nil))
		if !replyLine.MatchString(line) || len(line) > 512 {
			t.Errorf("not a reply: %q", line)
		}
		if strings.HasPrefix(line, "+OK") != ok {
			t.Errorf("OK is %v: %q", ok, line)
		}
		_, rest, _ := strings.Cut(line, " ")
		if strings.HasPrefix(rest, "[") != (code != "") {
			t.Errorf("code is %q: %q", code, line)
		}
	})
}
