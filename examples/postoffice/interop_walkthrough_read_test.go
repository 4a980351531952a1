//go:build interop

package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A step is a block of the walk-through, or a comment that says what to do with none.
type step struct {
	line    int      // where the block is
	do      string   // "run", and what a comment can say
	name    string   // of the terminal
	text    string   // the block
	promise []string // lines that come of it, in this order
}

var (
	walkComment = regexp.MustCompile(`^<!-- (again|in the repository|(terminal|typed|seen|Ctrl-C) (\w+)) -->$`)
	walkSpace   = regexp.MustCompile(`[ \t]+`)
	walkFence   = regexp.MustCompile("^```(\\w*)$")
)

// readWalk reads the steps of a walk-through. It takes no block that it does not understand.
func readWalk(markdown string) (steps []*step, err error) {
	next := step{do: "run"} // what the last comment says about the next block
	var fence, behind *step // the block that we are in; the commands that a block of text may be behind
	var language string     // of fence
	for i, line := range strings.Split(markdown, "\n") {
		m, c := walkFence.FindStringSubmatch(line), walkComment.FindStringSubmatch(line)
		switch {
		case fence != nil && line == "```":
			if err := fence.check(language, next.do, behind); err != nil {
				return nil, err
			}
			switch {
			case language == "sh":
				steps, behind = append(steps, fence), fence
			case next.do == "run":
				behind.promise, behind = lines(fence.text), nil
			case next.do == "seen":
				fence.promise = lines(fence.text)
				fallthrough
			default:
				steps, behind = append(steps, fence), nil
			}
			fence, next = nil, step{do: "run"}
		case fence != nil:
			fence.text += line + "\n"
		case m != nil:
			fence, language = &step{line: i + 1, do: next.do, name: next.name}, m[1]
		case c != nil && c[2] == "Ctrl-C":
			steps = append(steps, &step{line: i + 1, do: c[2], name: c[3]})
		case c != nil && c[2] != "":
			next = step{do: c[2], name: c[3]}
		case c != nil:
			next = step{do: c[1]}
		case line != "":
			behind = nil
		}
	}
	if fence != nil {
		return nil, fmt.Errorf("line %d: the block has no end", fence.line)
	}
	return steps, nil
}

// check tells whether a block can be what the comment before it makes of it.
func (s *step) check(language, do string, behind *step) error {
	commands := do == "run" || do == "again" || do == "terminal" || do == "in the repository"
	switch {
	case language == "sh" && commands:
	case language == "text" && do == "run" && behind != nil:
	case language == "text" && !commands:
	default:
		return fmt.Errorf("line %d: it is not clear what a block of %q is for", s.line, language)
	}
	return nil
}

func lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

// keeps returns the part of the output behind what was promised, or the line that is not there.
func keeps(promise []string, output string) (rest, missing string) {
	for _, line := range promise {
		// Columns are as wide as what is in them.
		pattern := walkSpace.ReplaceAllString(regexp.QuoteMeta(strings.TrimSpace(line)), `[ \t]+`)
		at := regexp.MustCompile(`(?m)^[ \t]*` + strings.ReplaceAll(pattern, "…", ".*") + `[ \t\r]*$`).FindStringIndex(output)
		if at == nil {
			return "", line
		}
		output = output[at[1]:]
	}
	return output, ""
}

func TestReadWalk(t *testing.T) {
	const block = "```"
	steps, err := readWalk("# A\n<!-- terminal a -->\n" + block + "sh\nb\nc\n" + block + "\n" + block + "text\nd\n" + block +
		"\n<!-- typed a -->\n" + block + "text\ne\n" + block + "\n<!-- Ctrl-C a -->\n" + block + "sh\nf\n" + block)
	require.NoError(t, err)
	require.Equal(t, []*step{
		{3, "terminal", "a", "b\nc\n", []string{"d"}},
		{11, "typed", "a", "e\n", nil},
		{14, "Ctrl-C", "a", "", nil},
		{15, "run", "", "f\n", nil},
	}, steps)
	for _, bad := range []string{"text\na\n" + block, "go\na\n" + block, "sh\na\n" + block + "\nOut of place.\n" + block + "text\nb\n" + block, "sh\na"} {
		_, err := readWalk(block + bad)
		require.Error(t, err, bad)
	}
}

func TestKeeps(t *testing.T) {
	const output = "NAME  SIZE\nab    17\n\tcd 4.4.1 x\n"
	for _, promise := range [][]string{{"NAME SIZE", "ab … "}, {"… cd 4.4.1 …"}, {"a…17", "cd 4.4.1 x"}} {
		_, missing := keeps(promise, output)
		require.Empty(t, missing)
	}
	for _, promise := range [][]string{{"ab", "x"}, {"ab …", "NAME SIZE"}, {"cd 4.401 x"}, {"ab"}, {"… 1 …"}} {
		_, missing := keeps(promise, output)
		require.NotEmpty(t, missing, "%q", promise)
	}
}
