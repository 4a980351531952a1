package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// defaultDir is in the folder where the server is started.
const defaultDir = "postoffice-data"

// serveFlags are what the command line of the server can say, and the configuration file that it names.
type serveFlags struct {
	config  office.Config
	file    string
	json    bool // the log
	ldap    ldapSettings
	ready   string
	log     string // file
	verbose bool
}

// parseServe reads the command line, and the file that it names, whose place it takes where both say
// something.
func parseServe(args []string, stderr io.Writer) (*serveFlags, error) {
	f := new(serveFlags)
	if err := f.parse(args, stderr); err != nil {
		return nil, err
	}
	f.config.Levels = cmp.Or(f.config.Levels, "info")
	if f.file != "" {
		file, err := config.Load(f.file)
		if err != nil {
			return nil, err
		}
		f = &serveFlags{json: file.Log.Format == "json", ldap: ldapOf(&file.Accounts.LDAP)}
		if f.config, err = office.Configured(file); err != nil {
			return nil, err
		}
		if err := f.parse(args, io.Discard); err != nil {
			return nil, err
		}
		f.config.Reload = func() (office.Config, error) {
			again, err := parseServe(args, io.Discard)
			if err != nil {
				return office.Config{}, err
			}
			return again.config, nil
		}
	}
	if f.verbose {
		f.config.Levels += ",debug"
	}
	return f, nil
}

// parse reads the command line. What it does not say stays.
func (f *serveFlags) parse(args []string, stderr io.Writer) error {
	set := flag.NewFlagSet("postoffice", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, "usage: postoffice [flags]                                                  run the server\n"+
			"       postoffice config                                                   print the configuration file's defaults\n"+
			"       postoffice check [-config FILE]                                     say what is wrong with a configuration\n"+
			"       postoffice reload                                                   have a running server read it again\n"+
			"       postoffice server list|start|stop|pause|resume                      manage virtual servers\n"+
			"       postoffice log levels|set                                           say how much is logged\n"+
			"       postoffice user list|show|add|set|password|disable|enable|remove    manage accounts\n"+
			"       postoffice queue list|routes|hold|release|retry|return|drop         manage mail that waits\n"+
			"       postoffice group list|show|set|add-member|remove-member|remove      manage groups of users\n"+
			"       postoffice alias list|set|remove                                    manage other names of addresses\n"+
			"       postoffice newsgroup list|add|remove                                manage newsgroups\n"+
			"       postoffice im [flags] USER@DOMAIN                                   chat\n"+
			"       postoffice track MESSAGE|-from A -to B -since T                     what became of a message, or find some\n"+
			"       postoffice backup FILE                                              copy all of it, while it runs or not\n"+
			"       postoffice restore FILE -data DIR                                   make a data folder of a copy\n"+
			"       postoffice import|export mbox|maildir PATH -user NAME               move messages in and out, while it runs or not\n"+
			"       postoffice reindex                                                  verify the store, and mend what can be\n"+
			"       postoffice top                                                      watch the server\n"+
			"       postoffice health URL                                               ask a server whether it is ready\n\nflags:\n")
		set.PrintDefaults()
	}
	c := &f.config
	set.StringVar(&f.file, "config", "", "configuration `file`; flags take the place of what it says (see postoffice config)")
	set.StringVar(&c.Dir, "data", "", "data `folder` (default \""+defaultDir+"\"; with -ephemeral a temporary one)")
	set.BoolVar(&c.Ephemeral, "ephemeral", false, "listen on free ports of the loopback interface")
	set.StringVar(&f.ready, "ready", "", "write this `file` once all listeners are up: a JSON object of addresses and demo users")
	set.BoolVar(&c.NewStore, "new-store", false, "begin with an empty store where the data folder's is lost, instead of not starting")
	set.StringVar(&c.Domain, "domain", c.Domain, "local mail `domain` of a first start (default \""+office.DefaultDomain+"\")")
	set.StringVar(&c.Hostname, "hostname", c.Hostname, "how the servers `name` themselves (default the domain)")
	set.BoolVar(&c.InsecureAuth, "insecure-auth", false, "let clients log in without TLS")
	set.BoolVar(&c.Unguarded, "unguarded", false, "do not slow down who guesses passwords, for tests")
	set.BoolVar(&c.LegacyAuth, "legacy-auth", c.LegacyAuth, "keep new passwords readable, for CRAM-MD5, DIGEST-MD5, APOP and NTLM; offered once all accounts have one")
	set.StringVar(&c.ClientCA, "client-ca", c.ClientCA, "PEM `file` of who vouches for the certificates by which users may log in (EXTERNAL)")
	ldapFlags(set, &f.ldap)
	set.StringVar(&f.log, "log", "", "write the log to this `file` instead of standard error; SIGHUP opens it anew")
	set.BoolVar(&f.verbose, "verbose", false, "log every command")
	relayFlags(set, &c.Relaying)
	c.Addresses = make(map[string]string)
	for _, s := range office.Services() {
		set.Func(s.Flag, fmt.Sprintf("`address` of %s (default \"127.0.0.1:%d\")", s.Name, s.Port), func(a string) error {
			c.Addresses[s.Name] = a
			return nil
		})
	}
	switch err := set.Parse(args); {
	case err == flag.ErrHelp:
		return err
	case err != nil:
		return errUsage
	case set.NArg() > 0:
		fmt.Fprintf(stderr, "postoffice: there is no command %q\n", set.Arg(0))
		set.Usage()
		return errUsage
	}
	return nil
}

