package thread

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/mime"
)

// mail reads messages, one a line: number, minute of the sent date, identifier, references with commas between, subject. "-"
// is nothing. They arrive in order of their lines.
func mail(text string) []Message {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var list []Message
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSpace(line), " ", 5)
		if len(f) < 5 {
			continue
		}
		number, _ := strconv.Atoi(f[0])
		minute, _ := strconv.Atoi(f[1])
		k := &summary.Keys{Sent: start.Add(time.Duration(minute) * time.Minute)}
		if f[2] != "-" {
			k.MessageID = f[2]
		}
		if f[3] != "-" {
			k.References = strings.Split(f[3], ",")
		}
		if f[4] != "-" {
			base, reply := mime.BaseSubject(f[4])
			k.Subject, k.Reply = collate.UnicodeCasemap.Key(base), reply
		}
		list = append(list, Message{Number: uint32(number), Arrival: start.Add(time.Duration(len(list)) * time.Hour), Keys: k})
	}
	return list
}

func written(f *Forest) string { return string(f.AppendTo(nil)) }

func TestReferences(t *testing.T) {
	for _, c := range []struct{ name, mail, want string }{
		{"nothing", "", ""},
		{"one", "1 0 a - x", " (1)"},
		{"a chain", "1 0 a - x\n2 1 b a Re: x\n3 2 c a,b Re: x", " (1 2 3)"},
		{"a split, as in RFC 5256, 4", `
			2 0 m2 - other
			3 1 m3 - x
			6 2 m6 m3 Re: x
			4 3 m4 m3,m6 Re: x
			23 5 m23 m4 Re: x
			44 4 m44 m3,m6 Re: x
			7 6 m7 m44 Re: x
			96 7 m96 m44,m7 Re: x`, " (2)(3 6 (4 23)(44 7 96))"},
		{"siblings of a message that is not there, as in RFC 5256, 4", "3 0 a gone Re: x\n5 1 b gone Re: x", " ((3)(5))"},
		{"one child of a message that is not there", "3 0 a gone Re: x", " (3)"},
		{"a chain of messages that are not there", "3 0 a g1,g2,g3 Re: x\n4 1 b g1,g2 Re: x", " ((3)(4))"},
		{"dummies below a message", "1 0 a - x\n2 1 b a,g1,g2 Re: x\n3 2 c a,g1 Re: x", " (1 (2)(3))"},
		{"a reply before its parent", "2 1 b a Re: x\n1 0 a - x", " (1 2)"},
		{"two that refer to each other", "1 0 a b x\n2 1 b a x", " (2 1)"}, // the first link counts
		{"a message that refers to itself", "1 0 a a x\n2 1 b a,b,a Re: x", " (1 2)"},
		{"a loop of three", "1 0 a c x\n2 1 b a x\n3 2 c b x", " (3 1 2)"}, // the last link is the one too many
		{"doubled identifiers", "1 0 a - x\n2 1 a - y\n3 2 c a Re: y", " (1 3)(2)"},
		{"no identifier", "1 0 - - x\n2 1 - - y", " (1)(2)"},
		{"its own references count more than those of others", "1 0 a - x\n2 1 b - y\n3 2 d a,c Re: x\n4 3 c b Re: y", " (1)(2 4 3)"},
		{"no references part what others have linked", "1 0 a - x\n3 1 c a,b Re: x\n2 2 b - y", " (1)(2 3)"},
		{"the case of identifiers", "1 0 a - x\n2 1 b A y", " (1)(2)"},
		{"order by date", "1 9 a - x\n2 5 b - y\n3 7 c b Re: y\n4 6 d b Re: y", " (2 (4)(3))(1)"},
		{"equal dates", "9 0 a - x\n3 0 b - y\n7 0 c a Re: x\n5 0 d a Re: x", " (9 (7)(5))(3)"},
		{"the subject joins a reply", "1 0 a - Hello\n2 1 b - Re: hello", " (1 2)"},
		{"the subject joins a reply that is older", "1 1 a - Hello\n2 0 b - Re: hello", " (1 2)"},
		{"two that are no replies", "1 0 a - Hello\n2 1 b - hello", " ((1)(2))"},
		{"three that are no replies", "1 0 a - Hello\n2 1 b - hello\n3 2 c - HELLO", " ((1)(2)(3))"},
		{"two replies", "1 0 a - Re: Hello\n2 1 b - Re: hello", " ((1)(2))"},
		{"two replies and what they reply to", "1 0 a - Re: Hello\n2 1 b - Re: hello\n3 2 c - Hello", " (3 (1)(2))"},
		{"subjects that are empty", "1 0 a - Re:\n2 1 b - -", " (1)(2)"},
		{"a dummy takes in", "1 0 a g x\n2 1 b g x\n3 2 c - x", " ((1)(2)(3))"},
		{"dummies join", "1 0 a g x\n2 1 b g x\n3 2 c h x\n4 3 d h x", " ((1)(2)(3)(4))"},
		{"a dummy's thread subject is that of its first child", "1 1 a g y\n2 0 b g x\n3 2 c - Re: x", " ((2)(1)(3))"},
		{"a subject within a thread does not count", "1 0 a - x\n2 1 b a y\n3 2 c - Re: y", " (1 2)(3)"},
		{"what is merged is ordered", "1 5 a - x\n2 1 b - z\n3 0 c - Re: x", " (2)(1 3)"},
	} {
		require.Equal(t, c.want, written(References(mail(c.mail))), c.name)
	}
}

