// Imload measures a home server of instant messages (package rvp) under many users:
// what each of them takes in memory, how many log on and change their state in
// a second, with the notifications that follow delivered over the loopback interface,
// and how many redirections a router gives.
//
//	imload [-users 10000,100000,1000000] [-watch 10] [-changes 20000]
//
// Requests are made in this process, each with its login by Digest, as a client's
// would be; notifications leave through the kernel, a connection for each, to
// sinks in this process that answer as clients do. All of it is done by all CPUs, so
// figures are of client and server together.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "imload:", err)
		os.Exit(1)
	}
}

// settings are what the command line says.
type settings struct {
	users   []int
	watch   int
	changes int

	progress io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s := settings{users: []int{10_000, 100_000, 1_000_000}, progress: stderr}
	set := flag.NewFlagSet("imload", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Func("users", "`numbers` of users who log on, one run each (default 10000,100000,1000000)", func(list string) error {
		s.users = nil
		for one := range strings.SplitSeq(list, ",") {
			n, err := strconv.Atoi(one)
			if err != nil || n < 1 {
				return errors.New("write it as 1000,10000")
			}
			s.users = append(s.users, n)
		}
		return nil
	})
	set.IntVar(&s.watch, "watch", 10, "how many others each user watches")
	set.IntVar(&s.changes, "changes", 20_000, "how many changes of state are measured")
	if err := set.Parse(args); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "     users  bytes/user   logons/s  watches/s  refreshes/s  changes/s  notified/s  redirects/s")
	for _, n := range s.users {
		r, err := measure(ctx, n, s)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%10d %11.0f %10.0f %10.0f %12.0f %10.0f %11.0f %12.0f\n",
			n, r.bytes, r.logons, r.watches, r.refreshes, r.changes, r.notified, r.redirects)
	}
	return nil
}
