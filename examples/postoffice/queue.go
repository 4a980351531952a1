package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/queue"
)

// A queueCommand is one line of the table below.
type queueCommand struct {
	name, help string
	action     manage.Action // what it does to mail; the others only look
	run        func(context.Context, manage.Mail, *queueFlags) error
}

var queueCommands = []queueCommand{
	{"list", "list the mail that waits", "", listQueue},
	{"routes", "list the ways out, and how they stand", "", listRoutes},
	{"mode", "tell what comes and leaves, or set it: in-out, in, out, none", "", queueMode},
	{"hold", "keep mail from being sent", manage.Hold, doQueue},
	{"release", "let go what is held, or waits for its host to ask", manage.Release, doQueue},
	{"retry", "try again at once", manage.Retry, doQueue},
	{"return", "send mail back to its sender, with a report", manage.Return, doQueue},
	{"drop", "remove mail without a word to anybody", manage.Drop, doQueue},
}

// queueFlags are what the command line of a queue command can say.
type queueFlags struct {
	dir    string
	filter queue.Filter
	all    bool
	most   int
	action manage.Action
	reason string
	stdout io.Writer
}

// mailQueue runs a command that manages the queue.
func mailQueue(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		for _, cmd := range queueCommands {
			if cmd.name == args[0] {
				return cmd.parseAndRun(ctx, args[1:], stdout, stderr)
			}
		}
	}
	queueUsage(stderr)
	if len(args) > 0 && isHelp(args[0]) {
		return nil
	}
	return errUsage
}

func isHelp(s string) bool { return s == "-help" || s == "-h" || s == "--help" }

func queueUsage(w io.Writer) {
	fmt.Fprintln(w, "usage: postoffice queue COMMAND [flags] [MESSAGE]")
	fmt.Fprintln(w)
	for _, cmd := range queueCommands {
		fmt.Fprintf(w, "  %-8s %s\n", cmd.name, cmd.help)
	}
	fmt.Fprintln(w, "\nFlags say which mail is meant: postoffice queue list -help")
}

func (cmd *queueCommand) parseAndRun(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := &queueFlags{stdout: stdout, action: cmd.action}
	if err := cmd.parse(f, args, stderr); err != nil {
		return err
	}
	mail, err := office.OpenMail(ctx, f.dir)
	if err != nil {
		return err
	}
	return errors.Join(cmd.run(ctx, mail, f), mail.Close())
}

func (cmd *queueCommand) parse(f *queueFlags, args []string, stderr io.Writer) error {
	set := flag.NewFlagSet("postoffice queue "+cmd.name, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.dir, "data", defaultDir, "data `folder`")
	set.StringVar(&f.filter.Route, "route", "", "only mail that takes this `route`, as listed")
	set.StringVar(&f.filter.Domain, "to-domain", "", "only mail to this `domain`; .example.org is all below it")
	set.StringVar(&f.filter.To, "to", "", "only mail to this `address`")
	set.StringVar(&f.filter.Sender, "from", "", "only mail from this `address`")
	set.Func("state", "only mail that is `waiting`, leased, held or parked", func(s string) error {
		for _, state := range []queue.State{queue.Waiting, queue.Leased, queue.Held, queue.Parked} {
			if state.String() == s {
				f.filter.State = &state
				return nil
			}
		}
		return errors.New("choose waiting, leased, held or parked")
	})
	if cmd.action == "" {
		set.IntVar(&f.most, "most", 1000, "list no more than `n`")
	} else {
		set.BoolVar(&f.all, "all", false, "mean all mail")
	}
	switch cmd.action {
	case manage.Return:
		set.StringVar(&f.reason, "reason", "", "tell the senders this `reason`")
	case manage.Drop:
		set.StringVar(&f.reason, "reason", "", "keep this `reason` in the message tracking log")
	}
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) > 1 {
		queueUsage(stderr)
		return errUsage
	}
	f.filter.Message = strings.Join(words, "")
	if cmd.action != "" && !f.all && isZero(f.filter) {
		fmt.Fprintf(stderr, "postoffice: say which mail to %s: a message, a flag such as -to-domain, or -all\n", cmd.name)
		return errUsage
	}
	return nil
}

// parseWords parses flags, before words or behind them, and returns the words.
func parseWords(set *flag.FlagSet, args []string) (words []string, err error) {
	for len(args) > 0 {
		switch err := set.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, err
		case err != nil:
			return nil, errUsage
		}
		if args = set.Args(); len(args) > 0 {
			words, args = append(words, args[0]), args[1:]
		}
	}
	return words, nil
}

func isZero(f queue.Filter) bool {
	return f.Route == "" && f.Domain == "" && f.To == "" && f.Sender == "" && f.State == nil && f.Message == ""
}

func listQueue(ctx context.Context, m manage.Mail, f *queueFlags) error {
	list, err := m.List(ctx, f.filter, f.most+1)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MESSAGE\tSTATE\tROUTE\tAGE\tNEXT TRY\tTRIES\tOCTETS\tFROM\tTO")
	for i, item := range list {
		if i == f.most {
			break
		}
		due := "-"
		if item.State == queue.Waiting.String() {
			due = item.Due.Local().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%v\t%s\t%d\t%d\t<%s>\t%s\n", item.Message, item.State, item.Route,
			time.Since(item.Arrived).Round(time.Second), due, item.Tries, item.Octets, item.From, strings.Join(item.To, " "))
		if item.Last != "" {
			fmt.Fprintf(w, "\t%s\n", item.Last)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(list) > f.most {
		fmt.Fprintf(f.stdout, "There is more: narrow it down, or ask for it with -most.\n")
	}
	return nil
}

func listRoutes(ctx context.Context, m manage.Mail, f *queueFlags) error {
	routes, err := m.Routes(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROUTE\tWAITING\tSENDING\tHELD\tPARKED\tOCTETS\tOLDEST\tDOWN")
	for _, r := range routes {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%v\t%s\n", r.Route, r.Waiting, r.Leased, r.Held, r.Parked, r.Octets,
			time.Since(r.Oldest).Round(time.Second), r.Down)
	}
	return w.Flush()
}

func doQueue(ctx context.Context, m manage.Mail, f *queueFlags) error {
	n, err := m.Do(ctx, f.action, f.filter, f.reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(f.stdout, "%s: %d\n", f.action, n)
	return nil
}
