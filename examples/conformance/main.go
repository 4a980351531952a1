// Conformance checks whether a server keeps to the standards of its protocol:
// it holds conversations with it, octet by octet, and says which requirements
// it keeps, with the RFC section of each.
//
//	conformance smtp 127.0.0.1:2525
//	conformance pop3 -user alice -password secret 127.0.0.1:2110
//	conformance rvp -user anna -password secret -other ben -other-password secret http://im.example.test
//
// It sends mail to an SMTP server, so use a mailbox for tests (-to), and removes
// none from a POP3 server unless told so (-delete). At an RVP server it ends the
// subscriptions of both users, and is called back at this machine. It gives wrong passwords by the
// dozen (-user), so turn off what slows down guessing: in postoffice by -unguarded.
// What it prints holds no password. The exit status is 0 if all cases that apply
// passed, 1 if one failed or the server could not be checked, 2 for a mistake in
// the command line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run checks the server that args name and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := o.check(ctx, stdout); err != nil {
		fmt.Fprintln(stderr, "conformance:", err)
		return 1
	}
	return 0
}

// check checks the server and prints the results. The error says why the exit
// status is not 0.
func (o *options) check(ctx context.Context, stdout io.Writer) error {
	// A server that is not there would fail each case, some of them by a
	// time-out.
	if err := o.reach(ctx); err != nil {
		return fmt.Errorf("no server to check: %w", err)
	}
	w := o.writer(stdout)
	all, failed := 0, 0
	o.protocol.check(ctx, o, func(r result) {
		all++
		if r.Verdict == verdictFail {
			failed++
		}
		w.add(o.redact(r))
	})
	switch err := w.finish(); {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return errors.New("interrupted, the result is not complete")
	case all == 0:
		return fmt.Errorf("no case has a name that matches -run %s", o.only)
	case failed > 0:
		return fmt.Errorf("%d of %d cases failed", failed, all)
	}
	return nil
}

// reach finds out whether there is a server at all.
func (o *options) reach(ctx context.Context) error {
	d := net.Dialer{Timeout: o.timeout}
	nc, err := d.DialContext(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	return nc.Close()
}
