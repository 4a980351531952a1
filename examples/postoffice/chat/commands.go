package chat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/rvp"
)

// A command is one line of the table below.
type command struct {
	name, args, help string
	least            int // words that it needs
	run              func(s *session, ctx context.Context, words []string, rest string) error
}

// commands returns all that can be typed besides text. It is a function
// because /help shows it.
func commands() []command {
	return []command{
		{"to", "NAME...", "talk with one or more; what you type then goes to them", 1, (*session).to},
		{"msg", "NAME TEXT", "the same, and say something", 2, (*session).msg},
		{"talks", "", "list your conversations", 0, (*session).listTalks},
		{"talk", "NUMBER", "go on with one of them", 1, (*session).goOn},
		{"invite", "NAME...", "have others take part", 1, (*session).invite},
		{"leave", "", "leave the conversation", 0, (*session).leave},
		{"typing", "", "have them told that you are typing", 0, (*session).tell},
		{"list", "", "list your contacts", 0, (*session).list},
		{"add", "NAME...", "add to your contacts", 1, (*session).add},
		{"remove", "NAME...", "take off your contacts", 1, (*session).remove},
		{"online", "", "be online again", 0, state(rvp.Online)},
		{"busy", "", "be busy", 0, state(rvp.Busy)},
		{"away", "", "be away", 0, state(rvp.Away)},
		{"back-soon", "", "be back soon", 0, state(rvp.BackSoon)},
		{"phone", "", "be on the phone", 0, state(rvp.OnPhone)},
		{"lunch", "", "be at lunch", 0, state(rvp.AtLunch)},
		{"invisible", "", "look offline", 0, state(rvp.Invisible)},
		{"block", "NAME", "have nothing come from somebody, nor be seen", 1, (*session).block},
		{"allow", "NAME", "undo that", 1, (*session).allow},
		{"help", "", "show this", 0, (*session).help},
		{"quit", "", "log off", 0, func(*session, context.Context, []string, string) error { return errQuit }},
	}
}

var errQuit = errors.New("the user leaves")

// obey does what was typed.
func (s *session) obey(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	name, isCommand := strings.CutPrefix(text, "/")
	switch {
	case strings.TrimSpace(text) == "":
		return nil
	case !isCommand:
		return s.say(ctx, text)
	case strings.HasPrefix(name, "/"):
		return s.say(ctx, name) // to say something with a slash in front
	}
	name, rest, _ := strings.Cut(name, " ")
	for _, c := range commands() {
		if !ascii.EqualFold(c.name, name) {
			continue
		}
		words := strings.Fields(rest)
		if len(words) < c.least {
			return fmt.Errorf("write it as /%s %s", c.name, c.args)
		}
		return c.run(s, ctx, words, strings.TrimSpace(rest))
	}
	return fmt.Errorf("there is no /%s: /help lists what there is", line(name))
}

func (s *session) help(context.Context, []string, string) error {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "    %-20s %s\n", strings.TrimSpace("/"+c.name+" "+c.args), c.help)
	}
	s.print("What you type is said, but for\n%s    // says what begins with a slash", b.String())
	return nil
}

func (s *session) to(ctx context.Context, words []string, _ string) error {
	nodes, err := s.findAll(ctx, words)
	if err != nil {
		return err
	}
	t := s.with(nodes)
	s.print("* you talk with %s [%d]", s.names(t.Members()), t.number)
	return nil
}

func (s *session) msg(ctx context.Context, words []string, rest string) error {
	n, err := s.find(ctx, words[0])
	if err != nil {
		return err
	}
	s.with([]rvp.Node{n})
	return s.say(ctx, strings.TrimSpace(strings.TrimPrefix(rest, words[0])))
}

func (s *session) listTalks(context.Context, []string, string) error {
	s.mu.Lock()
	talks, current := slices.Clone(s.talks), s.current
	s.mu.Unlock()
	if len(talks) == 0 {
		return errNoTalk
	}
	for _, t := range talks {
		mark := " "
		if t == current {
			mark = "*"
		}
		s.print("%s [%d] %s", mark, t.number, s.names(t.Members()))
	}
	return nil
}

func (s *session) goOn(_ context.Context, words []string, _ string) error {
	number, err := strconv.Atoi(strings.Trim(words[0], "[]"))
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.talks, func(t *talk) bool { return t.number == number })
	if err != nil || i < 0 {
		return errors.New("there is no such conversation: /talks lists those that there are")
	}
	s.current = s.talks[i]
	return nil
}

func (s *session) invite(ctx context.Context, words []string, _ string) error {
	t := s.now()
	if t == nil {
		return errNoTalk
	}
	nodes, err := s.findAll(ctx, words)
	if err != nil {
		return err
	}
	return t.Invite(ctx, nodes...)
}

func (s *session) leave(ctx context.Context, _ []string, _ string) error {
	t := s.now()
	if t == nil {
		return errNoTalk
	}
	s.drop(t)
	return t.Leave(ctx)
}

func (s *session) tell(ctx context.Context, _ []string, _ string) error {
	t := s.now()
	if t == nil {
		return errNoTalk
	}
	return t.Typing(ctx)
}

func (s *session) list(context.Context, []string, string) error {
	all := s.client.Contacts()
	if len(all) == 0 {
		return errors.New("you have no contacts: add one with /add NAME")
	}
	for _, p := range all {
		shown := cmp.Or(line(string(p.State)), "not known")
		if p.Err != nil {
			shown += ": " + reason(p.Err)
		}
		s.print("  %-20s %s", s.nameOf(p.Node), shown)
	}
	return nil
}

func (s *session) add(ctx context.Context, words []string, _ string) error {
	nodes, err := s.findAll(ctx, words)
	if err != nil {
		return err
	}
	for i, n := range nodes {
		if _, err := s.client.Watch(ctx, n); errors.Is(err, rvp.ErrNoUser) {
			return errors.Join(fmt.Errorf("there is no user %s", line(words[i])), s.client.Unwatch(ctx, n))
		} // whatever else is wrong passes, or an event tells of it
	}
	return s.save()
}

func (s *session) remove(ctx context.Context, words []string, _ string) error {
	nodes, err := s.findAll(ctx, words)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if err := s.client.Unwatch(ctx, n); err != nil {
			return err
		}
	}
	return s.save()
}

// save writes down who the contacts are.
func (s *session) save() error {
	var names []string
	for _, p := range s.client.Contacts() {
		names = append(names, p.Node.URL())
	}
	return writeList(s.contacts, names)
}

// state returns a command that shows a state.
func state(to rvp.State) func(*session, context.Context, []string, string) error {
	return func(s *session, ctx context.Context, _ []string, _ string) error {
		if err := s.client.SetState(ctx, to); err != nil {
			return err
		}
		s.print("* you are %s", to)
		return nil
	}
}

func (s *session) block(ctx context.Context, words []string, _ string) error {
	n, err := s.find(ctx, words[0])
	if err != nil {
		return err
	}
	return s.client.Block(ctx, n.Principal())
}

func (s *session) allow(ctx context.Context, words []string, _ string) error {
	n, err := s.find(ctx, words[0])
	if err != nil {
		return err
	}
	return s.client.Allow(ctx, n.Principal())
}
