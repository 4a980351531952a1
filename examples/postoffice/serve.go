package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// defaultDir is in the folder where the server is started.
const defaultDir = "postoffice-data"

// serveFlags are what the command line of the server can say.
type serveFlags struct {
	config  office.Config
	ready   string
	verbose bool
}

func parseServe(args []string, stderr io.Writer) (*serveFlags, error) {
	f := &serveFlags{config: office.Config{Addresses: make(map[string]string)}}
	set := flag.NewFlagSet("postoffice", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, "usage: postoffice [flags]                                       run the server\n"+
			"       postoffice user list|add|password|disable|enable|remove  manage accounts\n\nflags:\n")
		set.PrintDefaults()
	}
	c := &f.config
	set.StringVar(&c.Dir, "data", "", "data `folder` (default \""+defaultDir+"\"; with -ephemeral a temporary one)")
	set.BoolVar(&c.Ephemeral, "ephemeral", false, "listen on free ports of the loopback interface")
	set.StringVar(&f.ready, "ready", "", "write this `file` once all listeners are up: a JSON object of addresses and demo users")
	set.StringVar(&c.Domain, "domain", "", "local mail `domain` of a first start (default \""+office.DefaultDomain+"\")")
	set.StringVar(&c.Hostname, "hostname", "", "how the servers `name` themselves (default the domain)")
	set.BoolVar(&c.InsecureAuth, "insecure-auth", false, "let clients log in without TLS")
	set.BoolVar(&f.verbose, "verbose", false, "log every command")
	for _, s := range office.Services() {
		set.Func(s.Name, fmt.Sprintf("`address` of %s (default \"127.0.0.1:%d\")", s.Name, s.Port), func(a string) error {
			c.Addresses[s.Name] = a
			return nil
		})
	}
	switch err := set.Parse(args); {
	case err == flag.ErrHelp:
		return nil, err
	case err != nil:
		return nil, errUsage
	case set.NArg() > 0:
		fmt.Fprintf(stderr, "postoffice: there is no command %q\n", set.Arg(0))
		set.Usage()
		return nil, errUsage
	}
	return f, nil
}

// serve runs the server until ctx ends.
func serve(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	f, err := parseServe(args, stderr)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if f.verbose {
		level = slog.LevelDebug
	}
	f.config.Logger = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	temporary := f.config.Dir == "" && f.config.Ephemeral
	switch {
	case temporary:
		if f.config.Dir, err = os.MkdirTemp("", "postoffice-"); err != nil {
			return err
		}
		defer os.RemoveAll(f.config.Dir)
	case f.config.Dir == "":
		f.config.Dir = defaultDir
	}
	// One that a crash has left would tell where nobody listens any more.
	if err := f.removeReady(); err != nil {
		return err
	}
	o, err := office.Open(ctx, f.config)
	if err != nil {
		return err
	}
	if f.ready != "" {
		if err := o.WriteReady(f.ready); err != nil {
			return closing(o, err)
		}
	}
	welcome(stdout, o, f.config.Dir, temporary)
	err = errors.Join(o.Serve(ctx), f.removeReady())
	fmt.Fprintln(stdout, "\nStopped.")
	return err
}

func (f *serveFlags) removeReady() error {
	if f.ready == "" {
		return nil
	}
	info, err := os.Lstat(f.ready)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !info.Mode().IsRegular():
		err = fmt.Errorf("%s is not a file", f.ready)
	case err == nil:
		err = os.Remove(f.ready)
	}
	if err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	return nil
}

// closing closes o because of err.
func closing(o *office.Office, err error) error {
	if cerr := o.Close(); cerr != nil {
		return fmt.Errorf("%w; and then: %w", err, cerr)
	}
	return err
}
