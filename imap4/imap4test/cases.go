package imap4test

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/conform"
)

// A state is where a case begins.
type state uint8

const (
	greeted       state = iota // before the login
	authenticated              // behind it; the scratch mailbox is not there
	filled                     // the scratch mailbox is there, with the messages of samples
	selected                   // and selected
)

// A testCase is one requirement and the conversation that checks it.
type testCase struct {
	name, ref, requirement string
	in                     state
	needs                  []string // capabilities
	run                    func(*session, map[string]string)
}

// bind makes the case one about a target. n tells its scratch mailboxes from
// those of other cases.
func (c testCase) bind(t *Target, n int) conform.Case {
	return conform.Case{
		Name: c.name, Ref: c.ref, Requirement: c.requirement,
		Run: func(ctx context.Context, r *conform.Run) {
			s := newSession(r, t, ctx)
			vars := s.vars(n)
			s.prepare(c, vars)
			c.run(s, vars)
		},
	}
}

// vars are those that a script has at first.
func (s *session) vars(n int) map[string]string {
	t := s.target
	box := fmt.Sprintf("%s-%03d", t.Scratch, n)
	return map[string]string{
		"box": box, "box2": box + "b", "box3": box + "c", "scratch": t.Scratch,
		"user": quote(t.User), "password": quote(t.Password), "plain": plain(t.User, t.Password),
		"crlf": "\r\n", "nul": "\x00", "cr": "\r", "lf": "\n",
		"ff": "\xff", "o1": "\x01", "o2": "\x02", "o3": "\x03", "o4": "\x04", "e9": "\u00e9",
		"msg": samples[0].text, "qmsg": strings.ReplaceAll(samples[0].text, `"`, `\"`), "who": cmp.Or(t.Other, "anyone"),
		"small": "Subject: small\r\n\r\nx\r\n",
	}
}

// prepare brings a new conversation to where a case begins.
func (s *session) prepare(c testCase, vars map[string]string) {
	if c.in == greeted {
		s.anonymous()
	} else {
		s.login()
	}
	for _, name := range c.needs {
		s.needs(name)
	}
	if c.in < authenticated {
		return
	}
	if s.target.Scratch == "" {
		s.NotApplicable("no scratch mailboxes are allowed")
	}
	for _, r := range s.want(`LIST "" ""`).untagged {
		if r.name == "LIST" {
			vars["sep"] = r.args[1].text
		}
	}
	if c.in < filled {
		return
	}
	s.want("CREATE " + vars["box"])
	for _, m := range samples {
		s.want(fmt.Sprintf("APPEND %s (%s) %s <<%s>>", vars["box"], m.flags, quote(m.date), m.text))
	}
	if c.in == selected {
		s.want("SELECT " + vars["box"])
	}
}

//go:embed cases/*.txt
var scripts embed.FS

// cases returns all cases: those that follow from the table of commands, those
// that are written in Go, and the scripts.
func cases() []testCase {
	return slices.Concat(
		tableCases(),
		syntaxCases(),
		attackCases(),
		tlsCases(),
		sharingCases(),
		compressCases(),
		randomCases(),
		scriptCases(),
	)
}

// scriptCases reads the scripts. Each case begins with a line
//
//	== name | reference | where it begins, capabilities that it needs
//
// and a line with the requirement.
func scriptCases() []testCase {
	files, err := fs.Glob(scripts, "cases/*.txt")
	if err != nil {
		panic(err) // the pattern is ours
	}
	var list []testCase
	for _, file := range files {
		text, err := scripts.ReadFile(file)
		if err != nil {
			panic(err) // it is in the program
		}
		for i, part := range strings.Split("\n"+string(text), "\n== ") {
			if i == 0 {
				continue
			}
			c, err := parseCase(part)
			if err != nil {
				panic(fmt.Sprintf("imap4test: %s: case %d: %v", file, i, err)) // TestScripts reads them all
			}
			list = append(list, c)
		}
	}
	return list
}

func parseCase(text string) (testCase, error) {
	head, rest, _ := strings.Cut(text, "\n")
	requirement, script, _ := strings.Cut(rest, "\n")
	fields := strings.Split(head, " | ")
	if len(fields) != 3 {
		return testCase{}, fmt.Errorf("the line %q", head)
	}
	c := testCase{name: fields[0], ref: fields[1], requirement: requirement}
	needs := strings.Fields(fields[2])
	states := map[string]state{"greeted": greeted, "authenticated": authenticated, "filled": filled, "selected": selected}
	if len(needs) == 0 {
		return c, fmt.Errorf("%s begins nowhere", c.name)
	}
	in, ok := states[needs[0]]
	if !ok {
		return c, fmt.Errorf("%s begins at %q", c.name, needs[0])
	}
	c.in, c.needs = in, needs[1:]
	steps, err := parseScript(script)
	if err != nil {
		return c, err
	}
	c.run = func(s *session, vars map[string]string) { s.play(steps, vars) }
	return c, nil
}
