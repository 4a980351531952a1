package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// A serverCommand is one line of the table below.
type serverCommand struct {
	name  string // with the word before it
	words string // behind it
	help  string
	run   func(context.Context, manage.Servers, *virtualFlags) error
}

var serverCommands = []serverCommand{
	{"server list", "", "list the virtual servers, and how they stand", listServers},
	{"server start", "NAME", "have one listen", doServer(manage.Start)},
	{"server stop", "NAME", "have one end its conversations, and listen no more", doServer(manage.Stop)},
	{"server pause", "NAME", "let nobody else in; those connected go on", doServer(manage.Pause)},
	{"server resume", "NAME", "let clients in again", doServer(manage.Resume)},
	{"log levels", "", "list how much each category logs", listLevels},
	{"log set", "CATEGORY LEVEL", "have one log more or less: debug, info, warn or error", setLevel},
	{"log set", "LEVEL", "the same for all that have no level of their own", setLevel},
	{"reload", "", "have the server read its configuration and certificates again", reload},
}

// virtualFlags are what the command line of such a command can say.
type virtualFlags struct {
	dir    string
	json   bool
	words  []string
	stdout io.Writer
}

// virtual runs a command that manages the virtual servers, and the log, of a running server.
func virtual(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	name, rest := args[0], args[1:]
	if name != "reload" && len(rest) > 0 {
		name, rest = name+" "+rest[0], rest[1:]
	}
	i := slices.IndexFunc(serverCommands, func(c serverCommand) bool { return c.name == name })
	if i < 0 {
		virtualUsage(stderr, args[0])
		if len(args) > 1 && isHelp(args[1]) {
			return nil
		}
		return errUsage
	}
	f := &virtualFlags{stdout: stdout}
	set := flag.NewFlagSet("postoffice "+name, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.dir, "data", defaultDir, "data `folder` of the running server")
	if strings.HasSuffix(name, "list") || strings.HasSuffix(name, "levels") {
		set.BoolVar(&f.json, "json", false, "print JSON")
	}
	var err error
	if f.words, err = parseWords(set, rest); err != nil {
		return err
	}
	if !slices.ContainsFunc(serverCommands, func(c serverCommand) bool {
		return c.name == name && len(strings.Fields(c.words)) == len(f.words)
	}) {
		virtualUsage(stderr, args[0])
		return errUsage
	}
	servers, err := office.OpenServers(ctx, f.dir)
	if err != nil {
		return err
	}
	return errors.Join(serverCommands[i].run(ctx, servers, f), servers.Close())
}

// virtualUsage is for the commands that begin with a word.
func virtualUsage(w io.Writer, word string) {
	if word == "reload" {
		fmt.Fprintln(w, "usage: postoffice reload [flags]")
		return
	}
	fmt.Fprintf(w, "usage: postoffice %s COMMAND [flags]\n\n", word)
	for _, c := range serverCommands {
		if rest, ok := strings.CutPrefix(c.name, word+" "); ok {
			fmt.Fprintf(w, "  %-22s %s\n", rest+" "+c.words, c.help)
		}
	}
}

func listServers(ctx context.Context, s manage.Servers, f *virtualFlags) error {
	list, err := s.List(ctx)
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(f.stdout, list)
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tPROTOCOL\tSTATE\tSINCE\tOPEN\tTOTAL\tREFUSED\tADDRESSES")
	for _, one := range list {
		addresses := strings.Join(one.Addresses, " ")
		if len(one.TLS) > 0 {
			addresses = strings.TrimSpace(addresses + " TLS " + strings.Join(one.TLS, " "))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", one.Name, one.Protocol, one.State,
			one.Since.Local().Format(time.DateTime), one.Open, one.Total, one.Refused, addresses)
		if one.Error != "" {
			fmt.Fprintf(w, "\t\t\t\t\t\t\t%s\n", one.Error)
		}
	}
	return w.Flush()
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(v)
}

func doServer(a manage.ServerAction) func(context.Context, manage.Servers, *virtualFlags) error {
	return func(ctx context.Context, s manage.Servers, f *virtualFlags) error { return s.Do(ctx, f.words[0], a) }
}

func listLevels(ctx context.Context, s manage.Servers, f *virtualFlags) error {
	levels, err := s.Levels(ctx)
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(f.stdout, levels)
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CATEGORY\tLEVEL")
	for _, category := range slices.Sorted(maps.Keys(levels)) {
		level := levels[category]
		if level == "" {
			level = "(" + levels[""] + ")"
		}
		if category == "" {
			category = "all others"
		}
		fmt.Fprintf(w, "%s\t%s\n", category, level)
	}
	return w.Flush()
}

func setLevel(ctx context.Context, s manage.Servers, f *virtualFlags) error {
	category, level := "", f.words[len(f.words)-1]
	if len(f.words) > 1 {
		category = f.words[0]
	}
	return s.SetLevel(ctx, category, level)
}

func reload(ctx context.Context, s manage.Servers, _ *virtualFlags) error { return s.Reload(ctx) }
