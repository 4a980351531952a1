package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// defaultDir is in the folder where the server is started.
const defaultDir = "postoffice-data"

// serveFlags are what the command line of the server can say.
type serveFlags struct {
	config  office.Config
	ldap    ldapSettings
	ready   string
	verbose bool
}

func parseServe(args []string, stderr io.Writer) (*serveFlags, error) {
	f := &serveFlags{config: office.Config{Addresses: make(map[string]string)}}
	set := flag.NewFlagSet("postoffice", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, "usage: postoffice [flags]                                           run the server\n"+
			"       postoffice user list|add|password|disable|enable|remove      manage accounts\n"+
			"       postoffice queue list|routes|hold|release|retry|return|drop  manage mail that waits\n"+
			"       postoffice group list|add|remove                             manage newsgroups\n"+
			"       postoffice track MESSAGE                                     what became of a message\n\nflags:\n")
		set.PrintDefaults()
	}
	c := &f.config
	set.StringVar(&c.Dir, "data", "", "data `folder` (default \""+defaultDir+"\"; with -ephemeral a temporary one)")
	set.BoolVar(&c.Ephemeral, "ephemeral", false, "listen on free ports of the loopback interface")
	set.StringVar(&f.ready, "ready", "", "write this `file` once all listeners are up: a JSON object of addresses and demo users")
	set.StringVar(&c.Domain, "domain", "", "local mail `domain` of a first start (default \""+office.DefaultDomain+"\")")
	set.StringVar(&c.Hostname, "hostname", "", "how the servers `name` themselves (default the domain)")
	set.BoolVar(&c.InsecureAuth, "insecure-auth", false, "let clients log in without TLS")
	set.BoolVar(&c.Unguarded, "unguarded", false, "do not slow down who guesses passwords, for tests")
	set.BoolVar(&c.LegacyAuth, "legacy-auth", false, "keep new passwords readable, for CRAM-MD5, DIGEST-MD5, APOP and NTLM; offered once all accounts have one")
	set.StringVar(&c.ClientCA, "client-ca", "", "PEM `file` of who vouches for the certificates by which users may log in (EXTERNAL)")
	ldapFlags(set, &f.ldap)
	set.BoolVar(&f.verbose, "verbose", false, "log every command")
	relayFlags(set, &c.Relaying)
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

// relayFlags are about mail that leaves.
func relayFlags(set *flag.FlagSet, r *office.Relaying) {
	set.Func("smarthost", "`host` that all mail to others goes to, HOST:PORT, may be repeated (default by DNS)", func(s string) error {
		r.SmartHosts = append(r.SmartHosts, s)
		return nil
	})
	set.Func("trust", "`network`, such as 192.0.2.0/24, that may send to others without a login, may be repeated", func(s string) error {
		p, err := netip.ParsePrefix(s)
		r.Trusted = append(r.Trusted, p)
		return err
	})
	set.Func("park", "`domain` whose mail waits until its host asks by ETRN; DOMAIN=USER lets that user fetch it by ATRN; may be repeated", func(s string) error {
		domain, user, _ := strings.Cut(s, "=")
		r.Park = append(r.Park, office.Parked{Domain: domain, User: user})
		return nil
	})
	set.Func("retry", "`intervals` between tries, such as 15m,1h,4h (default 60m, each one and a half times the last)", func(s string) error {
		for one := range strings.SplitSeq(s, ",") {
			d, err := time.ParseDuration(one)
			if err != nil || d <= 0 {
				return errors.New("write it as 15m,1h,4h")
			}
			r.Retry = append(r.Retry, d)
		}
		return nil
	})
	set.DurationVar(&r.Expire, "expire", 0, "how long mail is tried before it goes back (default 72h)")
	set.DurationVar(&r.Notice, "notice", 0, "how long mail is delayed before its sender is told (default never)")
	set.Func("resolver", "DNS server, `ADDRESS:PORT` (default the system's)", func(s string) (err error) {
		r.Resolver, err = netip.ParseAddrPort(s)
		return err
	})
	set.StringVar(&r.Port, "relay-port", "", "`port` of other hosts (default \"25\")")
	set.BoolVar(&r.Private, "private", false, "let mail go to private networks and this machine, and to names reserved for tests")
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
	people, err := f.ldap.open()
	if err != nil {
		return err
	}
	if people != nil {
		defer people.Close()
		f.config.Directory = people
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
