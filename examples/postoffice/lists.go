package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A kind is groups of users, or aliases, which are kept alike.
type kind struct {
	name     string
	alias    bool
	commands []listCommand
}

// A listCommand is one line of a table.
type listCommand struct {
	name, words, help string
	least, most       int // words behind it; most below 0 is no bound
	run               func(context.Context, manage.Lists, *listFlags) error
}

var groups = kind{"group", false, []listCommand{
	{"list", "", "list the groups of users", 0, 0, listLists},
	{"show", "ADDRESS", "show all that is known of a group", 1, 1, showList},
	{"set", "ADDRESS [MEMBER...]", "make a group, or change what is named", 1, -1, setList},
	{"add-member", "ADDRESS MEMBER...", "add members", 2, -1, addMembers},
	{"remove-member", "ADDRESS MEMBER...", "remove members", 2, -1, removeMembers},
	{"remove", "ADDRESS", "remove a group; its members stay", 1, 1, removeList},
}}

var aliases = kind{"alias", true, []listCommand{
	{"list", "", "list the aliases", 0, 0, listLists},
	{"set", "ADDRESS TARGET...", "make an address another name for others", 2, -1, setList},
	{"remove", "ADDRESS", "remove an alias; what it stands for stays", 1, 1, removeList},
}}

// listFlags are what the command line of a group or alias command can say.
type listFlags struct {
	kind    kind
	dir     string
	address string
	members []string
	change  []func(*manage.MailList)
	json    bool
	force   bool
	stdout  io.Writer
}

// lists runs a command that manages groups or aliases.
func lists(ctx context.Context, k kind, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		k.usage(stderr)
		return errUsage
	}
	for _, cmd := range k.commands {
		if cmd.name == args[0] {
			return cmd.parseAndRun(ctx, k, args[1:], stdout, stderr)
		}
	}
	k.usage(stderr)
	if isHelp(args[0]) {
		return nil
	}
	return errUsage
}

func (k kind) usage(w io.Writer) {
	fmt.Fprintf(w, "usage: postoffice %s COMMAND [flags] [ADDRESS [MEMBER...]]\n\n", k.name)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, cmd := range k.commands {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", cmd.name, cmd.words, cmd.help)
	}
	table.Flush()
}

func (cmd *listCommand) parseAndRun(ctx context.Context, k kind, args []string, stdout, stderr io.Writer) error {
	f := &listFlags{kind: k, stdout: stdout}
	set := flag.NewFlagSet("postoffice "+k.name+" "+cmd.name, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.dir, "data", defaultDir, "data `folder`")
	set.BoolVar(&f.json, "json", false, "print JSON")
	if cmd.name == "set" || cmd.name == "add-member" {
		set.BoolVar(&f.force, "force", false, "take members here that there are not, too")
	}
	if cmd.name == "set" {
		f.parseSet(set)
	}
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) < cmd.least || cmd.most >= 0 && len(words) > cmd.most {
		k.usage(stderr)
		return errUsage
	}
	if len(words) > 0 {
		f.address, f.members = words[0], words[1:]
	}
	l, err := office.OpenLists(ctx, f.dir)
	if err != nil {
		return err
	}
	return errors.Join(cmd.run(ctx, l, f), l.Close())
}

// parseSet has the flags that say what a list is like.
func (f *listFlags) parseSet(set *flag.FlagSet) {
	change := func(name, help string, to func(*manage.MailList, string)) {
		set.Func(name, help, func(s string) error {
			f.change = append(f.change, func(l *manage.MailList) { to(l, s) })
			return nil
		})
	}
	change("display", "what it is called, one `line`", func(l *manage.MailList, s string) { l.Display = s })
	set.BoolFunc("hidden", "leave it out of the directory; -hidden=false shows it", func(s string) error {
		f.change = append(f.change, func(l *manage.MailList) { l.Hidden = s == "true" })
		return nil
	})
	if f.kind.alias {
		return
	}
	change("owner", "`address` that gets what cannot be delivered; \"\" is the sender", func(l *manage.MailList, s string) { l.Owner = s })
	change("senders", "`addresses` and domains that may write to it, with commas; \"\" is everybody", func(l *manage.MailList, s string) {
		l.Senders = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
	})
}

// all are the lists of the kind.
func (f *listFlags) all(ctx context.Context, l manage.Lists) ([]manage.MailList, error) {
	all, err := l.List(ctx)
	return slices.DeleteFunc(all, func(m manage.MailList) bool { return m.Alias != f.kind.alias }), err
}

// find looks for a list by its address, in the first domain that has it if none is named.
func (f *listFlags) find(ctx context.Context, l manage.Lists) (manage.MailList, error) {
	all, err := l.List(ctx)
	if err != nil {
		return manage.MailList{}, err
	}
	for _, m := range all {
		if !sameAddress(m.Address, f.address) {
			continue
		}
		if m.Alias != f.kind.alias {
			return m, fmt.Errorf("%s is %s; use postoffice %s", m.Address, articles[m.Alias], kindNames[m.Alias])
		}
		return m, nil
	}
	return manage.MailList{}, fmt.Errorf("%s %s: %w", f.kind.name, f.address, store.ErrNotFound)
}

var (
	articles  = map[bool]string{true: "an alias", false: "a group"}
	kindNames = map[bool]string{true: "alias", false: "group"}
)

// sameAddress compares an address with one that may be without its domain.
func sameAddress(full, given string) bool {
	if !strings.Contains(given, "@") {
		full = full[:max(0, strings.LastIndexByte(full, '@'))]
	}
	return store.FoldName(full) == store.FoldName(given)
}
