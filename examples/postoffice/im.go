package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/wirepost/wirepost/examples/postoffice/chat"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/rvp"
)

// imFlags are what the command line of a chat can say.
type imFlags struct {
	user, account, domain          string
	server, passwordFile, contacts string
}

func parseIM(args []string, stderr io.Writer) (*imFlags, error) {
	f := new(imFlags)
	set := flag.NewFlagSet("postoffice im", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, "usage: postoffice im [flags] USER@DOMAIN\n\n"+
			"Chats with users of a server for instant messages (RVP). The password is asked for; from a\n"+
			"pipe it is the first line. /help shows what can be typed.\n\n")
		set.PrintDefaults()
	}
	set.StringVar(&f.server, "server", "", "where the server of the domain is, `HOST:PORT` (default by the DNS)")
	set.StringVar(&f.passwordFile, "password-file", "", "`file` with the password")
	set.StringVar(&f.contacts, "contacts", "", "`file` of contacts (default one for each user in the configuration folder)")
	set.StringVar(&f.account, "account", "", "`name` to log in by, if it is not what is before the @")
	set.StringVar(&f.domain, "windows-domain", "", "`domain` to log in at, which most servers take no notice of")
	words, err := parseWords(set, args)
	if err != nil {
		return nil, err
	}
	if len(words) != 1 {
		set.Usage()
		return nil, errUsage
	}
	f.user = words[0]
	if !strings.Contains(f.user, "@") && !strings.Contains(f.user, "://") {
		f.user += "@" + office.DefaultDomain
	}
	return f, nil
}

// im runs a chat.
func im(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	f, err := parseIM(args, stderr)
	if err != nil {
		return err
	}
	client := &rvp.Client{User: f.user, Account: f.account, Domain: f.domain, Logger: slog.New(slog.DiscardHandler)}
	if f.server != "" {
		node, err := rvp.ParseNode(f.user)
		domain := node.Host
		if err != nil {
			domain = f.user[strings.LastIndexByte(f.user, '@')+1:]
		}
		if client.Locator, err = chat.Locate(f.server, domain); err != nil {
			return err
		}
	}
	contacts, err := f.contactsFile()
	if err != nil {
		return err
	}
	in, lines := terminalOf(stdin), bufio.NewReader(stdin)
	if client.Password, err = f.password(ctx, in, lines, stderr); err != nil {
		return err
	}
	screen := chat.Pipe(lines, stdout)
	if out := terminalOf(stdout); in != nil && out != nil {
		var restore func()
		if screen, restore, err = chat.Terminal(in, out); err != nil {
			return err
		}
		defer restore()
	}
	return chat.Run(ctx, chat.Options{Client: client, Screen: screen, Contacts: contacts})
}

// terminalOf returns the terminal that a stream is, or nil.
func terminalOf(stream any) *os.File {
	if f, ok := stream.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// password reads the password: from the file, from a terminal without showing it,
// or as the first line.
func (f *imFlags) password(ctx context.Context, terminal *os.File, lines *bufio.Reader, stderr io.Writer) (password string, err error) {
	switch {
	case f.passwordFile != "":
		var content []byte
		content, err = os.ReadFile(f.passwordFile)
		password, _, _ = strings.Cut(string(content), "\n")
	case terminal != nil:
		fmt.Fprintf(stderr, "Password of %s: ", f.user)
		password, err = readHidden(ctx, int(terminal.Fd()))
		fmt.Fprintln(stderr)
	default:
		password, err = chat.Pipe(lines, io.Discard).ReadLine()
	}
	if password = strings.TrimSuffix(password, "\r"); password == "" {
		err = cmp.Or(err, errors.New("it is empty"))
	}
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	return password, nil
}

// readHidden reads a line from a terminal without showing it. When ctx ends the terminal is as it was.
func readHidden(ctx context.Context, terminal int) (string, error) {
	state, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	type line struct {
		text []byte
		err  error
	}
	typed := make(chan line, 1)
	go func() { // nothing can stop it; it ends with the program
		text, err := term.ReadPassword(terminal)
		typed <- line{text, err}
	}()
	select {
	case l := <-typed:
		return string(l.text), l.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(terminal, state))
	}
}

// contactsFile is where the user's contacts are.
func (f *imFlags) contactsFile() (string, error) {
	if f.contacts != "" {
		return f.contacts, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("%w; name a file of contacts with -contacts", err)
	}
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' || r < ' ' {
			return '_'
		}
		return r
	}, f.user)
	return filepath.Join(dir, "postoffice", "contacts-"+name), nil
}
