package smtptest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

// states are the states of a conversation, with their names.
var states = []struct {
	state smtp.State
	name  string
}{
	{smtp.Start, "before EHLO"},
	{smtp.Greeted, "after EHLO"},
	{smtp.Mailed, "after MAIL"},
	{smtp.Ready, "after RCPT"},
	{smtp.Chunking, "after a chunk"},
	{smtp.Failed, "after a refused chunk"},
}

// judged tells whether a verb is tried in a state. Between the chunks of a
// message RFC 3030 leaves most verbs to the server, and more so behind a
// refused one, and whether a peer that has not been greeted may send XCLIENT
// is not known.
func judged(verb string, state smtp.State) bool {
	switch state {
	case smtp.Chunking:
		return slices.Contains([]string{"EHLO", "HELO", "LHLO", "RSET", "NOOP", "QUIT", "MAIL", "RCPT", "DATA"}, verb)
	case smtp.Failed:
		return slices.Contains([]string{"EHLO", "HELO", "LHLO", "RSET", "NOOP", "QUIT", "RCPT", "DATA"}, verb)
	case smtp.Start:
		return verb != "XCLIENT" && verb != "TURN"
	}
	return verb != "TURN" // TURN/refused
}

// fits tells whether a verb is in order in a state that it is judged in.
func fits(v smtp.Verb, state smtp.State) bool {
	if state == smtp.Chunking {
		state = smtp.Failed // a message that is coming bars the same verbs
	}
	return v.In&state != 0
}

// tableCases follow from the engine's command table: each verb in each state,
// and with each kind of arguments.
func tableCases() []testCase {
	var list []testCase
	for _, v := range smtp.Verbs() {
		for _, st := range states {
			switch {
			case !judged(v.Name, st.state):
			case fits(v, st.state):
				list = append(list, inOrder(v.Name, st.state, st.name))
			default:
				list = append(list, outOfOrder(v.Name, st.state, st.name))
			}
		}
		list = append(list, anyCase(v.Name), longLine(v.Name), noPrefix(v.Name), foldedLetters(v.Name))
		for i, args := range badArguments[v.Name] {
			list = append(list, badArgs(v.Name, i, args))
		}
	}
	for _, st := range states {
		list = append(list, unknownVerb(st.state, st.name))
	}
	return list
}

// arguments returns good arguments for a verb.
func (s *session) arguments(verb string) string {
	switch verb {
	case "EHLO", "HELO", "LHLO":
		return " client.example"
	case "MAIL":
		return " FROM:<" + s.target.from() + ">"
	case "RCPT":
		return " TO:<" + s.target.to() + ">"
	case "VRFY", "EXPN":
		return " " + s.target.to()
	case "BDAT":
		return " 0 LAST"
	case "BURL":
		return " imap://imap.example/INBOX/;UID=1 LAST"
	case "ETRN":
		return " client.example"
	case "XCLIENT", "XFORWARD":
		return " ADDR=192.0.2.1"
	case "AUTH":
		return " PLAIN"
	}
	return ""
}

// toOffer brings a new conversation to a state where a verb is offered. It ends
// the case as not applicable if it is offered nowhere.
func (s *session) toOffer(verb string, state smtp.State) {
	switch verb {
	case "STARTTLS":
		s.clear()
		return
	case "AUTH":
		s.clearOrTLS()
		return
	case "BURL", "ETRN", "ATRN", "XCLIENT", "XFORWARD":
		s.toWith(verb, state)
		return
	}
	s.to(state)
	switch verb {
	case "EHLO", "HELO":
		if s.target.LMTP {
			s.NotApplicable("the server speaks LMTP")
		}
	case "LHLO":
		if !s.target.LMTP {
			s.NotApplicable("the server does not speak LMTP")
		}
	case "BDAT":
		s.needs("CHUNKING")
	}
}

// stateFor is a state that a verb is in order in.
func stateFor(verb string) smtp.State {
	switch verb {
	case "RCPT":
		return smtp.Mailed
	case "DATA", "BDAT", "BURL":
		return smtp.Ready
	}
	return smtp.Greeted
}

// badArguments are arguments that a verb must refuse.
var badArguments = map[string][]string{
	"EHLO": {""},
	"MAIL": {
		"", " ", " <a@b.example>", " FROM", " FROM:", " FROM:<", " FROM:<a@b.example", " FROM:<@b.example>",
		" FROM:<a@>", " FROM:<a@b.example> =", " FROM:<a@b.example> NOSUCHPARAMETER=1", " TO:<a@b.example>",
		" FROM:<a b@c.example>", " FROM:<a@b..example>", ` FROM:<"a@b.example>`,
	},
	"RCPT": {
		"", " ", " <a@b.example>", " TO", " TO:", " TO:<>", " TO:<", " TO:<a@b.example", " TO:<@b.example>",
		" TO:<a@>", " TO:<a@b.example> NOSUCHPARAMETER=1", " FROM:<a@b.example>", " TO:<a b@c.example>",
	},
	"AUTH":     {"", " ", " NO-SUCH-MECHANISM-EXISTS"},
	"LHLO":     {""},
	"BURL":     {"", " imap://imap.example/INBOX/;UID=1 FIRST"},
	"ETRN":     {"", " ", " @", " #", " client.example now", " @@client.example", " client..example"},
	"ATRN":     {" ,", " client.example,", " client.example now", " client..example"},
	"XCLIENT":  {"", " ", " ADDR", " NOSUCHATTRIBUTE=1", " ADDR=+G1"},
	"XFORWARD": {"", " ", " ADDR", " NOSUCHATTRIBUTE=1", " ADDR=+G1"},
}

