// Postoffice is wirepost's reference server: mail goes in by SMTP and comes
// out by POP3 and IMAP; what users send to others is queued and relayed. News
// groups are public folders, for NNTP and IMAP. Started without arguments it
// makes a data folder with two demo accounts, two newsgroups and a self-signed
// certificate, listens on ports of the loopback interface, and prints what to
// try.
//
//	postoffice [flags]                                                  run the server
//	postoffice config                                                   print the configuration file's defaults
//	postoffice check [-config FILE]                                     say what is wrong with a configuration
//	postoffice reload                                                   have a running server read it again
//	postoffice server list|start|stop|pause|resume                      manage virtual servers
//	postoffice log levels|set                                           say how much is logged
//	postoffice user list|show|add|set|password|disable|enable|remove    manage accounts
//	postoffice queue list|routes|hold|release|retry|return|drop         manage mail that waits
//	postoffice group list|show|set|add-member|remove-member|remove      manage groups of users
//	postoffice alias list|set|remove                                    manage other names of addresses
//	postoffice newsgroup list|add|remove                                manage newsgroups
//	postoffice im [flags] USER@DOMAIN                                   chat
//	postoffice track MESSAGE|-from A -to B -since T                     what became of a message, or find some
//	postoffice backup FILE                                              copy all of it, while it runs or not
//	postoffice restore FILE -data DIR                                   make a data folder of a copy
//	postoffice import|export mbox|maildir PATH -user NAME               move messages in and out, while it runs or not
//	postoffice top                                                      watch the server
//	postoffice reindex                                                  verify the store, and mend what can be
//	postoffice health URL                                               ask a server whether it is ready
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

	"github.com/wirepost/wirepost/examples/postoffice/office"
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
	fmt.Fprintln(stderr, "postoffice:", office.Explain(err))
	return 1
}

func dispatch(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		if op := operation(args[0]); op != nil {
			return op(ctx, args[1:], stdout, stderr)
		}
		switch args[0] {
		case "user":
			return user(ctx, args[1:], stdin, stdout, stderr)
		case "queue":
			return mailQueue(ctx, args[1:], stdout, stderr)
		case "group":
			return lists(ctx, groups, args[1:], stdout, stderr)
		case "alias":
			return lists(ctx, aliases, args[1:], stdout, stderr)
		case "newsgroup":
			return newsgroup(ctx, args[1:], stdout, stderr)
		case "config":
			return printConfig(args[1:], stdout, stderr)
		case "check":
			return check(ctx, args[1:], stdout, stderr)
		case "server", "log", "reload":
			return virtual(ctx, args, stdout, stderr)
		case "im":
			return im(ctx, args[1:], stdin, stdout, stderr)
		case "track":
			return track(ctx, args[1:], stdout, stderr)
		}
	}
	return serve(ctx, args, stdout, stderr)
}