func TestRefs(t *testing.T) {
	for _, c := range []struct{ name, mail, want string }{
		{"subjects do not count", "1 0 a - Hello\n2 1 b - Re: hello", " (1)(2)"},
		{"what arrived last comes last", "1 0 a - x\n2 1 b - y\n3 2 c a Re: x", " (2)(1 3)"},
		{"within, the sent date counts", "1 0 a - x\n2 9 b a Re: x\n3 5 c a Re: x", " (1 (3)(2))"},
		{"dummies", "1 0 a g x\n2 1 b - y\n3 2 c g x", " (2)((1)(3))"},
		{"deep", "1 0 a - x\n2 1 b - y\n3 2 c a x\n4 3 d c x\n5 9 e b y", " (1 3 4)(2 5)"},
	} {
		require.Equal(t, c.want, written(Refs(mail(c.mail))), c.name)
	}
}

func TestOrderedSubject(t *testing.T) {
	for _, c := range []struct{ name, mail, want string }{
		{"nothing", "", ""},
		{"there are no grandchildren", "1 0 - - x\n2 1 - - Re: x\n3 2 - - Re: Re: x", " (1 (2)(3))"},
		{"one child", "1 0 - - x\n2 1 - - Fwd: X", " (1 2)"},
		{"threads are ordered by their first message", "1 5 - - b\n2 3 - - a\n3 1 - - Re: b\n4 2 - - c", " (3 1)(4)(2)"},
		{"empty subjects are equal", "1 0 - - -\n2 1 - - Re:", " (1 2)"},
	} {
		require.Equal(t, c.want, written(OrderedSubject(mail(c.mail))), c.name)
	}
}

func TestNoDate(t *testing.T) {
	list := mail("1 9 a - x\n2 5 b - y\n3 7 c - z")
	list[2].Keys.Sent = time.Time{} // arrived after two hours
	require.Equal(t, " (2)(1)(3)", written(References(list)))
}

// TestDepth has threads that are deep, written and read by what calls itself for no level.
func TestDepth(t *testing.T) {
	const n = 20_000
	for name, refs := range hostile(n) {
		list := make([]Message, n)
		for i := range list {
			id, references := refs(i)
			list[i] = Message{Number: uint32(i + 1), Keys: &summary.Keys{MessageID: id, References: references}}
		}
		for _, f := range []*Forest{References(list), Refs(list), OrderedSubject(list)} {
			numbers := parsed(t, f.AppendTo(nil))
			slices.Sort(numbers)
			require.Len(t, numbers, n, name)
			require.Len(t, slices.Compact(numbers), n, name)
		}
	}
}

