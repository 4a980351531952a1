package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// command runs the program and returns what it printed.
func command(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(ctx, args, &out, &errs)
	return status, out.String(), errs.String()
}

// goodServer keeps to the standards.
func goodServer(t *testing.T) (addr string) {
	t.Helper()
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.Domains = []string{"here.example"}
	srv.Config.Limits = smtp.Limits{ConnsPerAddr: -1}
	srv.Mailboxes = []string{"alice@here.example"}
	srv.Users.Hasher = &auth.Hasher{Time: 1, Memory: 8}
	require.NoError(t, srv.Users.Set("alice", "correct horse"))
	srv.Start()
	return srv.Addr
}

// badServer answers each line that it is sent, whatever it says, by reply. It
// closes what is connected when the test ends.
func badServer(t *testing.T, greeting, reply string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var conversations sync.WaitGroup
	conversations.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			conversations.Go(func() {
				defer nc.Close()
				defer context.AfterFunc(ctx, func() { nc.Close() })()
				converse(nc, greeting, reply)
			})
		}
	})
	t.Cleanup(func() { l.Close(); cancel(); conversations.Wait() })
	return l.Addr().String()
}

func converse(nc net.Conn, greeting, reply string) {
	if _, err := nc.Write([]byte(greeting)); err != nil {
		return
	}
	for b := make([]byte, 4096); ; {
		n, err := nc.Read(b)
		if err != nil {
			return
		}
		if _, err := nc.Write(bytes.Repeat([]byte(reply), bytes.Count(b[:n], []byte("\n")))); err != nil {
			return
		}
	}
}

func TestGoodServer(t *testing.T) {
	status, stdout, stderr := command(t.Context(), "smtp", goodServer(t),
		"-to", "alice@here.example", "-user", "alice", "-password", "correct horse")
	require.Equal(t, 0, status, stdout)
	require.Empty(t, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Greater(t, len(lines), 100)
	for _, line := range lines[:len(lines)-2] {
		require.Regexp(t, `^(pass|n/a ) {2}\S.{46,} {2}(RFC \d+|draft-|X[A-Z]+_README)`, line)
	}
	require.Regexp(t, `^\d{3,} passed, 0 failed, \d+ do not apply$`, lines[len(lines)-1])
}

func TestBadServer(t *testing.T) {
	addr := badServer(t, "220 bad.example\r\n", "250 ok\n")
	status, stdout, stderr := command(t.Context(), "smtp", addr, "-run", "^greeting/")
	require.Equal(t, 1, status)
	require.Regexp(t, `^conformance: \d of \d cases failed\n$`, stderr)
	require.Contains(t, stdout, "pass  greeting/names the server  ")
	require.Contains(t, stdout, `
fail  greeting/HELO                                     RFC 5321, 4.1.1.1
      HELO is answered by one line, without extensions
      the server sent a line that ends in a bare LF
      | S: 220 bad.example
      | C: HELO client.example
      | S: 250 ok\n
`)
	require.Regexp(t, `\n\n[1-9] passed, [1-9] failed, 0 do not apply\n$`, stdout)
}

// A server that says nothing fails by time-out, as long as that may be.
func TestSilentServer(t *testing.T) {
	status, stdout, _ := command(t.Context(), "-timeout", "300ms", "-run", "greeting/HELO", "smtp", badServer(t, "", ""))
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "no answer in 300ms")
}

func TestRunFlag(t *testing.T) {
	status, stdout, _ := command(t.Context(), "-run", "^greeting/(HELO|QUIT)$", "smtp", goodServer(t))
	require.Equal(t, 0, status)
	require.Equal(t, `pass  greeting/HELO                                     RFC 5321, 4.1.1.1
pass  greeting/QUIT                                     RFC 5321, 4.1.1.10

2 passed, 0 failed, 0 do not apply
`, stdout)
}

// A -run that selects nothing has checked nothing: that is no success.
func TestNothingRun(t *testing.T) {
	status, stdout, stderr := command(t.Context(), "-run", "no such case", "smtp", goodServer(t))
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "0 passed")
	require.Equal(t, "conformance: no case has a name that matches -run no such case\n", stderr)
}

