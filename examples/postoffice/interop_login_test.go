//go:build interop

package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A submitter is a program that users send mail by, and a way to use it.
type submitter struct {
	name   string
	with   string // the letters behind ESMTP or UTF8SMTP, as the server calls the protocol
	args   func(s submission) []string
	wrong  int // exit status for a wrong password
	nobody int // and for a recipient that there is not
	stdin  bool
	end    string // what it adds to a message
}

// A submission is a message to be sent.
type submission struct {
	*program
	name, password string
	from, to       string
	file           string // the message
	trust          string // the server's certificate
	script         string // that Python is to run
}

// port returns the port of an address.
func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

// localhost names the address as the certificate does.
func localhost(addr string) string { return net.JoinHostPort("localhost", port(addr)) }

func msmtp(s submission, addr string, args ...string) []string {
	return append([]string{
		"msmtp", "--host=localhost", "--port=" + port(addr), "--user=" + s.name, "--passwordeval=echo " + s.password,
		"--from=" + s.from, "--timeout=60", "--set-from-header=off", "--set-date-header=off",
	}, append(args, "--", s.to)...)
}

func swaksLogin(s submission, addr string, args ...string) []string {
	return append([]string{
		"swaks", "--server", localhost(addr), "--auth-user", s.name, "--auth-password", s.password, "--from", s.from, "--to", s.to,
		"--data", "@" + s.file, "--suppress-data", "--timeout", "60",
	}, args...)
}

func curlLogin(s submission, url string, args ...string) []string {
	return append([]string{
		"curl", "--silent", "--show-error", "--cacert", s.trust, "--max-time", "60", "--user", s.name + ":" + s.password,
		"--mail-from", s.from, "--mail-rcpt", s.to, "--upload-file", s.file, url,
	}, args...)
}

func python(s submission, how, addr, mechanism string) []string {
	return []string{"python3", s.script, how, port(addr), s.trust, mechanism, s.name, s.password, s.from, s.to, s.file}
}

// pythonScript sends a message by Python's smtplib. It exits like the others.
const pythonScript = `
import smtplib, ssl, sys
how, port, trust, mechanism, name, password, sender, to, file = sys.argv[1:]
context = ssl.create_default_context(cafile=trust)
if how == "tls":
    s = smtplib.SMTP_SSL("localhost", int(port), timeout=60, context=context)
else:
    s = smtplib.SMTP("localhost", int(port), timeout=60)
with s:
    if how == "starttls":
        s.starttls(context=context)
    s.ehlo()
    try:
        if mechanism:
            s.user, s.password = name, password
            s.auth(mechanism, getattr(s, "auth_" + mechanism.lower().replace("-", "_")))
        else:
            s.login(name, password)
    except smtplib.SMTPAuthenticationError as e:
        print(e.smtp_code, e.smtp_error.decode())
        assert s.noop()[0] == 250, "the conversation goes on"
        sys.exit(77)
    try:
        refused = s.sendmail(sender, to.split(","), open(file, "rb").read(), mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    except smtplib.SMTPRecipientsRefused as e:
        print(e.recipients)
        assert s.noop()[0] == 250, "the conversation goes on"
        sys.exit(67)
    for who, why in refused.items():
        print("refused", who, why)
`

