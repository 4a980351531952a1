package smtptest

import (
	"maps"
	"slices"
	"strings"
)

// A Fault is what a FaultServer does wrong. The zero value is a server that
// says yes to everything, in any order, and does no harm.
type Fault struct {
	// SendAtMost and ReceiveAtMost cut the connection once so many octets have
	// gone either way, those of TLS included; 0 is no limit. From 1 to what
	// FaultServer.Sent or Received says of a whole conversation, they walk a
	// client through each octet at which a connection can break.
	SendAtMost, ReceiveAtMost int

	// Extensions are what EHLO advertises, one a line, true or not; nil is
	// PIPELINING, 8BITMIME, CHUNKING, SMTPUTF8, ENHANCEDSTATUSCODES, AUTH
	// PLAIN LOGIN and, before TLS, STARTTLS.
	Extensions []string

	// Say has the octets to be sent instead of the reply to a verb, in
	// capitals; "" stands for the greeting, and EndOfMessage for the end of a
	// message. They are sent as they are, CRLF and all. If they begin with 220
	// for STARTTLS, or 354 for DATA, that goes on behind them. If they begin with
	// 421, or do not end in LF, the server hangs up.
	Say map[string]string

	// Endless is a verb that is answered by continuation lines without end,
	// until the client hangs up.
	Endless string
}

// BadReplies returns Faults in the reply to a verb, "" and EndOfMessage among
// them, each under its name: a client must give up at every one, without
// hanging, and without keeping what it is sent.
func BadReplies(verb string) map[string]Fault {
	say := func(octets string) Fault { return Fault{Say: map[string]string{verb: octets}} }
	return map[string]Fault{
		"nothing":               say(""),
		"421":                   say("421 4.3.2 closing down\r\n"),
		"half a line":           say("421 4.3.2 clos"),
		"half a reply":          say("421-4.3.2 closing down\r\n"),
		"a line of 1 MiB":       say("250 " + strings.Repeat("x", 1<<20) + "\r\n"),
		"1 MiB without an end":  say("250 " + strings.Repeat("x", 1<<20)),
		"continued without end": {Endless: verb},
		"mixed codes":           say("250-one\r\n251 two\r\n"),
		"bare LF":               say("250 ok\n"),
		"bare CR":               say("250 ok\rok\r\n"),
		"NUL":                   say("250 o\x00k\r\n"),
		"no code":               say("ok\r\n"),
		"a code of two digits":  say("25 ok\r\n"),
		"a code of four digits": say("2500 ok\r\n"),
		"a code of no class":    say("999 ok\r\n"),
		"no space":              say("250_ok\r\n"),
		"an empty line":         say("\r\n"),
		"TLS":                   say("\x15\x03\x03\x00\x02\x02\x28"),
		"HTTP":                  say("HTTP/1.1 400 Bad Request\r\n\r\n"),
	}
}

// extensions are those to advertise.
func (f *Fault) extensions(secure bool) []string {
	if f.Extensions != nil {
		return f.Extensions
	}
	list := []string{"PIPELINING", "8BITMIME", "CHUNKING", "SMTPUTF8", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN"}
	if !secure {
		list = append(list, "STARTTLS")
	}
	return list
}

// plainReplies are what a server says that finds no fault.
var plainReplies = map[string]string{
	"":           "220 fault.example ESMTP\r\n",
	"HELO":       "250 fault.example\r\n",
	"AUTH":       "235 2.7.0 logged in\r\n",
	"VRFY":       "252 2.5.0 perhaps\r\n",
	"STARTTLS":   "220 2.0.0 begin TLS\r\n",
	"DATA":       "354 go ahead\r\n",
	"QUIT":       "221 2.0.0 bye\r\n",
	EndOfMessage: "250 2.0.0 accepted\r\n",
}

// reply returns what is said to a verb, and whether to hang up behind it.
func (f *Fault) reply(verb string, secure bool) (octets string, last bool) {
	said, given := f.Say[verb]
	if given {
		return said, said == "" || strings.HasPrefix(said, "421") || verb == "QUIT"
	}
	if verb == "EHLO" || verb == "LHLO" {
		lines := slices.Concat([]string{"fault.example"}, f.extensions(secure))
		n := len(lines) - 1
		var b strings.Builder
		for _, line := range lines[:n] {
			b.WriteString("250-" + line + "\r\n")
		}
		return b.String() + "250 " + lines[n] + "\r\n", false
	}
	if plain, ok := plainReplies[verb]; ok {
		return plain, verb == "QUIT"
	}
	return "250 2.0.0 ok\r\n", false
}

// clone keeps a Fault from being changed while it is in use.
func (f Fault) clone() Fault {
	f.Extensions, f.Say = slices.Clone(f.Extensions), maps.Clone(f.Say)
	return f
}
