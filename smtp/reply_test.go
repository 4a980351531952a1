package smtp_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

func TestReplyAppendTo(t *testing.T) {
	some := smtp.Enhanced{5, 1, 1}
	for _, c := range []struct {
		reply smtp.Reply
		want  string
	}{
		{smtp.R(250, smtp.Enhanced{}, "ok"), "250 ok\r\n"},
		{smtp.R(250, smtp.Enhanced{}, ""), "250 \r\n"},
		{smtp.R(550, some, "no such user"), "550 5.1.1 no such user\r\n"},
		{smtp.R(550, some, ""), "550 5.1.1 \r\n"},
		{smtp.R(250, smtp.Enhanced{}, "a\nb\nc"), "250-a\r\n250-b\r\n250 c\r\n"},
		{smtp.R(550, some, "a\nb"), "550-5.1.1 a\r\n550 5.1.1 b\r\n"},
		{smtp.R(250, smtp.Enhanced{}, "a\n"), "250-a\r\n250 \r\n"},
		{smtp.R(250, smtp.Enhanced{}, "\n"), "250-\r\n250 \r\n"},
		{smtp.R(250, smtp.Enhanced{}, "a\r\n221 bye"), "250-a \r\n250 221 bye\r\n"},
		{smtp.R(250, smtp.Enhanced{}, "a\rb\x00c\td\x7fe\x1b[1m"), "250 a b c d e [1m\r\n"},
		{smtp.R(250, smtp.Enhanced{}, "gr\u00fc\xff\x80"), "250 gr????\r\n"},
		{smtp.R(250, smtp.Enhanced{2, 999, 65535}, "x"), "250 2.999.65535 x\r\n"},
	} {
		require.Equal(t, c.want, string(c.reply.AppendTo(nil)))
		require.Equal(t, "before "+c.want, string(c.reply.AppendTo([]byte("before "))))
	}
}

// RFC 5321, 4.5.3.1.5: a reply line has 512 octets with its CRLF.
func TestReplyFolding(t *testing.T) {
	for _, e := range []smtp.Enhanced{{}, {5, 1, 1}, {65535, 65535, 65535}} {
		for _, n := range []int{490, 500, 506, 507, 510, 511, 1012, 1013, 10000} {
			text := strings.Repeat("x", n)
			r := smtp.R(550, e, text)
			lines := strings.SplitAfter(string(r.AppendTo(nil)), "\r\n")
			require.Empty(t, lines[len(lines)-1])
			lines = lines[:len(lines)-1]
			var got strings.Builder
			for i, line := range lines {
				require.LessOrEqual(t, len(line), 512)
				sep := "-"
				if i == len(lines)-1 {
					sep = " "
				}
				head := "550" + sep
				if e != (smtp.Enhanced{}) {
					head += e.String() + " "
				}
				rest, ok := strings.CutPrefix(line, head)
				require.True(t, ok, "%q does not begin with %q", line, head)
				got.WriteString(strings.TrimSuffix(rest, "\r\n"))
			}
			require.Equal(t, text, got.String(), "no octet is lost")
		}
	}
	require.Len(t, smtp.R(250, smtp.Enhanced{}, strings.Repeat("x", 506)).AppendTo(nil), 512)
}

func TestReplyError(t *testing.T) {
	r := smtp.R(550, smtp.Enhanced{5, 1, 1}, "no\nsuch user")
	require.EqualError(t, r, "550-5.1.1 no\n550 5.1.1 such user")
	wrapped := fmt.Errorf("a: %w", errors.Join(errors.New("b"), fmt.Errorf("c: %w", r)))
	found, ok := errors.AsType[smtp.Reply](wrapped)
	require.True(t, ok)
	require.True(t, found == r, "a Reply is comparable")
	require.ErrorIs(t, wrapped, r)
	_, ok = errors.AsType[smtp.Reply](errors.New("no reply"))
	require.False(t, ok)
}

func TestReplyClasses(t *testing.T) {
	for code, want := range map[int][3]bool{
		220: {true, false, false}, 250: {true, false, false}, 354: {true, false, false},
		421: {false, true, false}, 451: {false, true, false}, 550: {false, false, true}, 0: {},
	} {
		r := smtp.Reply{Code: code}
		require.Equal(t, want, [3]bool{r.Accepted(), r.Temporary(), r.Permanent()}, code)
	}
}

func TestEnhancedString(t *testing.T) {
	require.Equal(t, "5.1.10", smtp.Enhanced{5, 1, 10}.String())
	require.Equal(t, "0.0.0", smtp.Enhanced{}.String())
}
