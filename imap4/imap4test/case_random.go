package imap4test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
)

// randomCases have three sessions do things to one mailbox, at once and at
// random, the same in every run. That numbers, UIDs and what may be told when
// are right is checked with every response; see watch. In the end all must see the same.
func randomCases() []testCase {
	var list []testCase
	for seed := range uint64(6) {
		for _, ext := range []string{"", "QRESYNC", "CONDSTORE"} {
			name, needs := "sessions/at random", []string(nil)
			if ext != "" {
				name, needs = name+" with "+ext, []string{ext, "ENABLE"}
			}
			list = append(list, testCase{
				fmt.Sprintf("%s %d", name, seed+1), "RFC 9051, 5.2", "whatever sessions do at once, numbers stay right, and all see the same in the end",
				selected, needs, func(s *session, vars map[string]string) { s.atRandom(seed, ext, vars) },
			})
		}
	}
	return list
}

func (s *session) atRandom(seed uint64, ext string, vars map[string]string) {
	s.want("CREATE " + vars["box2"])
	sessions := []*session{s}
	for i := range 2 {
		other := newSession(s.Run, s.target, s.ctx)
		other.login()
		if ext != "" && i == 0 {
			other.want("ENABLE " + ext)
		}
		other.want("SELECT " + vars["box"])
		sessions = append(sessions, other)
	}
	r := rand.New(rand.NewPCG(seed, 9051))
	for range 60 {
		for _, each := range sessions {
			each.send(each.anything(r, vars))
		}
		for _, each := range sessions {
			if a := each.finish(); a.hungUp() {
				s.Failf("the server hung up")
			} else if a.name == "BAD" {
				s.Failf("answered by %v", a)
			}
		}
	}
	var first []string
	for i, each := range sessions {
		each.want("NOOP")
		seen := each.view()
		if i == 0 {
			first = seen
		} else if !slices.Equal(first, seen) {
			s.Failf("the first session sees %v, another %v", first, seen)
		}
	}
}

// anything is a command at random, about messages that this session knows.
func (s *session) anything(r *rand.Rand, vars map[string]string) string {
	n := s.watch.messages
	if n == 0 {
		return "APPEND " + vars["box"] + " <<" + vars["small"] + ">>"
	}
	one, uids := 1+r.IntN(n), fmt.Sprintf("%d:%d", 1+r.IntN(20), 1+r.IntN(40))
	flag := []string{`\Seen`, `\Answered`, `\Deleted`, `\Deleted`, "Random1", "Random2"}[r.IntN(6)]
	switch r.IntN(12) {
	case 0, 1:
		return "APPEND " + vars["box"] + " (" + flag + ") <<" + vars["small"] + ">>"
	case 2:
		return fmt.Sprintf("STORE %d +FLAGS (%s)", one, flag)
	case 3:
		return fmt.Sprintf("STORE %d:* -FLAGS.SILENT (%s)", one, flag)
	case 4:
		return fmt.Sprintf("UID STORE %s FLAGS (%s)", uids, flag)
	case 5:
		return "EXPUNGE"
	case 6:
		return fmt.Sprintf("FETCH %d:* (UID FLAGS)", one)
	case 7:
		return fmt.Sprintf("UID FETCH %s (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])", uids)
	case 8:
		return fmt.Sprintf("SEARCH %d:* UNDELETED", one)
	case 9:
		return fmt.Sprintf("COPY %d %s", one, vars["box"])
	case 10:
		if s.offers("MOVE") {
			return fmt.Sprintf("MOVE %d %s", one, vars["box2"])
		}
	}
	return "NOOP"
}

// view is what a session sees of all messages, \Recent aside, in order.
func (s *session) view() []string {
	seen := make(map[int]string)
	for _, r := range s.want("UID FETCH 1:* (FLAGS)").untagged {
		if r.name != "FETCH" {
			continue
		}
		uid, flags := "", []string(nil)
		items := r.args[0].list
		for i := 0; i+1 < len(items); i += 2 {
			switch ascii.Upper(items[i].text) {
			case "UID":
				uid = items[i+1].text
			case "FLAGS":
				for _, f := range items[i+1].list {
					if name := ascii.Upper(f.text); name != `\RECENT` {
						flags = append(flags, name)
					}
				}
			}
		}
		slices.Sort(flags)
		seen[r.number] = fmt.Sprint(uid, flags)
	}
	if len(seen) != s.watch.messages {
		s.Failf("%d messages are told of, of %d", len(seen), s.watch.messages)
	}
	var all []string
	for i := range len(seen) {
		all = append(all, seen[i+1])
	}
	return all
}
