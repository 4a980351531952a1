package pop3test

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/pop3"
)

// states are the states of a conversation, with their names.
var states = []struct {
	state pop3.State
	name  string
}{
	{pop3.Authorization, "before the login"},
	{pop3.Named, "after USER"},
	{pop3.Transaction, "after the login"},
}

// tableCases follow from the engine's command table: each verb in each state,
// and with each kind of arguments.
func tableCases() []testCase {
	var list []testCase
	for _, v := range pop3.Verbs() {
		for _, st := range states {
			switch {
			case v.In&st.state == 0:
				list = append(list, outOfOrder(v.Name, st.state, st.name))
			case st.state != pop3.Named || v.Name == "PASS" || v.Name == "QUIT":
				// After USER, RFC 1939, 7 knows only these two.
				list = append(list, inOrder(v.Name, st.state, st.name))
			}
		}
		list = append(list, anyCase(v), longLine(v.Name), noPrefix(v.Name), foldedLetters(v))
		for i, args := range badArguments[v.Name] {
			list = append(list, badArgs(v, i, args))
		}
	}
	for _, st := range states {
		list = append(list, unknownVerb(st.state, st.name))
	}
	return list
}

// badArguments are arguments that a verb must refuse.
var badArguments = map[string][]string{
	"USER": {"", " "},
	"APOP": {"", " ", " name"},
	"LANG": {" de_AT", " de en", " -"},
	"UTF8": {" now"},
	"AUTH": {" NO-SUCH-MECHANISM-EXISTS"},
	"LIST": {" 0", " -1", " x", " 1x", " 999999999", " 4294967297", " 18446744073709551617"},
	"UIDL": {" 0", " -1", " x", " 1x", " 999999999", " 4294967297", " 18446744073709551617"},
	"RETR": {"", " ", " 0", " -1", " +1", " x", " 1x", " 999999999", " 4294967297", " 18446744073709551617"},
	"DELE": {"", " ", " 0", " -1", " +1", " x", " 1x", " 999999999", " 4294967297", " 18446744073709551617"},
	"TOP":  {"", " ", " 1", " 1 -1", " 1 x", " 0 0", " x 1", " 999999999 0", " 18446744073709551617 0"},
}

// arguments returns good arguments for a verb.
func (s *session) arguments(verb string) string {
	switch verb {
	case "USER":
		return " " + s.target.User
	case "PASS":
		return " " + s.target.Password
	case "APOP":
		return " " + s.target.User + " " + s.digest(s.target.Password)
	case "AUTH":
		return " PLAIN " + plain(s.target.User, s.target.Password)
	case "RETR", "DELE":
		return " 1"
	case "TOP":
		return " 1 0"
	}
	return ""
}

// toOffer brings a new conversation to a state where a verb can succeed. It
// ends the case as not applicable if it can nowhere.
func (s *session) toOffer(verb string, state pop3.State) {
	if verb == "STLS" {
		s.clear()
		return
	}
	s.to(state)
	switch verb {
	case "USER", "PASS":
		s.needsLogin()
		if s.capabilities != nil {
			s.needs("USER")
		}
	case "AUTH":
		s.needsLogin()
		if !s.offersAuth("PLAIN") {
			s.NotApplicable("the server does not offer AUTH PLAIN")
		}
	case "APOP":
		s.needsLogin()
		if s.timestamp() == "" {
			s.NotApplicable("the server does not offer APOP")
		}
	case "RETR", "DELE", "TOP":
		s.count(1)
	case "LANG", "UTF8":
		s.needs(verb)
	}
	if verb == "TOP" || verb == "UIDL" || verb == "CAPA" {
		s.optional(verb)
	}
}

// optional ends the case as not applicable if the server does without a
// command that not all have.
func (s *session) optional(verb string) {
	if s.capabilities == nil && verb == "CAPA" || s.capabilities != nil && verb != "CAPA" && !s.offers(verb) {
		s.NotApplicable("the server does not offer " + verb)
	}
}