func TestVerbose(t *testing.T) {
	addr := goodServer(t)
	_, quiet, _ := command(t.Context(), "-run", "^greeting/QUIT$|^AUTH/PLAIN$", "smtp", addr)
	require.NotContains(t, quiet, "| C: ")
	_, loud, _ := command(t.Context(), "-v", "-run", "^greeting/QUIT$|^AUTH/PLAIN$", "smtp", addr)
	require.Contains(t, loud, "      | C: QUIT\n      | S: 221 ")
	require.Contains(t, loud, "      no login is known\n", "why a case does not apply")
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	status, stdout, stderr := command(t.Context(), "smtp", l.Addr().String())
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "conformance: no server to check: dial tcp "+l.Addr().String())
}

// An interrupted run says so, and does not blame the server for it.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr := badServer(t, "", "")
	var out, errs bytes.Buffer
	done := make(chan int)
	go func() { done <- run(ctx, []string{"-timeout", "1m", "smtp", addr}, &out, &errs) }()
	time.AfterFunc(20*time.Millisecond, cancel)
	require.Equal(t, 1, <-done)
	require.Contains(t, errs.String(), "conformance: ")
	require.NotContains(t, out.String(), "fail ")
}

// In the midst of the cases, a line was already printed.
func TestInterruptedByTheFirstResult(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var errs bytes.Buffer
	status := run(ctx, []string{"smtp", goodServer(t)}, writerFunc(func(p []byte) (int, error) {
		cancel()
		return len(p), nil
	}), &errs)
	require.Equal(t, 1, status)
	require.Equal(t, "conformance: interrupted, the result is not complete\n", errs.String())
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Results that could not be printed are not a success.
func TestPrintingFails(t *testing.T) {
	addr := goodServer(t)
	for _, form := range []string{"-v", "-json", "-junit"} {
		var errs bytes.Buffer
		full := writerFunc(func([]byte) (int, error) { return 0, net.ErrClosed })
		status := run(t.Context(), []string{form, "-run", "greeting/QUIT", "smtp", addr}, full, &errs)
		require.Equal(t, 1, status, form)
		require.Contains(t, errs.String(), net.ErrClosed.Error(), form)
	}
}

// The password is in no transcript, in no form of it.
func TestPasswordIsHidden(t *testing.T) {
	const password = "correct horse"
	addr := goodServer(t)
	for _, form := range []string{"-v", "-json"} {
		status, stdout, _ := command(t.Context(), form, "-run", "^AUTH/", "-user", "alice", "-password", password, "smtp", addr)
		require.Equal(t, 0, status)
		require.Contains(t, stdout, hidden)
		require.NotContains(t, stdout, password)
		require.NotContains(t, stdout, base64.StdEncoding.EncodeToString([]byte(password)))
		require.NotContains(t, stdout, base64.StdEncoding.EncodeToString([]byte("\x00alice\x00"+password)))
	}
}

func TestRedact(t *testing.T) {
	o := &options{password: "p\u00e4ss w\"rd"}
	b64 := base64.StdEncoding.EncodeToString
	for in, want := range map[string]string{
		"C: NOOP":                                                     "C: NOOP",
		`C: PASS p\u00e4ss w"rd`:                                      "C: PASS (password)",
		`C: PASS p\u00e4ss w"rd-wrong`:                                "C: PASS (password)-wrong",
		`got "PASS p\u00e4ss w\"rd"`:                                  `got "PASS (password)"`,
		"PASS p\u00e4ss w\"rd":                                        "PASS (password)",
		"C: " + b64([]byte(o.password)):                               "C: (password)",
		"C: AUTH PLAIN " + b64([]byte("\x00a\x00"+o.password)):        "C: AUTH PLAIN (password)",
		"C: AUTH PLAIN " + b64([]byte("\x00a\x00"+o.password+"-not")): "C: AUTH PLAIN (password)",
		"C: AUTH PLAIN " + b64([]byte("\x00a\x00other")):              "C: AUTH PLAIN " + b64([]byte("\x00a\x00other")),
	} {
		require.Equal(t, want, redactLine(in, o.password))
	}
}