// listFlag adds a flag that may be repeated. It takes the place of all that the list had before.
func listFlag[T any](set *flag.FlagSet, list *[]T, name, usage string, parse func(string) ([]T, error)) {
	replaced := false
	set.Func(name, usage, func(s string) error {
		more, err := parse(s)
		if !replaced {
			*list, replaced = nil, true
		}
		*list = append(*list, more...)
		return err
	})
}

// relayFlags are about mail that leaves.
func relayFlags(set *flag.FlagSet, r *office.Relaying) {
	listFlag(set, &r.SmartHosts, "smarthost", "`host` that all mail to others goes to, HOST:PORT, may be repeated (default by DNS)", func(s string) ([]string, error) {
		return []string{s}, nil
	})
	listFlag(set, &r.Trusted, "trust", "`network`, such as 192.0.2.0/24, that may send to others without a login, may be repeated", func(s string) ([]netip.Prefix, error) {
		p, err := netip.ParsePrefix(s)
		return []netip.Prefix{p}, err
	})
	listFlag(set, &r.Park, "park", "`domain` whose mail waits until its host asks by ETRN; DOMAIN=USER lets that user fetch it by ATRN; may be repeated", func(s string) ([]office.Parked, error) {
		domain, user, _ := strings.Cut(s, "=")
		return []office.Parked{{Domain: domain, User: user}}, nil
	})
	listFlag(set, &r.Retry, "retry", "`intervals` between tries, such as 15m,1h,4h (default 60m, each one and a half times the last)", func(s string) (list []time.Duration, err error) {
		for one := range strings.SplitSeq(s, ",") {
			d, err := time.ParseDuration(one)
			if err != nil || d <= 0 {
				return nil, errors.New("write it as 15m,1h,4h")
			}
			list = append(list, d)
		}
		return list, nil
	})
	set.DurationVar(&r.Expire, "expire", r.Expire, "how long mail is tried before it goes back (default 72h)")
	set.DurationVar(&r.Notice, "notice", r.Notice, "how long mail is delayed before its sender is told (default never)")
	set.Func("resolver", "DNS server, `ADDRESS:PORT` (default the system's)", func(s string) (err error) {
		r.Resolver, err = netip.ParseAddrPort(s)
		return err
	})
	set.StringVar(&r.Port, "relay-port", r.Port, "`port` of other hosts (default \"25\")")
	set.BoolVar(&r.Private, "private", r.Private, "let mail go to private networks and this machine, and to names reserved for tests")
}

// serve runs the server until ctx ends.
func serve(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	f, err := parseServe(args, stderr)
	if err != nil {
		return err
	}
	book, err := logs.Open(f.logOptions(stderr))
	if err != nil {
		return err
	}
	f.config.Logs, f.config.Logger = book, book.Logger("server")
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
	manager := newNotifier(f.config.Logger)
	if f.config.Sockets, err = handedOver(); err != nil {
		return err
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
	defer onHangUp(func() {
		manager.reloading()
		manager.ready(f.again(ctx, book, o))
	})()
	if f.ready != "" {
		if err := o.WriteReady(f.ready); err != nil {
			return closing(o, err)
		}
	}
	if err := welcome(context.WithoutCancel(ctx), stdout, o, f.config.Dir, temporary); err != nil {
		return closing(o, err)
	}
	err = errors.Join(manager.while(ctx, answering(o), func() error { return o.Serve(ctx) }), f.removeReady())
	fmt.Fprintln(stdout, "\nStopped.")
	return err
}

// again opens the log anew, has the configuration read again, and says how it went.
func (f *serveFlags) again(ctx context.Context, book *logs.Book, o *office.Office) (status string) {
	if err := book.Reopen(); err != nil {
		f.config.Logger.ErrorContext(ctx, "log file was not opened anew", "err", err)
	}
	if err := o.Reload(ctx); err != nil { // the log has been told
		return "The configuration was not read again as it should: " + err.Error()
	}
	return answering(o)
}

// answering tells how many virtual servers do.
func answering(o *office.Office) string {
	return fmt.Sprintf("Listening at %d addresses", len(o.Addresses()))
}

// logOptions say where the log goes.
func (f *serveFlags) logOptions(stderr io.Writer) logs.Options {
	if f.log != "" {
		return logs.Options{File: f.log, JSON: f.json}
	}
	return logs.Options{Writer: stderr, JSON: f.json}
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