var submitters = []submitter{
	{"msmtp PLAIN", "A", func(s submission) []string {
		return msmtp(s, s.ready.Submission, "--tls=off", "--auth=plain")
	}, 77, 65, true, ""},
	{"msmtp STARTTLS", "SA", func(s submission) []string {
		return msmtp(s, s.ready.Submission, "--tls=on", "--tls-trust-file="+s.trust, "--auth=on")
	}, 77, 65, true, ""},
	{"msmtp STARTTLS LOGIN", "SA", func(s submission) []string {
		return msmtp(s, s.ready.Submission, "--tls=on", "--tls-trust-file="+s.trust, "--auth=login")
	}, 77, 65, true, ""},
	{"msmtp TLS", "SA", func(s submission) []string {
		return msmtp(s, s.ready.Submissions, "--tls=on", "--tls-starttls=off", "--tls-trust-file="+s.trust, "--auth=plain")
	}, 77, 65, true, ""},
	{"msmtp SCRAM-SHA-256", "A", func(s submission) []string {
		return msmtp(s, s.ready.Submission, "--tls=off", "--auth=scram-sha-256")
	}, 77, 65, true, ""},
	{"swaks PLAIN", "A", func(s submission) []string {
		return swaksLogin(s, s.ready.Submission, "--auth", "PLAIN")
	}, 28, 24, false, "\r\n"},
	{"swaks LOGIN", "A", func(s submission) []string {
		return swaksLogin(s, s.ready.Submission, "--auth", "LOGIN")
	}, 28, 24, false, "\r\n"},
	{"swaks STARTTLS", "SA", func(s submission) []string {
		return swaksLogin(s, s.ready.Submission, "--auth", "--tls", "--tls-verify", "--tls-ca-path", s.trust)
	}, 28, 24, false, "\r\n"},
	{"swaks TLS pipelined", "SA", func(s submission) []string {
		return swaksLogin(s, s.ready.Submissions, "--auth", "LOGIN", "--tls-on-connect", "--pipeline")
	}, 28, 24, false, "\r\n"},
	{"curl PLAIN", "A", func(s submission) []string {
		return curlLogin(s, "smtp://"+localhost(s.ready.Submission), "--login-options", "AUTH=PLAIN")
	}, 67, 55, false, ""},
	{"curl initial response", "A", func(s submission) []string {
		return curlLogin(s, "smtp://"+localhost(s.ready.Submission), "--login-options", "AUTH=PLAIN", "--sasl-ir")
	}, 67, 55, false, ""},
	{"curl STARTTLS LOGIN", "SA", func(s submission) []string {
		return curlLogin(s, "smtp://"+localhost(s.ready.Submission), "--ssl-reqd", "--login-options", "AUTH=LOGIN")
	}, 67, 55, false, ""},
	{"curl TLS", "SA", func(s submission) []string {
		return curlLogin(s, "smtps://"+localhost(s.ready.Submissions))
	}, 67, 55, false, ""},
	{"Python", "A", func(s submission) []string {
		return python(s, "", s.ready.Submission, "")
	}, 77, 67, false, ""},
	{"Python STARTTLS PLAIN", "SA", func(s submission) []string {
		return python(s, "starttls", s.ready.Submission, "PLAIN")
	}, 77, 67, false, ""},
	{"Python TLS LOGIN", "SA", func(s submission) []string {
		return python(s, "tls", s.ready.Submissions, "LOGIN")
	}, 77, 67, false, ""},
}

// legacySubmitters log in by what -legacy-auth is for.
var legacySubmitters = []submitter{
	{"msmtp CRAM-MD5", "A", func(s submission) []string {
		return msmtp(s, s.ready.Submission, "--tls=off", "--auth=cram-md5")
	}, 77, 65, true, ""},
	{"msmtp STARTTLS DIGEST-MD5", "SA", func(s submission) []string {
		return msmtp(s, s.ready.Submission, "--tls=on", "--tls-trust-file="+s.trust, "--auth=digest-md5")
	}, 77, 65, true, ""},
	{"swaks CRAM-MD5", "A", func(s submission) []string {
		return swaksLogin(s, s.ready.Submission, "--auth", "CRAM-MD5")
	}, 28, 24, false, "\r\n"},
	{"curl CRAM-MD5", "A", func(s submission) []string {
		return curlLogin(s, "smtp://"+localhost(s.ready.Submission), "--login-options", "AUTH=CRAM-MD5")
	}, 67, 55, false, ""},
	{"curl STARTTLS DIGEST-MD5", "SA", func(s submission) []string {
		return curlLogin(s, "smtp://"+localhost(s.ready.Submission), "--ssl-reqd", "--login-options", "AUTH=DIGEST-MD5")
	}, 67, 55, false, ""},
	{"curl TLS NTLM", "SA", func(s submission) []string {
		return curlLogin(s, "smtps://"+localhost(s.ready.Submissions), "--login-options", "AUTH=NTLM")
	}, 67, 55, false, ""},
	{"Python CRAM-MD5", "A", func(s submission) []string {
		return python(s, "", s.ready.Submission, "CRAM-MD5")
	}, 77, 67, false, ""},
}

// submit runs the program.
func (w *submitter) submit(t *testing.T, s submission) (out string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := w.args(s)
	path, err := exec.LookPath(args[0])
	require.NoError(t, err, "install the Debian package %s", args[0])
	cmd := exec.CommandContext(ctx, path, args[1:]...)
	cmd.WaitDelay = time.Second
	if w.stdin {
		stdin, err := os.Open(s.file)
		require.NoError(t, err)
		defer stdin.Close()
		cmd.Stdin = stdin
	}
	b, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(b), exit.ExitCode()
	}
	require.NoError(t, err)
	return string(b), 0
}

// TestSubmission has the programs that users send mail by log in and send
// messages, which must come through as they are; and fail to, by the exit
// status that tells why.
func TestSubmission(t *testing.T) { testSubmission(t, submitters) }

