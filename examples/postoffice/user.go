package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// A userCommand is one line of the table below.
type userCommand struct {
	name, help string
	kind       int // what is not as with most
	run        func(context.Context, office.Accounts, *userFlags) error
}

// Most commands are about one account and need nothing but its name.
const (
	listsAll = iota + 1
	setsPassword
)

var userCommands = []userCommand{
	{"list", "list the accounts", listsAll, listUsers},
	{"add", "make an account; a password is made up and printed", setsPassword, addUser},
	{"password", "set a new password", setsPassword, setPassword},
	{"disable", "lock an account: no login, no mail", 0, disableUser},
	{"enable", "unlock an account", 0, enableUser},
	{"remove", "remove an account and all its mail", 0, removeUser},
}

// userFlags are what the command line of a user command can say.
type userFlags struct {
	dir       string
	name      string
	addresses []string
	fromStdin bool   // the password
	password  string // to set
	stdout    io.Writer
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
	f := &userFlags{stdout: stdout}
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
	if cmd.name == "add" {
		set.Func("address", "mail `address`, may be repeated (default NAME at the local domain)", func(s string) error {
			f.addresses = append(f.addresses, s)
			return nil
		})
	}
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

func listUsers(ctx context.Context, a office.Accounts, f *userFlags) error {
	users, err := a.List(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tADDRESSES\tOCTETS\tSTATE")
	for _, u := range users {
		state := "enabled"
		if u.Disabled {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", u.Name, strings.Join(u.Addresses, " "), u.Octets, state)
	}
	return w.Flush()
}

func addUser(ctx context.Context, a office.Accounts, f *userFlags) error {
	u, err := a.Add(ctx, office.NewUser{Name: f.name, Addresses: f.addresses, Password: f.password})
	if err != nil {
		return err
	}
	fmt.Fprintf(f.stdout, "%s has the address %s", u.Name, strings.Join(u.Addresses, ", "))
	if !f.fromStdin {
		fmt.Fprintf(f.stdout, " and the password %s", f.password)
	}
	fmt.Fprintln(f.stdout)
	return nil
}

func setPassword(ctx context.Context, a office.Accounts, f *userFlags) error {
	if err := a.SetPassword(ctx, f.name, f.password); err != nil {
		return err
	}
	if !f.fromStdin {
		fmt.Fprintf(f.stdout, "%s has the password %s\n", f.name, f.password)
	}
	return nil
}

func disableUser(ctx context.Context, a office.Accounts, f *userFlags) error {
	return a.SetDisabled(ctx, f.name, true)
}

func enableUser(ctx context.Context, a office.Accounts, f *userFlags) error {
	return a.SetDisabled(ctx, f.name, false)
}

func removeUser(ctx context.Context, a office.Accounts, f *userFlags) error {
	return a.Remove(ctx, f.name)
}
