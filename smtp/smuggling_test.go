package smtp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// notEnds are what some servers have taken for the end of a message.
var notEnds = []string{
	"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\n", "\n.\r", "\r.\r\n", "\r\n.\r",
	"\r\n\x00.\r\n", "\r\n.\x00\r\n", "\r\n.\r\r\n", "\r\r\n.\n", "\n\n.\n\n", "\r\n.\n\r\n", "\r\n.\r\x00\n", "\n\r\n.\r.\n",
}

// RFC 5321, 4.1.1.4: CRLF.CRLF ends a message and nothing else does. What some
// other server took for an end, with a second message behind it, is one
// message here, which is refused for its octets; however they come.
func TestSmuggling(t *testing.T) {
	const envelope = "MAIL FROM:<a@client.example>\r\nRCPT TO:<one@here.example>\r\nDATA\r\n"
	for i, end := range notEnds {
		in := "EHLO client.example\r\n" + envelope + "outer" + end + envelope + "inner\r\n.\r\nNOOP\r\nQUIT\r\n"
		for how, r := range splits(in, uint64(i)) {
			t.Run(fmt.Sprintf("%q %s", end, how), func(t *testing.T) {
				srv, inbox := newServer(t)
				out, err := play(t.Context(), srv, r)
				require.NoError(t, err)
				require.Empty(t, inbox.delivered())
				require.Equal(t, []string{"open", "mail", "rcpt", "data", "reset", "close"}, inbox.called())
				_, after, _ := strings.Cut(out, "354 ")
				replies := strings.SplitAfter(after, "\r\n")
				require.Len(t, replies, 5, "%q", out)
				require.Regexp(t, `^554 5\.(5\.2|6\.0) `, replies[1])
				require.Regexp(t, "^250 ", replies[2])
				require.Regexp(t, "^221 ", replies[3])
			})
		}
	}
}

// The true end is one, however it comes, and stuffed dots are none.
func TestTrueEnd(t *testing.T) {
	const envelope = "MAIL FROM:<a@client.example>\r\nRCPT TO:<one@here.example>\r\nDATA\r\n"
	in := "EHLO client.example\r\n" + envelope + "outer\r\n..\r\n.x\r\n.. \r\n.\r\n" + envelope + ".\r\nQUIT\r\n"
	for how, r := range splits(in, 7) {
		t.Run(how, func(t *testing.T) {
			srv, inbox := newServer(t)
			_, err := play(t.Context(), srv, r)
			require.NoError(t, err)
			got := inbox.delivered()
			require.Len(t, got, 2)
			require.Equal(t, "outer\r\n.\r\nx\r\n. \r\n", got[0].data)
			require.Empty(t, got[1].data)
		})
	}
}

// A line end that is none in a command is never the end of that command: what
// follows it is not obeyed.
func TestSmugglingInCommands(t *testing.T) {
	for _, end := range []string{"\n", "\r", "\n\r", "\r\r\n", "\x00\r\n", "\r\x00\n"} {
		in := "EHLO client.example\r\nNOOP" + end + "MAIL FROM:<a@client.example>\r\nQUIT\r\n"
		for how, r := range splits(in, 3) {
			t.Run(fmt.Sprintf("%q %s", end, how), func(t *testing.T) {
				srv, inbox := newServer(t)
				out, _ := play(t.Context(), srv, r)
				_, after, _ := strings.Cut(out, "250 HELP\r\n")
				require.Regexp(t, `^500 5\.5\.2 `, after)
				if end == "\r\r\n" || end == "\x00\r\n" { // a flaw in a line that does end
					require.Contains(t, inbox.called(), "mail")
					return
				}
				require.NotContains(t, inbox.called(), "mail")
				require.NotContains(t, after, "250 ")
			})
		}
	}
}
