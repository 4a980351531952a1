package smtptest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	netsmtp "net/smtp"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/wirepost/wirepost/smtp"
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

// A server that greylists: a client is to come back, and the third time its
// mail is taken. Then a slow answer to DATA, and one that never comes to the
// end of the message.
func ExampleServer_On() {
	t := new(testingT)
	defer t.end()

	srv := smtptest.NewUnstartedServer(t)
	srv.Config.TLSConfig = nil // SendMail begins TLS where it can, and trusts no certificate of a test
	srv.Start()
	srv.On("RCPT", smtptest.Answer{Reply: smtp.R(451, smtp.Enhanced{4, 7, 1}, "greylisted"), Times: 2})
	srv.On("DATA", smtptest.Answer{Delay: 10 * time.Millisecond})
	srv.On(smtptest.EndOfMessage, smtptest.Answer{HangUp: true, Times: 1})
	for range 4 {
		err := netsmtp.SendMail(srv.Addr, nil, "a@client.example", []string{"b@example.org"}, []byte("hi\r\n"))
		fmt.Println(err != nil, len(srv.Messages()))
	}
	// Output:
	// true 0
	// true 0
	// true 1
	// false 2
}

// A client is tried at each octet at which its connection can break: it must
// never take a message for delivered whose acceptance it has not read.
func ExampleFaultServer() {
	t := new(testingT)
	defer t.end()

	send := func(f smtptest.Fault) (srv *smtptest.FaultServer, delivered bool) {
		srv = smtptest.NewFaultServer(t, f)
		return srv, sendOne(srv) == nil
	}
	extensions := []string{"8BITMIME"}
	whole, delivered := send(smtptest.Fault{Extensions: extensions})
	fmt.Println("whole:", delivered)
	lost := 0
	for n := 1; n < whole.Received(); n++ {
		if _, delivered := send(smtptest.Fault{Extensions: extensions, ReceiveAtMost: n}); !delivered {
			lost++
		}
	}
	fmt.Println("cut short and told so:", lost == whole.Received()-1)

	refused := map[string]string{"MAIL": "421 4.3.2 closing down\r\n"}
	srv, delivered := send(smtptest.Fault{Extensions: extensions, Say: refused})
	fmt.Println("421 at MAIL:", delivered, srv.Heard())
	// Output:
	// whole: true
	// cut short and told so: true
	// 421 at MAIL: false [EHLO localhost MAIL FROM:<a@client.example> BODY=8BITMIME]
}

// sendOne is what is to be tested.
func sendOne(srv *smtptest.FaultServer) error {
	nc, err := srv.Dial(context.Background())
	if err != nil {
		return err
	}
	defer nc.Close()
	c, err := netsmtp.NewClient(nc, "fault.example")
	if err != nil {
		return err
	}
	if err := errors.Join(c.Mail("a@client.example"), c.Rcpt("b@example.org")); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	return w.Close()
}

// A client must give up at each reply that is none.
func ExampleBadReplies() {
	for _, name := range slices.Sorted(maps.Keys(smtptest.BadReplies("EHLO")))[:4] {
		fmt.Println(name)
	}
	// Output:
	// 1 MiB without an end
	// 421
	// HTTP
	// NUL
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
