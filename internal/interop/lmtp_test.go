//go:build interop

package interop

import (
	"crypto/tls"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// TestPostfixLMTPVerdicts has Postfix deliver to our LMTP server, which accepts
// some recipients, defers some and refuses some.
func TestPostfixLMTPVerdicts(t *testing.T) {
	n := startNetwork(t, []route{{name: "plain", protocol: "ESMTP"}, {name: "lmtp", lmtp: true}})
	ours := n.ours["lmtp"]
	env := envelope(t, "sender@sender.example", "accepted.early@lmtp.example", "refused.early@lmtp.example", "deferred.early@lmtp.example",
		"accepted.late@lmtp.example", "refused.late@lmtp.example", "deferred.late@lmtp.example")
	text := dots
	n.submit(t, env, text)

	m := ours.next(t)
	requireTail(t, text, m.data)
	var to []string
	for _, r := range m.To {
		to = append(to, r.Path.String())
	}
	require.ElementsMatch(t, []string{"accepted.early@lmtp.example", "accepted.late@lmtp.example", "refused.late@lmtp.example", "deferred.late@lmtp.example"}, to)

	report := n.ours["plain"].next(t)
	require.True(t, report.From.Path.IsNull())
	for _, refused := range []string{"refused.early", "refused.late"} {
		require.Contains(t, report.data, "\r\nFinal-Recipient: rfc822; "+refused+"@lmtp.example\r\n")
	}
	require.Equal(t, 2, strings.Count(report.data, "\r\nAction: failed\r\nStatus: 5.7.1\r\n"), report.data)
	require.Equal(t, 2, strings.Count(report.data, "\r\nDiagnostic-Code: smtp; 550 5.7.1 not wanted here\r\n"), report.data)

	var queue []queued
	await(t, "Postfix has nothing in the queue but what was deferred", func() bool {
		queue = n.queue(t)
		return len(queue) == 2
	})
	for _, q := range queue {
		require.True(t, strings.HasPrefix(q.Address, "deferred."), q.Address)
		require.Contains(t, q.Reason, "said: 452 4.2.2 no room now")
	}
}

// TestLMTPToDovecot delivers to Dovecot's LMTP server.
func TestLMTPToDovecot(t *testing.T) {
	cert := newCertificate(t)
	d := startDovecot(t, cert)
	for _, c := range []struct {
		name, addr string
		options    smtp.Options
	}{
		{"plain", d.addr, smtp.Options{TLS: smtp.TLSNone}},
		{"DATA", d.addr, smtp.Options{TLS: smtp.TLSNone, Ignore: []string{"CHUNKING"}}},
		{"one by one", d.addr, smtp.Options{TLS: smtp.TLSNone, Ignore: []string{"CHUNKING", "PIPELINING"}}},
		{"TLS", d.addr, smtp.Options{TLS: smtp.TLSVerified, ServerName: "localhost", TLSConfig: &tls.Config{RootCAs: cert.roots}}},
		{"socket", d.socket, smtp.Options{TLS: smtp.TLSNone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := c.options
			o.LMTP, o.Hello = true, "client.example"
			client, err := smtp.Dial(within(t), c.addr, &o)
			require.NoError(t, err)
			for _, m := range append(contents, struct{ name, text string }{"8-bit", eightBit}) {
				env := envelope(t, "sender@sender.example", "alice@dovecot.example", "nobody@dovecot.example", "bob@dovecot.example")
				out, err := client.Send(within(t), env, smtp.BodyFromBytes([]byte(m.text)))
				require.NoError(t, err)
				require.True(t, out.Rcpt[0].Accepted(), m.name)
				require.True(t, out.Rcpt[2].Accepted(), m.name)
				require.Equal(t, 550, out.Rcpt[1].Reply.Code)
				require.Equal(t, smtp.Enhanced{5, 1, 1}, out.Rcpt[1].Reply.Enhanced)
				require.ErrorContains(t, out.Failure(env), "<nobody@dovecot.example>")
				for _, name := range []string{"alice", "bob"} {
					got := d.mailbox(t, name, 1)[0]
					requireTail(t, m.text, got)
					require.Contains(t, got, "Return-Path: <sender@sender.example>\r\n")
				}
			}
			require.NoError(t, client.Quit(within(t)))
		})
	}
}

// TestLMTPVerdictsOfDovecot has Dovecot accept a recipient and then, once the
// message is there, not be able to deliver to the other.
func TestLMTPVerdictsOfDovecot(t *testing.T) {
	d := startDovecot(t, newCertificate(t))
	// A file in the place of bob's folder.
	write(t, filepath.Join(d.home, "bob"), "")
	client, err := smtp.Dial(within(t), d.addr, &smtp.Options{LMTP: true, TLS: smtp.TLSNone, Hello: "client.example"})
	require.NoError(t, err)
	env := envelope(t, "sender@sender.example", "bob@dovecot.example", "alice@dovecot.example")
	out, err := client.Send(within(t), env, smtp.BodyFromBytes([]byte(contents[0].text)))
	require.NoError(t, err)
	require.True(t, out.Rcpt[1].Accepted(), "%v", out.Failure(env))
	require.Equal(t, 451, out.Rcpt[0].Reply.Code, "%v", out.Failure(env))
	requireTail(t, contents[0].text, d.mailbox(t, "alice", 1)[0])
	require.NoError(t, client.Quit(within(t)))
}

// lmtpScript is a client of LMTP by Python's smtplib. It prints who is refused.
const lmtpScript = `
import smtplib, sys
host, port = sys.argv[1].split(":")
text = open(sys.argv[2], "rb").read()
with smtplib.LMTP(host, int(port), local_hostname="client.example", timeout=60) as s:
    refused = s.sendmail("sender@sender.example", sys.argv[3:], text)
    for who in sorted(refused):
        print(who, refused[who][0], refused[who][1].decode())
`

// TestLMTPClients has swaks and Python speak LMTP with us. Neither reads the
// replies for all of the recipients, so there is one.
func TestLMTPClients(t *testing.T) {
	swaks, python := find(t, "swaks", "swaks"), find(t, "python3", "python3")
	r := record(t, &smtp.Server{LMTP: true}, false)
	text := dots
	whole := write(t, filepath.Join(t.TempDir(), "message"), text)
	short := write(t, filepath.Join(t.TempDir(), "message"), strings.TrimSuffix(text, "\r\n")) // swaks adds that by itself
	script := write(t, filepath.Join(t.TempDir(), "lmtp.py"), lmtpScript)
	swaksArgs := []string{"--protocol", "LMTP", "--server", r.addr, "--from", "sender@sender.example", "--data", "@" + short, "--timeout", "60"}
	for _, c := range []struct {
		name, program string
		args          []string // the recipient goes behind them
	}{
		{"swaks", swaks, append(swaksArgs, "--to")},
		{"swaks pipelined", swaks, append(swaksArgs, "--pipeline", "--to")},
		{"Python", python, []string{script, r.addr, whole}},
	} {
		t.Run(c.name, func(t *testing.T) {
			send := func(to string) (string, error) {
				return run(t, c.program, append(slices.Clip(c.args), to)...)
			}
			out, err := send("accepted@lmtp.example")
			require.NoError(t, err, out)
			m := r.next(t)
			require.Equal(t, text, m.data)
			require.Equal(t, "LMTP", m.protocol)
			out, err = send("refused@lmtp.example")
			require.Error(t, err, out)
			require.Contains(t, out, "550")
			require.Contains(t, out, "not wanted here")
			require.Empty(t, r.inbox)
			out, err = send("refused.late@lmtp.example")
			require.Error(t, err, "it must not take this for success: %s", out)
			require.Contains(t, out, "not wanted here")
			require.Equal(t, text, r.next(t).data)
		})
	}
}
