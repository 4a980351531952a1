package smtp_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

// The trace has the conversation's beginning, each command with its reply, and
// the end; and counts octets.
func TestTrace(t *testing.T) {
	srv, _ := newServer(t)
	var events []smtp.Event
	srv.Trace = func(c *smtp.Conn, e smtp.Event) {
		require.Same(t, srv, c.Server())
		events = append(events, e)
	}
	const in = "ehlo client.example\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nRCPT TO:<nobody@here.example>\r\nDATA\r\n.\r\n" +
		"XYZZY\r\nNO\x00OP\r\nQUIT\r\n"
	out, err := play(t.Context(), srv, newReader(in))
	require.NoError(t, err)
	var verbs []string
	var codes []int
	for _, e := range events[1 : len(events)-1] {
		require.Equal(t, smtp.CommandDone, e.Kind)
		verbs = append(verbs, e.Verb)
		codes = append(codes, e.Reply.Code)
	}
	require.Equal(t, []string{"EHLO", "MAIL", "RCPT", "RCPT", "DATA", "", "", "QUIT"}, verbs)
	require.Equal(t, []int{250, 250, 250, 550, 250, 500, 500, 221}, codes)
	require.Error(t, events[7].Err, "the line with the NUL")
	require.NoError(t, events[6].Err)
	first, last := events[0], events[len(events)-1]
	require.Equal(t, smtp.ConnOpened, first.Kind)
	require.Zero(t, first.Read+first.Written)
	require.Equal(t, smtp.ConnClosed, last.Kind)
	require.NoError(t, last.Err)
	require.Equal(t, int64(len(in)), last.Read)
	require.Equal(t, int64(len(out)), last.Written)
}

// A reply takes the place of another where the client's errors are too many;
// the trace has the one that was sent.
func TestTraceOfTooManyErrors(t *testing.T) {
	srv, _ := newServer(t)
	srv.Limits.Errors = 1
	var last smtp.Reply
	var end error
	srv.Trace = func(_ *smtp.Conn, e smtp.Event) {
		if e.Kind == smtp.CommandDone {
			last = e.Reply
		}
		end = e.Err
	}
	_, err := play(t.Context(), srv, newReader("A\r\nB\r\nC\r\n"))
	require.Equal(t, 421, last.Code)
	require.ErrorIs(t, err, last)
	require.Equal(t, err, end)
}

// Neither the trace nor a log has arguments of commands in it, and none of
// what is secret in a login, however that goes wrong: wherever the client puts
// the canary, it is not heard of again.
func TestCanary(t *testing.T) {
	const canary = "Xcanary7"
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	plain := "\x00anna\x00" + canary
	var script strings.Builder
	say := func(lines ...string) {
		for _, line := range lines {
			script.WriteString(line + "\r\n")
		}
	}
	for _, v := range smtp.Verbs() {
		if v.Name != "QUIT" && v.Name != "BDAT" { // they end it
			say(v.Name + " " + canary)
		}
	}
	say(canary, canary+" "+canary, "EHLO client.example")
	// As a password: right, wrong, for an account that is broken; and in
	// messages that are malformed.
	for _, s := range []string{plain, "\x00nobody\x00" + canary, "\x00broken\x00" + canary, canary, canary + "\x00", plain + "\x00", "\x00\x00" + canary} {
		say("AUTH PLAIN "+encode(s), "AUTH PLAIN", encode(s))
	}
	say("AUTH PLAIN "+canary, "AUTH PLAIN", canary+"!", "AUTH LOGIN", encode("anna"), encode(canary), "AUTH LOGIN "+encode("anna"), canary+"!")
	say("AUTH LOGIN", encode("anna"), canary+"\x00", "AUTH PLAIN", canary+"\r"+canary)
	say("AUTH "+canary+" "+canary, "AUTH PLAIN "+strings.Repeat(canary, 5000))
	say("MAIL FROM:<"+canary+"@"+canary+".example> AUTH="+canary+"@x", "RCPT TO:<"+canary+"@here.example>", "VRFY "+canary)
	say("DATA", canary, ".", "BDAT "+canary)

	srv, inbox := newServer(t)
	srv.Auth = insecure(&auth.Authenticator{Accounts: accounts{}})
	srv.Limits.Errors, srv.Limits.Logins = -1, -1
	book := logged(t, srv)
	var traced strings.Builder
	srv.Trace = func(_ *smtp.Conn, e smtp.Event) { fmt.Fprintf(&traced, "%+v %v\n", e, e.Err) }
	_, err := play(t.Context(), srv, newReader(script.String()))
	require.ErrorContains(t, err, "501 5.5.4")
	require.NotContains(t, err.Error(), canary)
	require.Len(t, inbox.delivered(), 1, "the script came to its end")
	require.Contains(t, book.String(), "auth: login refused")
	for _, secret := range []string{canary, encode(canary), encode(plain), encode(plain)[:16], encode("\x00broken\x00" + canary)[12:20]} {
		require.NotContains(t, traced.String(), secret)
		require.NotContains(t, book.String(), secret)
	}
}