// TestLegacySubmission is TestSubmission with -legacy-auth.
func TestLegacySubmission(t *testing.T) { testSubmission(t, legacySubmitters, "-legacy-auth") }

func testSubmission(t *testing.T, submitters []submitter, flags ...string) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startProgramWith(t, buildProgram(t, "."), dir, append(flags, "-unguarded")...)
	alice, bob := p.ready.Users[0], p.ready.Users[1]
	script := filepath.Join(t.TempDir(), "send.py")
	require.NoError(t, os.WriteFile(script, []byte(pythonScript), 0o600))
	for _, w := range submitters {
		t.Run(w.name, func(t *testing.T) {
			good := submission{
				program: p, name: bob.Name, password: bob.Password, from: bob.Address, to: alice.Address,
				file: filepath.Join(t.TempDir(), "message"), trust: filepath.Join(dir, "certificate.pem"), script: script,
			}
			header := "From: " + bob.Address + "\r\nTo: " + alice.Address + "\r\nDate: Fri, 02 Jan 2026 15:04:05 +0000\r\nMessage-ID: <1@x.example>\r\n"
			for _, c := range contents {
				if !slices.Contains([]string{"dots", "8-bit", "many lines"}, c.name) {
					continue // the others have come through before, see letters
				}
				text := header + c.text
				require.NoError(t, os.WriteFile(good.file, []byte(strings.TrimSuffix(text, w.end)), 0o600))
				out, status := w.submit(t, good)
				require.Zero(t, status, "%s: %s", c.name, out)
				got := take(t, p)
				require.True(t, strings.HasSuffix(got, text), "%s changed on its way: %.1000q", c.name, got)
				trace := strings.TrimSuffix(got, text)
				require.Contains(t, trace, "Return-Path: <"+bob.Address+">\r\n")
				require.Regexp(t, " with (ESMTP|UTF8SMTP)"+w.with+" id \\w+\r\n", trace)
				require.Equal(t, 1, strings.Count(trace, "Received:"))
			}
			require.Empty(t, strings.TrimSpace(readMail(t, p, []string{""})))

			wrong := good
			wrong.password = "wrong"
			out, status := w.submit(t, wrong)
			require.Equal(t, w.wrong, status, out)
			nobody := good
			nobody.to = "nobody@" + strings.SplitN(alice.Address, "@", 2)[1]
			out, status = w.submit(t, nobody)
			require.Equal(t, w.nobody, status, out)
			require.Empty(t, strings.TrimSpace(readMail(t, p, []string{""})))
		})
	}
}

