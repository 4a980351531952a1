package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/rvp"
)

// patience is how long one command may take.
const patience = time.Minute

// Options are what Run needs.
type Options struct {
	// Client is who logs on. Its Events must not be set.
	Client *rvp.Client

	Screen Screen

	// Contacts is the file of the user's contacts, which is made if need be; "" keeps
	// none.
	Contacts string
}

// A session is one call of Run.
type session struct {
	client   *rvp.Client
	screen   Screen
	contacts string

	mu      sync.Mutex // guards what follows
	talks   []*talk
	current *talk // nil if there is none
	numbers int
}

// Run logs on, does what the user types and shows what others do, until he leaves or
// ctx ends. Then it logs off. The error says why he could not log on.
func Run(ctx context.Context, o Options) error {
	s := &session{client: o.Client, screen: o.Screen, contacts: o.Contacts}
	names, err := readList(o.Contacts)
	if err != nil {
		return err
	}
	s.client.Events = s.event
	if err := s.client.LogOn(ctx); err != nil {
		return explain(err)
	}
	defer s.logOff()
	s.print("* you are online as %s; /help shows what you can do", s.client.Node().Name)
	s.watch(ctx, names)
	s.screen.Keys(s.typing)
	lines := s.lines(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case text, ok := <-lines:
			if !ok {
				return nil
			}
			switch err := s.obey(ctx, text); {
			case errors.Is(err, errQuit):
				return nil
			case err != nil:
				s.print("! %s", reason(err))
			}
		}
	}
}

// lines returns what is typed. Nothing can stop a Screen from waiting for more: its
// goroutine ends with the next line, at the latest.
func (s *session) lines(ctx context.Context) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for {
			text, err := s.screen.ReadLine()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					s.print("! %v", err)
				}
				return
			}
			select {
			case lines <- text:
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// watch watches the contacts of the file, several at a time.
func (s *session) watch(ctx context.Context, names []string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var all sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, name := range names {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			n, err := s.find(ctx, name)
			if err != nil {
				s.print("! contact %s: %s", line(name), reason(err))
				return
			}
			_, _ = s.client.Watch(ctx, n) // an event tells
		})
	}
	all.Wait()
}

func (s *session) logOff() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// What the server was not told it finds out by itself.
	_ = s.client.LogOff(ctx)
}

func (s *session) print(format string, args ...any) { s.screen.Print(fmt.Sprintf(format, args...)) }

// reason is an error as it is shown.
func reason(err error) string { return paragraph(strings.ReplaceAll(err.Error(), "rvp: ", "")) }

// explain says what to change if a logon fails.
func explain(err error) error {
	switch {
	case errors.Is(err, rvp.ErrLogin):
		return fmt.Errorf("%w: check the name and the password", err)
	case errors.Is(err, rvp.ErrNoUser):
		return fmt.Errorf("%w: check the name; the administrator may have switched instant messages off for it", err)
	case errors.Is(err, rvp.ErrDenied):
		return fmt.Errorf("%w: the server takes neither NTLM nor Digest (a postoffice does with -legacy-auth), or the account is another user's", err)
	}
	return err
}
