package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"time"
)

// These keep passwords out of the list of processes.
const (
	passwordVar      = "CONFORMANCE_PASSWORD"
	otherPasswordVar = "CONFORMANCE_OTHER_PASSWORD"
)

// options are what the command line says.
type options struct {
	protocol *protocol
	addr     string
	tls      bool
	from, to string
	relay    string
	user     string
	password string
	delete   bool

	other, otherPassword string
	scratch              string

	group      string
	post, feed bool

	domain  string // of a URL, if it is not the host of addr
	foreign bool

	timeout time.Duration
	only    *regexp.Regexp
	json    bool
	junit   bool
	verbose bool
}

var errUsage = errors.New("usage")

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{password: os.Getenv(passwordVar), otherPassword: os.Getenv(otherPasswordVar)}
	set := o.flags(stderr)
	words, err := parseMixed(set, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil, err
	case err != nil:
		return nil, errUsage
	case len(words) != 2:
		set.Usage()
		return nil, errUsage
	}
	if o.protocol = findProtocol(words[0]); o.protocol == nil {
		fmt.Fprintf(stderr, "conformance: protocol %q is not known; choose one of %s\n", words[0], protocolNames())
		return nil, errUsage
	}
	o.addr = words[1]
	if o.protocol.name == "rvp" {
		o.takeURL(words[1])
	}
	switch {
	case o.json && o.junit:
		fmt.Fprintln(stderr, "conformance: choose one of -json and -junit")
		return nil, errUsage
	case o.timeout <= 0:
		fmt.Fprintf(stderr, "conformance: -timeout %v is no time at all\n", o.timeout)
		return nil, errUsage
	}
	if _, _, err := net.SplitHostPort(o.addr); err != nil {
		fmt.Fprintf(stderr, "conformance: server: %v; write it as HOST:PORT\n", err)
		return nil, errUsage
	}
	return o, nil
}

// takeURL takes the URL of a server, or of a user of it, for its address: its host is
// the IM domain, unless -domain says another.
func (o *options) takeURL(word string) {
	rest, ok := strings.CutPrefix(word, "http://")
	if !ok {
		return
	}
	host, _, _ := strings.Cut(rest, "/")
	if o.addr = host; !strings.Contains(host, ":") {
		o.addr = host + ":80"
	}
	if o.domain == "" {
		o.domain = host
	}
}

func (o *options) flags(stderr io.Writer) *flag.FlagSet {
	set := flag.NewFlagSet("conformance", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprintf(stderr, "usage: conformance PROTOCOL [flags] HOST:PORT\n\nPROTOCOL is one of %s; for rvp http://HOST does for HOST:PORT.\n\nflags:\n", protocolNames())
		set.PrintDefaults()
	}
	set.BoolVar(&o.tls, "tls", false, "the server begins with TLS")
	set.StringVar(&o.from, "from", "", "smtp: a sender `address` that the server accepts (default with -user: that of -to)")
	set.StringVar(&o.to, "to", "", "smtp: a `mailbox` of the server's, for test mail (default postmaster)")
	set.StringVar(&o.relay, "relay", "", "smtp: an `address` elsewhere that the server must not send to")
	set.StringVar(&o.user, "user", "", "`name` to log in with")
	set.StringVar(&o.password, "password", o.password, "its `password`; better set $"+passwordVar)
	set.BoolVar(&o.delete, "delete", false, "pop3: run the cases that remove messages too; about ten are enough")
	set.StringVar(&o.scratch, "scratch", "", "imap4: how the `name` of mailboxes begins that the cases may make, fill and delete; most cases need one")
	set.StringVar(&o.other, "other", "", "imap4: another user's `name`, to be given rights (default anyone); rvp: another user's, which most cases need")
	set.StringVar(&o.otherPassword, "other-password", o.otherPassword, "imap4, rvp: the other user's `password`; better set $"+otherPasswordVar)
	set.StringVar(&o.group, "group", "", "nntp: a `newsgroup` for tests, not moderated; most cases need one, with an article in it")
	set.BoolVar(&o.post, "post", false, "nntp: post articles to it; about twenty are enough")
	set.BoolVar(&o.feed, "feed", false, "nntp: send articles for it as other servers do; about sixty are enough")
	set.StringVar(&o.domain, "domain", "", "rvp: the IM `domain`, such as im.example.test (default the host)")
	set.BoolVar(&o.foreign, "foreign", false, "rvp: the server may connect to this machine as to the server of another domain")
	set.DurationVar(&o.timeout, "timeout", 10*time.Second, "how long to wait for the server, each time")
	set.BoolVar(&o.json, "json", false, "print JSON, one object a line")
	set.BoolVar(&o.junit, "junit", false, "print JUnit XML")
	set.BoolVar(&o.verbose, "v", false, "print the transcript of every case, not only of those that fail")
	set.Func("run", "only the cases whose name matches this `regexp`", func(s string) (err error) {
		o.only, err = regexp.Compile(s)
		return err
	})
	// Passwords must not be printed as defaults.
	set.Lookup("password").DefValue = ""
	set.Lookup("other-password").DefValue = ""
	return set
}

// parseMixed parses flags wherever they stand and returns the other words.
func parseMixed(set *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := set.Parse(args); err != nil {
			return nil, err
		}
		if set.NArg() == 0 {
			return words, nil
		}
		words = append(words, set.Arg(0))
		args = set.Args()[1:]
	}
}

func protocolNames() string {
	var names []string
	for _, p := range protocols {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}