// hostile are ways to refer to others that are hard on some programs.
func hostile(n int) map[string]func(i int) (id string, references []string) {
	id := func(i int) string { return fmt.Sprintf("%d@example.org", i) }
	return map[string]func(int) (string, []string){
		"a chain":           func(i int) (string, []string) { return id(i), []string{id(i - 1)} },
		"a chain backwards": func(i int) (string, []string) { return id(i), []string{id(i + 1)} },
		"one loop":          func(i int) (string, []string) { return id(i), []string{id((i + 1) % n)} },
		"one identifier":    func(int) (string, []string) { return id(0), []string{id(0)} },
		"a comb":            func(i int) (string, []string) { return id(i), []string{id(i - 1 - i%2)} },
		"loops at the end of a chain": func(i int) (string, []string) {
			switch {
			case i == 0:
				return id(0), nil
			case i < n/2:
				return id(i), []string{id(i - 1)}
			}
			return id(i), []string{id(n/2 - 1), id(0), id(n/2 - 2), id(0)}
		},
		"chains that are cut": func(i int) (string, []string) {
			if i < n/2 {
				return id(i), []string{id(i + n/2), id(i - 1)}
			}
			return id(i), []string{id(n - i), id(i - n/2)}
		},
		"roots with children below what is deep": func(i int) (string, []string) {
			switch {
			case i == 0:
				return id(0), nil
			case i < n/3:
				return id(i), []string{id(i - 1)}
			case i < 2*n/3:
				return id(i), []string{id(i + n/3)}
			}
			return id(i), []string{id(i - n/3), id(n/3 - 1)}
		},
		"all that is not there": func(i int) (string, []string) {
			var references []string
			for j := range 64 {
				references = append(references, id(n+64*i+j))
			}
			return id(i), references
		},
		"all of the last ones": func(i int) (string, []string) {
			var references []string
			for j := max(0, i-64); j < i; j++ {
				references = append(references, id(j))
			}
			return id(i), references
		},
	}
}

// parsed checks that b is thread-data of RFC 5256, 5, and returns its numbers.
func parsed(t *testing.T, b []byte) (numbers []uint32) {
	if len(b) == 0 {
		return nil
	}
	i := 0
	must := func(ok bool, what string) {
		if !ok {
			t.Fatalf("%s: %.60q", what, b[max(0, i-30):])
		}
	}
	type list struct{ members, nested int }
	stack := []list{{}}
	must(b[0] == ' ', "no space before it")
	for i = 1; i < len(b); {
		top := &stack[len(stack)-1]
		must(len(stack) > 1 || b[i] == '(', "not a list")
		switch c := b[i]; c {
		case '(':
			must((i > 1 && b[i-1] == ' ') == (top.members > 0 && top.nested == 0), "a space is missing or superfluous")
			top.nested++
			stack = append(stack, list{})
			i++
		case ')':
			must(top.members+top.nested > 0, "an empty list")
			must(top.nested != 1, "a list with one list")
			must(b[i-1] != ' ', "a space before the end")
			stack = stack[:len(stack)-1]
			i++
		case ' ':
			must(top.members > 0 && top.nested == 0 && b[i-1] != ' ', "a superfluous space")
			i++
		default:
			end := i
			for end < len(b) && '0' <= b[end] && b[end] <= '9' {
				end++
			}
			must(top.nested == 0, "a number behind a list")
			number, err := strconv.ParseUint(string(b[i:end]), 10, 32)
			must(err == nil && number != 0, "not a number")
			numbers = append(numbers, uint32(number))
			top.members++
			i = end
		}
	}
	must(len(stack) == 1, "a list that is not closed")
	return numbers
}
