// Postoffice is wirepost's reference server: mail goes in by SMTP and comes
// out by POP3 and IMAP; what users send to others is queued and relayed. News
// groups are public folders, for NNTP and IMAP. Started without arguments it
// makes a data folder with two demo accounts, two newsgroups and a self-signed
// certificate, listens on ports of the loopback interface, and prints what to
// try.
//
//	postoffice [flags]                        run the server
//	postoffice user list|add|password|disable|enable|remove          manage accounts
//	postoffice queue list|routes|hold|release|retry|return|drop      manage mail that waits
//	postoffice group list|add|remove                                 manage newsgroups
//	postoffice track MESSAGE                                         what became of a message
//
// Accounts are in the data folder, and with -ldap in an LDAP directory too. Each
// command explains its flags with -help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// errUsage is a mistake in the command line that has been explained already.
var errUsage = errors.New("usage")

// run runs the command that args name and returns the exit status: 0 for
// success, 1 for a failure, 2 for a mistake in the command line.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := dispatch(ctx, args, stdin, stdout, stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintln(stderr, "postoffice:", err)
	return 1
}

func dispatch(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "user":
			return user(ctx, args[1:], stdin, stdout, stderr)
		case "queue":
			return mailQueue(ctx, args[1:], stdout, stderr)
		case "group":
			return group(ctx, args[1:], stdout, stderr)
		case "track":
			return track(ctx, args[1:], stdout, stderr)
		}
	}
	return serve(ctx, args, stdout, stderr)
}