func outOfOrder(verb string, state pop3.State, where string) testCase {
	return testCase{
		fmt.Sprintf("order/%s %s", verb, where), "RFC 1939, 3",
		fmt.Sprintf("%s %s is out of order: it is refused and changes nothing", verb, where),
		func(s *session) {
			s.to(state)
			if state != pop3.Transaction {
				s.needsLogin()
			}
			s.refuse(verb + s.arguments(verb))
			s.alive(state, verb)
		},
	}
}

func inOrder(verb string, state pop3.State, where string) testCase {
	return testCase{
		fmt.Sprintf("order/%s %s", verb, where), "RFC 1939, 3",
		fmt.Sprintf("%s %s is in order", verb, where),
		func(s *session) {
			s.toOffer(verb, state)
			if verb == "PASS" || verb == "AUTH" || verb == "APOP" { // which the session of the case before may keep from success
				s.peer.HangUp()
				s.retry(func() reply {
					s.toOffer(verb, state)
					return s.do(verb + s.arguments(verb))
				})
				return
			}
			if r := s.do(verb + s.arguments(verb)); !r.ok() {
				s.Failf("answered by %v", r)
			}
		},
	}
}

func unknownVerb(state pop3.State, where string) testCase {
	return testCase{
		"order/unknown verb " + where, "RFC 1939, 3",
		"a verb that is not known is refused and changes nothing",
		func(s *session) {
			s.to(state)
			s.refuse("XYZZY plugh")
			s.alive(state, "an unknown verb")
		},
	}
}

// stateOf is one of the states that a verb may come in.
func stateOf(v pop3.Verb) pop3.State {
	switch {
	case v.Name == "PASS":
		return pop3.Named
	case v.In&pop3.Transaction != 0:
		return pop3.Transaction
	default:
		return pop3.Authorization
	}
}

func anyCase(v pop3.Verb) testCase {
	mixed := strings.ToLower(v.Name[:1]) + v.Name[1:2] + strings.ToLower(v.Name[2:])
	return testCase{
		"syntax/" + v.Name + " in mixed case", "RFC 1939, 3", "verbs are not case sensitive",
		func(s *session) {
			s.toOffer(v.Name, stateOf(v))
			r := s.do(mixed + s.arguments(v.Name))
			if !r.ok() && r.code() != "IN-USE" {
				s.Failf("%s is answered by %v", mixed, r)
			}
		},
	}
}

func longLine(verb string) testCase {
	const size = 1 << 20
	return testCase{
		"limits/" + verb + " with a line of 1 MiB", "RFC 2449, 4",
		"a command line beyond the limit is refused, by an answer or by hanging up, and the server lives on",
		func(s *session) {
			s.anonymous()
			s.peer.SendQuietly(verb+" "+strings.Repeat("x", size)+"\r\n", verb+" and 1 MiB of x")
			if r := s.reply(); r.ok() {
				s.Failf("answered by %v", r)
			}
			s.afresh("a long line")
		},
	}
}

func noPrefix(verb string) testCase {
	return testCase{
		"syntax/" + verb + "X", "RFC 1939, 3", "a word that begins like a verb is not that verb",
		func(s *session) {
			s.login()
			s.refuse(verb + "X")
		},
	}
}

// foldedLetters has letters outside ASCII that some case folding takes for S
// and K.
func foldedLetters(v pop3.Verb) testCase {
	odd := strings.NewReplacer("S", "\u017f", "K", "\u212a").Replace(v.Name)
	if odd == v.Name {
		odd = v.Name[:1] + "\xc5" + v.Name[2:]
	}
	return testCase{
		"syntax/" + v.Name + " in other letters", "RFC 1939, 3",
		"verbs are ASCII: U+017F is no S, U+212A no K, 0xC5 no E",
		func(s *session) {
			s.to(stateOf(v))
			if r := s.do(odd + s.arguments(v.Name)); r.ok() || r.status == "+" {
				s.Failf("answered by %v", r)
			}
		},
	}
}

func badArgs(v pop3.Verb, i int, args string) testCase {
	return testCase{
		fmt.Sprintf("syntax/%s with bad arguments %d", v.Name, i+1), "RFC 1939, 3",
		fmt.Sprintf("%s%s is refused and the conversation goes on", v.Name, args),
		func(s *session) {
			s.to(stateOf(v))
			s.refuse(v.Name + args)
			s.alive(stateOf(v), "bad arguments")
		},
	}
}
