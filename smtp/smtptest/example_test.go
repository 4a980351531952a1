package smtptest_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"testing"

	"github.com/wirepost/wirepost/smtp/smtptest"
)

// A test of a program that sends mail: it is told the address of a server,
// and then that is asked what it was sent.
func ExampleNewServer() {
	t := new(testingT) // in a test, its *testing.T
	defer t.end()

	srv := smtptest.NewServer(t)
	sendReport(srv.Addr)
	for _, m := range srv.Messages() {
		fmt.Printf("%s to %s: %q\n", m.Envelope.From.Path, m.Envelope.To[0].Path, m.Data)
	}
	// Output:
	// report@client.example to ann@example.org: "Subject: report\r\n\r\nAll is well.\r\n"
}

// sendReport is what is to be tested.
func sendReport(addr string) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer nc.Close()
	r := bufio.NewReader(nc)
	for _, line := range []string{
		"HELO client.example", "MAIL FROM:<report@client.example>", "RCPT TO:<ann@example.org>", "DATA",
		"Subject: report\r\n\r\nAll is well.\r\n.", "QUIT",
	} {
		reply, err := r.ReadString('\n')
		if err != nil || reply[0] > '3' {
			fmt.Println(reply, err)
			return
		}
		fmt.Fprintf(nc, "%s\r\n", line)
	}
}

// Some of the conformance cases, run against a server in memory.
func ExampleCheck() {
	t := new(testingT)
	defer t.end()

	srv := smtptest.NewUnstartedServer(t)
	srv.StartInMemory()
	target := smtptest.Target{Dial: srv.Dial, Only: regexp.MustCompile("^(greeting/E|AUTH/P)")}
	smtptest.Check(context.Background(), target, func(r smtptest.Result) {
		fmt.Printf("%s: %s (%s)\n", r.Verdict, r.Name, r.Ref)
	})
	// Output:
	// pass: greeting/EHLO (RFC 5321, 4.1.1.1)
	// pass: greeting/EHLO resets (RFC 5321, 4.1.4)
	// n/a: AUTH/PLAIN (RFC 4954, 4)
	// n/a: AUTH/PLAIN without initial response (RFC 4954, 4)
}

// testingT is what the examples have for a *testing.T.
type testingT struct {
	testing.TB
	cleanups []func()
}

func (t *testingT) Helper()                  {}
func (t *testingT) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }
func (t *testingT) Output() io.Writer        { return io.Discard }
func (t *testingT) Context() context.Context { return context.Background() }
func (t *testingT) Errorf(s string, a ...any) {
	fmt.Printf(s+"\n", a...)
}

func (t *testingT) end() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
}