func outOfOrder(verb string, state smtp.State, where string) testCase {
	return testCase{
		fmt.Sprintf("order/%s %s", verb, where), "RFC 5321, 4.1.4",
		fmt.Sprintf("%s %s is out of order: it is refused and changes nothing", verb, where),
		func(s *session) {
			s.to(state)
			if verb == "AUTH" && s.offers("AUTH") && s.target.User != "" {
				s.NotApplicable("logged in already")
			}
			r := s.do(verb + s.arguments(verb))
			if r.class() != 5 && r.class() != 4 {
				s.Failf("answered by %v, want 503", r)
			}
			if r.code == 421 {
				return // refused for good, which is a server's right
			}
			switch state {
			case smtp.Start:
				s.want(2, s.hello())
			case smtp.Greeted:
				s.mail()
			case smtp.Mailed:
				s.rcpt()
			case smtp.Ready:
				if r := s.do("DATA"); r.code != 354 {
					s.Failf("the transaction is gone: DATA is answered by %v", r)
				}
				s.want(2, "Subject: order\r\n\r\n.")
			case smtp.Chunking:
				s.want(2, "BDAT 0 LAST")
			case smtp.Failed:
				s.want(2, "RSET")
				s.mail()
			}
		},
	}
}

func inOrder(verb string, state smtp.State, where string) testCase {
	return testCase{
		fmt.Sprintf("order/%s %s", verb, where), "RFC 5321, 4.1.4",
		fmt.Sprintf("%s %s is in order", verb, where),
		func(s *session) {
			s.toOffer(verb, state)
			if verb == "AUTH" && state != smtp.Greeted {
				s.NotApplicable("a login before is in the way")
			}
			r := s.do(verb + s.arguments(verb))
			if r.class() == 2 || r.class() == 3 {
				return
			}
			if mayRefuse(verb) && r.code != 503 && r.code != 0 {
				s.alive(verb)
				return
			}
			s.Failf("answered by %v", r)
		},
	}
}

// mayRefuse tells verbs that a server may know, take, and say no to: it may
// have no HELP and keep names to itself, and have nothing to send.
func mayRefuse(verb string) bool {
	return slices.Contains([]string{"HELP", "VRFY", "EXPN", "BURL", "ETRN", "ATRN"}, verb)
}

func unknownVerb(state smtp.State, where string) testCase {
	return testCase{
		"order/unknown verb " + where, "RFC 5321, 4.2.4",
		"a verb that is not known is answered by 500 or 502 and changes nothing",
		func(s *session) {
			s.to(state)
			r := s.do("XYZZY plugh")
			if r.class() != 5 && r.code != 421 {
				s.Failf("answered by %v", r)
			}
			if r.code != 421 {
				s.alive("an unknown verb")
			}
		},
	}
}

func anyCase(verb string) testCase {
	mixed := strings.ToLower(verb[:1]) + verb[1:2] + strings.ToLower(verb[2:])
	return testCase{
		"syntax/" + verb + " in mixed case", "RFC 5321, 2.4", "verbs are not case sensitive",
		func(s *session) {
			s.toOffer(verb, stateFor(verb))
			if r := s.do(mixed + s.arguments(verb)); r.code != 500 {
				return
			} else if plain := s.do(verb + s.arguments(verb)); plain.code != 500 {
				s.Failf("%s is not known: %v", mixed, r)
			}
			s.NotApplicable("the server has no " + verb)
		},
	}
}

func longLine(verb string) testCase {
	const size = 1 << 20
	return testCase{
		"limits/" + verb + " with a line of 1 MiB", "RFC 5321, 4.5.3.1.4",
		"a command line beyond the limit is refused, by a reply or by hanging up, and the server lives on",
		func(s *session) {
			s.to(smtp.Greeted)
			s.peer.SendQuietly(verb+" "+strings.Repeat("x", size)+"\r\n", verb+" and 1 MiB of x")
			if r := s.reply(); r.class() == 2 || r.class() == 3 {
				s.Failf("answered by %v", r)
			}
			s.afresh("a long line")
		},
	}
}

func noPrefix(verb string) testCase {
	return testCase{
		"syntax/" + verb + "X", "RFC 5321, 4.1.1", "a word that begins like a verb is not that verb",
		func(s *session) {
			s.to(smtp.Greeted)
			if r := s.do(verb + "X"); r.class() == 2 || r.class() == 3 {
				s.Failf("answered by %v", r)
			}
		},
	}
}

// foldedLetters has letters outside ASCII that some case folding takes for S
// and K.
func foldedLetters(verb string) testCase {
	odd := strings.NewReplacer("S", "\u017f", "K", "\u212a").Replace(verb)
	if odd == verb {
		odd = verb[:1] + "\xc5" + verb[2:]
	}
	return testCase{
		"syntax/" + verb + " in other letters", "RFC 5321, 2.4",
		"verbs are ASCII: U+017F is no S, U+212A no K, 0xC5 no E",
		func(s *session) {
			s.to(smtp.Greeted)
			if r := s.do(odd + s.arguments(verb)); r.class() == 2 || r.class() == 3 {
				s.Failf("answered by %v", r)
			}
		},
	}
}

func badArgs(verb string, i int, args string) testCase {
	return testCase{
		fmt.Sprintf("syntax/%s with bad arguments %d", verb, i+1), "RFC 5321, 4.2.4",
		fmt.Sprintf("%s%s is refused by a 5xx reply and the conversation goes on", verb, args),
		func(s *session) {
			s.toOffer(verb, stateFor(verb))
			if r := s.do(verb + args); r.class() != 5 {
				s.Failf("answered by %v", r)
			}
			s.alive("bad arguments")
		},
	}
}
