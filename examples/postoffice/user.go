package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// A userCommand is one line of the table below.
type userCommand struct {
	name, help string
	kind       int // what is not as with most
	run        func(context.Context, manage.Accounts, *userFlags) error
}

// Most commands are about one account and need nothing but its name.
const (
	listsAll = iota + 1
	setsPassword
)

var userCommands = []userCommand{
	{"list", "list the accounts", listsAll, listUsers},
	{"show", "show all that is known of an account", 0, showUser},
	{"add", "make an account; a password is made up and printed", setsPassword, addUser},
	{"set", "change what the flags name", 0, setUser},
	{"password", "set a new password", setsPassword, setPassword},
	{"disable", "lock an account: no login, no mail", 0, disableUser},
	{"enable", "unlock an account", 0, enableUser},
	{"remove", "remove an account and all its mail", 0, removeUser},
}

// userFlags are what the command line of a user command can say.
type userFlags struct {
	dir       string
	name      string
	change    manage.UserChange
	profile   map[string]string // fields that are set, by flag
	json      bool
	fromStdin bool   // the password
	password  string // to set
	stdout    io.Writer
	stderr    io.Writer
}

// user runs a command that manages accounts.
func user(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		userUsage(stderr)
		return errUsage
	}
	for _, cmd := range userCommands {
		if cmd.name == args[0] {
			return cmd.parseAndRun(ctx, args[1:], stdin, stdout, stderr)
		}
	}
	userUsage(stderr)
	if isHelp(args[0]) {
		return nil
	}
	return errUsage
}

func userUsage(w io.Writer) {
	fmt.Fprintln(w, "usage: postoffice user COMMAND [flags] [NAME]")
	fmt.Fprintln(w)
	for _, cmd := range userCommands {
		name := "NAME"
		if cmd.kind == listsAll {
			name = ""
		}
		fmt.Fprintf(w, "  %-9s %-5s %s\n", cmd.name, name, cmd.help)
	}
}

func (cmd *userCommand) parseAndRun(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	f := &userFlags{stdout: stdout, stderr: stderr}
	if err := cmd.parse(f, args, stderr); err != nil {
		return err
	}
	// First, so that the data folder is not in use while somebody types.
	if cmd.kind == setsPassword {
		if err := f.readPassword(stdin); err != nil {
			return err
		}
	}
	accounts, err := office.OpenAccounts(ctx, f.dir)
	if err != nil {
		return err
	}
	return errors.Join(cmd.run(ctx, accounts, f), accounts.Close())
}

// parse parses flags, before the name or behind it.
func (cmd *userCommand) parse(f *userFlags, args []string, stderr io.Writer) error {
	set := flag.NewFlagSet("postoffice user "+cmd.name, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.dir, "data", defaultDir, "data `folder`")
	set.BoolVar(&f.json, "json", false, "print JSON")
	f.parseProfile(set, cmd.name)
	if cmd.kind == setsPassword {
		set.BoolVar(&f.fromStdin, "password-stdin", false, "read the password from standard input, one line")
	}
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	want := 1
	if cmd.kind == listsAll {
		want = 0
	}
	if len(words) != want {
		userUsage(stderr)
		return errUsage
	}
	f.name = strings.Join(words, "")
	return nil
}

// maxPassword bounds the line that a password is read from, in octets.
const maxPassword = 4096

// readPassword reads the password from stdin or makes one up.
func (f *userFlags) readPassword(stdin io.Reader) error {
	if !f.fromStdin {
		f.password = office.NewPassword()
		return nil
	}
	line, err := bufio.NewReader(io.LimitReader(stdin, maxPassword+2)).ReadString('\n')
	if err != nil && err != io.EOF {
		return fmt.Errorf("password: %w", err)
	}
	f.password = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	switch {
	case f.password == "":
		return errors.New("password: the line from standard input is empty")
	case len(f.password) > maxPassword:
		return fmt.Errorf("password: more than %d octets", maxPassword)
	}
	return nil
}
