// Dnszone is a name server for trying things out: it answers as a zone file says, and tells what it is
// asked.
//
//	dnszone [-listen 127.0.0.1:2053] FILE
//
// The file is one as [github.com/wirepost/wirepost/dnsresolve/dnstest] reads it. What is not in it does not exist.
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
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until ctx ends, and returns the exit status: 0 for success, 1 for a failure, 2 for a mistake in
// the command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set := flag.NewFlagSet("dnszone", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, "usage: dnszone [flags] FILE\n\nAnswers DNS queries as a zone file says.\n\n")
		set.PrintDefaults()
	}
	listen := set.String("listen", "127.0.0.1:2053", "`address` to answer at, by UDP and TCP")
	switch err := set.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case set.NArg() != 1:
		set.Usage()
		return 2
	}
	zone, err := os.ReadFile(set.Arg(0))
	if err == nil {
		err = serve(ctx, string(zone), *listen, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "dnszone:", err)
		return 1
	}
	return 0
}