// readMail runs curl on the first user's mailbox, for each path in turn.
func readMail(t *testing.T, p *program, paths ...[]string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var args []string
	for _, path := range paths {
		if args != nil {
			args = append(args, "--next")
		}
		args = append(args, "--silent", "--show-error", "--user", p.ready.Users[0].Name+":"+p.ready.Users[0].Password)
		args = append(append(args, path[1:]...), "pop3://"+p.ready.POP3+"/"+path[0])
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "curl", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

// take takes the only message out of the first user's mailbox.
func take(t *testing.T, p *program) string {
	t.Helper()
	return readMail(t, p, []string{"1"}, []string{"1", "--request", "DELE", "--head"})
}

// TestSomeRecipients sends to some who are there and one who is not.
func TestSomeRecipients(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startProgram(t, buildProgram(t, "."), dir)
	alice, bob := p.ready.Users[0], p.ready.Users[1]
	nobody := "nobody@" + strings.SplitN(alice.Address, "@", 2)[1]
	script := filepath.Join(t.TempDir(), "send.py")
	require.NoError(t, os.WriteFile(script, []byte(pythonScript), 0o600))
	s := submission{
		program: p, name: bob.Name, password: bob.Password, from: bob.Address,
		file: filepath.Join(t.TempDir(), "message"), trust: filepath.Join(dir, "certificate.pem"), script: script,
	}
	text := "Subject: Gr\u00fc\u00dfe\r\nDate: Fri, 02 Jan 2026 15:04:05 +0000\r\nMessage-ID: <1@x.example>\r\n\r\n.\r\n"
	require.NoError(t, os.WriteFile(s.file, []byte(text), 0o600))
	for _, w := range []submitter{
		{name: "Python", args: func(s submission) []string {
			s.to = strings.Join([]string{bob.Address, nobody, alice.Address}, ",")
			return python(s, "starttls", s.ready.Submission, "")
		}},
		{name: "curl", args: func(s submission) []string {
			s.to = bob.Address
			return curlLogin(s, "smtps://"+localhost(s.ready.Submissions), "--mail-rcpt", nobody, "--mail-rcpt", alice.Address, "--mail-rcpt-allowfails", "--verbose")
		}},
	} {
		out, status := w.submit(t, s)
		require.Zero(t, status, "%s: %s", w.name, out)
		require.Contains(t, out, "no such user here", w.name)
		got := take(t, p)
		require.True(t, strings.HasSuffix(got, text), "%s: %q", w.name, got)
	}
}

// TestMechanismNotOffered has swaks insist on what the server does not offer.
func TestMechanismNotOffered(t *testing.T) {
	p := startProgram(t, buildProgram(t, "."), filepath.Join(t.TempDir(), "data"))
	bob := p.ready.Users[1]
	s := submission{program: p, name: bob.Name, password: bob.Password, from: bob.Address, to: p.ready.Users[0].Address, file: filepath.Join(t.TempDir(), "message")}
	require.NoError(t, os.WriteFile(s.file, []byte("Subject: never sent\r\n\r\ntext"), 0o600))
	w := submitter{args: func(s submission) []string { return swaksLogin(s, s.ready.Submission, "--auth", "CRAM-MD5") }}
	out, status := w.submit(t, s)
	require.Equal(t, 28, status, out)
	require.Contains(t, out, "AUTH SCRAM-SHA-256 PLAIN LOGIN\n")
}

// TestNTLMv1 has programs log in by an answer that can be guessed in hours: they are
// refused, and curl, which knows the version 2, is not (see above).
func TestNTLMv1(t *testing.T) {
	p := startProgramWith(t, buildProgram(t, "."), filepath.Join(t.TempDir(), "data"), "-legacy-auth", "-unguarded")
	bob := p.ready.Users[1]
	s := submission{program: p, name: bob.Name, password: bob.Password, from: bob.Address, to: p.ready.Users[0].Address, file: filepath.Join(t.TempDir(), "message")}
	require.NoError(t, os.WriteFile(s.file, []byte("Subject: never sent\r\n\r\ntext"), 0o600))
	for _, w := range []submitter{
		{args: func(s submission) []string { return msmtp(s, s.ready.Submission, "--tls=off", "--auth=ntlm") }, wrong: 77, stdin: true},
		{args: func(s submission) []string { return swaksLogin(s, s.ready.Submission, "--auth", "NTLM") }, wrong: 28},
	} {
		out, status := w.submit(t, s)
		require.Equal(t, w.wrong, status, out)
		require.Contains(t, out, "name or password wrong")
	}
}

// TestGsaslLogin has GNU SASL log in, by each mechanism that it has in common with the
// server, also one that is bound to the TLS connection. It knows TLS with IMAP only:
// with SMTP it sends STARTTLS before EHLO.
func TestGsaslLogin(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startProgramWith(t, buildProgram(t, "."), dir, "-legacy-auth", "-unguarded")
	bob := p.ready.Users[1]
	realm := strings.SplitN(bob.Address, "@", 2)[1]
	smtp := []string{"--smtp", "--no-starttls", "--connect=localhost:" + port(p.ready.Submission)}
	imap := []string{"--imap", "--no-starttls", "--connect=localhost:" + port(p.ready.IMAP)}
	imapTLS := []string{"--imap", "--starttls", "--x509-ca-file=" + filepath.Join(dir, "certificate.pem"), imap[2]}
	for _, tt := range []struct {
		mechanism, end string
		to             []string
	}{
		{"SCRAM-SHA-256", "235 ", smtp},
		{"PLAIN", "235 ", smtp},
		{"LOGIN", "235 ", smtp},
		{"CRAM-MD5", "235 ", smtp},
		{"DIGEST-MD5", "235 ", smtp},
		{"SCRAM-SHA-256", ". OK ", imap},
		{"DIGEST-MD5", ". OK ", imap},
		{"SCRAM-SHA-256-PLUS", ". OK ", imapTLS},
		{"PLAIN", ". OK ", imapTLS},
	} {
		for password, want := range map[string]int{bob.Password: 0, "wrong": 1} {
			w := submitter{args: func(submission) []string {
				return append([]string{
					"gsasl", "--hostname=localhost", "--realm=" + realm, "--quality-of-protection=qop-auth",
					"--mechanism=" + tt.mechanism, "--authentication-id=" + bob.Name, "--password=" + password,
				}, tt.to...)
			}}
			out, status := w.submit(t, submission{})
			require.Equal(t, want, status, "%s %s: %s", tt.to[0], tt.mechanism, out)
			if want == 0 {
				_, behind, _ := strings.Cut(out, "AUTH")
				require.Contains(t, behind, "\n"+tt.end, tt.mechanism)
			}
		}
	}
}
