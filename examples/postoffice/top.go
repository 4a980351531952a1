package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

const topHelp = "Shows the running server: its virtual servers, what waits to be sent, who is there, and\n" +
	"the last warnings, every few seconds. Keys: n, o, t and r sort the virtual servers by\n" +
	"name, open connections, all connections and rate; q quits. Without a terminal it prints\n" +
	"what is now, once."

// top watches a running server.
func top(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := newFlags("top", "", stderr, topHelp)
	dir := set.String("data", defaultDir, "data `folder` of the running server")
	every := set.Duration("every", 2*time.Second, "how often to look, a `time` such as 5s")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) > 0 || *every < 100*time.Millisecond {
		set.Usage()
		return errUsage
	}
	now, err := look(ctx, *dir)
	if err != nil {
		return err
	}
	screen, ok := stdout.(*os.File)
	if !ok || !term.IsTerminal(int(screen.Fd())) || !term.IsTerminal(int(os.Stdin.Fd())) {
		_, err := io.WriteString(stdout, render(now, nil, byName, 0, 0))
		return err
	}
	return watch(ctx, *dir, *every, screen, now)
}

// look asks the server for all of it. What it does not know is left out.
func look(ctx context.Context, dir string) (*sight, error) {
	servers, err := office.OpenServers(ctx, dir)
	if err != nil {
		return nil, err
	}
	s := &sight{at: time.Now()}
	s.servers, err = servers.List(ctx)
	if err = errors.Join(err, servers.Close()); err != nil {
		return nil, err
	}
	mail, err := office.OpenMail(ctx, dir)
	if err != nil {
		return nil, err
	}
	s.routes, err = mail.Routes(ctx)
	if err = errors.Join(err, mail.Close()); err != nil {
		return nil, err
	}
	if people, err := office.OpenPeople(ctx, dir); err == nil {
		s.people, err = people.Online(ctx)
		if err = errors.Join(err, people.Close()); err != nil {
			s.people = []manage.Person{}
		}
	}
	s.trouble, _ = office.RecentTrouble(ctx, dir) // a server may keep none
	return s, nil
}

// ANSI (ECMA-48): the other screen, without a cursor; and back.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	clearLine   = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// watch shows the server until q is pressed. The terminal's size is asked for each time,
// and when it changes.
func watch(ctx context.Context, dir string, every time.Duration, screen *os.File, now *sight) (err error) {
	in := int(os.Stdin.Fd())
	state, err := term.MakeRaw(in)
	if err != nil {
		return err
	}
	fmt.Fprint(screen, enterScreen)
	defer func() {
		fmt.Fprint(screen, leaveScreen)
		err = errors.Join(err, term.Restore(in, state))
	}()
	keys := make(chan byte)
	go func() { // it ends with the program
		var b [1]byte
		for {
			if _, err := os.Stdin.Read(b[:]); err != nil {
				close(keys)
				return
			}
			keys <- b[0]
		}
	}()
	resized, stop := resizes()
	defer stop()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	order, before := byName, (*sight)(nil)
	for {
		width, height, err := term.GetSize(int(screen.Fd()))
		if err != nil {
			return err
		}
		fmt.Fprint(screen, home+onScreen(render(now, before, order, width, height))+clearBelow)
		select {
		case <-ctx.Done():
			return nil
		case <-resized:
		case key, ok := <-keys:
			next, known := orderOf(key)
			switch {
			case !ok || key == 'q' || key == 3: // Ctrl-C
				return nil
			case known:
				order = next
			}
		case <-ticker.C:
			next, err := look(ctx, dir)
			if err != nil {
				return err
			}
			before, now = now, next
		}
	}
}
