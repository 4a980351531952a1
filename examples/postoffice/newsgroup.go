package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// A newsgroupCommand is one line of the table below.
type newsgroupCommand struct {
	name, help string
	words      int // behind it
	run        func(context.Context, manage.Groups, *newsgroupFlags) error
}

var newsgroupCommands = []newsgroupCommand{
	{"list", "list the newsgroups", 0, listNewsgroups},
	{"add", "make a newsgroup, or change it", 1, addNewsgroup},
	{"remove", "remove a newsgroup and all its articles", 1, removeNewsgroup},
}

// newsgroupFlags are what the command line of a newsgroup command can say.
type newsgroupFlags struct {
	dir    string
	group  manage.Newsgroup
	closed bool
	json   bool
	stdout io.Writer
}

// newsgroup runs a command that manages newsgroups.
func newsgroup(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		newsgroupUsage(stderr)
		return errUsage
	}
	for _, cmd := range newsgroupCommands {
		if cmd.name == args[0] {
			return cmd.parseAndRun(ctx, args[1:], stdout, stderr)
		}
	}
	newsgroupUsage(stderr)
	if isHelp(args[0]) {
		return nil
	}
	return errUsage
}

func newsgroupUsage(w io.Writer) {
	fmt.Fprintln(w, "usage: postoffice newsgroup COMMAND [flags] [NAME]")
	fmt.Fprintln(w)
	for _, cmd := range newsgroupCommands {
		name := "NAME"
		if cmd.words == 0 {
			name = ""
		}
		fmt.Fprintf(w, "  %-7s %-5s %s\n", cmd.name, name, cmd.help)
	}
}

func (cmd *newsgroupCommand) parseAndRun(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := &newsgroupFlags{stdout: stdout}
	set := flag.NewFlagSet("postoffice newsgroup "+cmd.name, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.dir, "data", defaultDir, "data `folder`")
	if cmd.name == "list" {
		set.BoolVar(&f.json, "json", false, "print JSON")
	}
	if cmd.name == "add" {
		set.StringVar(&f.group.Description, "description", "", "what it is about, one `line`")
		set.StringVar(&f.group.Moderator, "moderator", "", "mail `address` that gets what is posted; default: it is not moderated")
		set.BoolVar(&f.closed, "closed", false, "nobody posts")
	}
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) != cmd.words {
		newsgroupUsage(stderr)
		return errUsage
	}
	f.group.Name = strings.Join(words, "")
	groups, err := office.OpenGroups(ctx, f.dir)
	if err != nil {
		return err
	}
	return errors.Join(cmd.run(ctx, groups, f), groups.Close())
}

func listNewsgroups(ctx context.Context, g manage.Groups, f *newsgroupFlags) error {
	all, err := g.List(ctx)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(f.stdout, all)
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tARTICLES\tPOSTING\tDESCRIPTION")
	for _, group := range all {
		posting := map[string]string{"y": "yes", "n": "no", "m": "by " + group.Moderator}[group.Status]
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", group.Name, group.Articles, posting, group.Description)
	}
	return w.Flush()
}

func addNewsgroup(ctx context.Context, g manage.Groups, f *newsgroupFlags) error {
	switch {
	case f.closed && f.group.Moderator != "":
		return errors.New("a newsgroup has a moderator, or is closed, not both")
	case f.closed:
		f.group.Status = "n"
	case f.group.Moderator != "":
		f.group.Status = "m"
	default:
		f.group.Status = "y"
	}
	return g.Set(ctx, f.group)
}

func removeNewsgroup(ctx context.Context, g manage.Groups, f *newsgroupFlags) error {
	return g.Remove(ctx, f.group.Name)
}
