package smtptest_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	netsmtp "net/smtp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp/smtptest"
)

// deliver sends a message as many a program does, up to the answer to QUIT.
func deliver(ctx context.Context, s *smtptest.FaultServer) error {
	nc, err := s.Dial(ctx)
	if err != nil {
		return err
	}
	defer nc.Close()
	c, err := netsmtp.NewClient(nc, "fault.example")
	if err != nil {
		return err
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(s.ClientTLS); err != nil {
			return err
		}
	}
	if ok, _ := c.Extension("AUTH"); ok {
		if err := c.Auth(netsmtp.PlainAuth("", "alice", "secret", "fault.example")); err != nil {
			return err
		}
	}
	if err := c.Mail("a@client.example"); err != nil {
		return err
	}
	if err := c.Rcpt("b@fault.example"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "Subject: hi\r\n\r\n.dot\r\n"); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

var noTLS = []string{"8BITMIME"}

// A server without a fault takes a message, with TLS and login and without.
func TestNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := smtptest.NewFaultServer(t, smtptest.Fault{})
		require.NoError(t, deliver(t.Context(), s))
		heard := s.Heard()
		require.Equal(t, []string{"STARTTLS", "EHLO localhost", "AUTH PLAIN"}, heard[1:4])
		require.Equal(t, []string{"DATA", ".", "QUIT"}, heard[len(heard)-3:])

		s = smtptest.NewFaultServer(t, smtptest.Fault{Extensions: noTLS})
		require.NoError(t, deliver(t.Context(), s))
		require.NotContains(t, s.Heard(), "STARTTLS")
		require.Contains(t, s.Heard()[1], " BODY=8BITMIME")
	})
}

// A walk breaks the connection at every octet, either way, and each time there
// and not elsewhere.
func TestWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		whole := smtptest.NewFaultServer(t, smtptest.Fault{Extensions: noTLS})
		require.NoError(t, deliver(t.Context(), whole))
		sent, received := whole.Sent(), whole.Received()
		require.Greater(t, sent, 100)
		require.Greater(t, received, 100)
		for n := 1; n < sent; n++ {
			s := smtptest.NewFaultServer(t, smtptest.Fault{Extensions: noTLS, SendAtMost: n})
			err := deliver(t.Context(), s)
			if n < sent-len("2.0.0 bye\r\n") { // net/smtp takes a last line that is cut
				require.Error(t, err, n)
			}
			require.Equal(t, n, s.Sent())
		}
		for n := 1; n < received; n++ {
			s := smtptest.NewFaultServer(t, smtptest.Fault{Extensions: noTLS, ReceiveAtMost: n})
			require.Error(t, deliver(t.Context(), s), n)
			require.Equal(t, n, s.Received())
		}
	})
}

// What is to be said is said as it is, at any verb, the greeting and the end of
// a message among them.
func TestSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, verb := range []string{"", "EHLO", "MAIL", "RCPT", "DATA", smtptest.EndOfMessage, "QUIT"} {
			s := smtptest.NewFaultServer(t, smtptest.Fault{Extensions: noTLS, Say: map[string]string{verb: "421 4.3.2 closing down\r\n"}})
			require.Error(t, deliver(t.Context(), s), verb)
			if verb != "" {
				heard := s.Heard()
				require.True(t, slices.ContainsFunc(heard, func(line string) bool { return strings.HasPrefix(line, verb) }), "%q in %q", verb, heard)
			}
		}
		for _, f := range []smtptest.Fault{
			{Say: map[string]string{"STARTTLS": "502 5.5.1 offered and not known\r\n"}},
			{Extensions: []string{"AUTH PLAIN"}, Say: map[string]string{"EHLO": "250 no more\r\n", "MAIL": "530 5.7.0 log in\r\n"}},
		} {
			require.Error(t, deliver(t.Context(), smtptest.NewFaultServer(t, f)), f.Say)
		}
	})
}

// What is injected behind the reply to STARTTLS comes in the clear, in one piece
// with it, and TLS begins behind it.
func TestInjection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const said = "220 go ahead\r\n250 injected\r\n"
		s := smtptest.NewFaultServer(t, smtptest.Fault{Say: map[string]string{"STARTTLS": said}})
		// net/smtp drops what is injected, and TLS begins.
		require.NoError(t, deliver(t.Context(), s))
		nc, err := s.Dial(t.Context())
		require.NoError(t, err)
		r := bufio.NewReader(nc)
		_, err = r.ReadString('\n')
		require.NoError(t, err)
		_, err = io.WriteString(nc, "STARTTLS\r\n")
		require.NoError(t, err)
		_, err = r.Peek(1)
		require.NoError(t, err)
		got, err := r.Peek(r.Buffered())
		require.NoError(t, err)
		require.Equal(t, said, string(got))
	})
}

// octets returns what the server says up to its end, or so many octets of it.
func octets(t *testing.T, s *smtptest.FaultServer, send string, most int64) []byte {
	nc, err := s.Dial(t.Context())
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, send)
	require.NoError(t, err)
	b, err := io.ReadAll(io.LimitReader(bufio.NewReader(nc), most))
	require.NoError(t, err)
	return b
}

// Each of BadReplies is on the wire, at the verb, and no other verb has it.
func TestBadReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const good = "220 fault.example ESMTP\r\n250 2.0.0 ok\r\n"
		for name, f := range smtptest.BadReplies("NOOP") {
			s := smtptest.NewFaultServer(t, f)
			got := octets(t, s, "RSET\r\nNOOP\r\nQUIT\r\n", 4<<20)
			rest, ok := bytes.CutPrefix(got, []byte(good))
			require.True(t, ok, name)
			if f.Endless != "" {
				require.Len(t, got, 4<<20, name)
				continue
			}
			said := f.Say["NOOP"]
			require.True(t, bytes.HasPrefix(rest, []byte(said)), name)
			if strings.HasPrefix(said, "421") || !strings.HasSuffix(said, "\n") {
				require.Equal(t, said, string(rest), name)
			} else {
				require.Equal(t, said+"221 2.0.0 bye\r\n", string(rest), name)
			}
		}
	})
}

// Lies are told: an early 235, 354 without recipients, replies to what was
// refused before, and a message by BDAT from nobody.
func TestLies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := smtptest.NewFaultServer(t, smtptest.Fault{Say: map[string]string{
			"AUTH": "235 2.7.0 too early\r\n", "RCPT": "550 5.1.1 nobody\r\n",
		}})
		got := octets(t, s, "AUTH SCRAM-SHA-256\r\nRCPT TO:<a@b.example>\r\nDATA\r\n"+strings.Repeat("x", 40000)+"\r\n..\r\n.\r\nBDAT 6\r\nQUIT\r\nBDAT 0 LAST\r\nBDAT x\r\nQUIT\r\n", 1<<20)
		codes := codesOf(string(got))
		require.Equal(t, []string{"220", "235", "550", "354", "250", "250", "250", "501", "221"}, codes)
		require.Equal(t, []string{"AUTH SCRAM-SHA-256", "RCPT TO:<a@b.example>", "DATA", ".", "BDAT 6", "BDAT 0 LAST", ".", "BDAT x", "QUIT"}, s.Heard())
	})
}

// AUTH is asked for as much as the mechanism has, and none of it is heard.
func TestFaultServerAuth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := smtptest.NewFaultServer(t, smtptest.Fault{})
		got := octets(t, s, "AUTH LOGIN\r\nYWxpY2U=\r\nc2VjcmV0\r\nAUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n"+strings.Repeat("X", 1<<20)+"\r\nQUIT\r\n", 1<<20)
		require.Equal(t, []string{"220", "334", "334", "235", "235", "250", "221"}, codesOf(string(got)))
		heard := s.Heard()
		require.Equal(t, []string{"AUTH LOGIN", "AUTH PLAIN"}, heard[:2])
		require.LessOrEqual(t, len(heard[2]), 16<<10)
	})
}

// codesOf are the codes of replies of one line each.
func codesOf(out string) []string {
	var codes []string
	for line := range strings.Lines(out) {
		codes = append(codes, line[:3])
	}
	return codes
}
