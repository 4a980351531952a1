package smtp_test

import (
	"crypto/tls"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

var states = []smtp.State{smtp.Start, smtp.Greeted, smtp.Mailed, smtp.Ready, smtp.Chunking, smtp.Failed}

// arguments are good ones for each verb. A verb that has none here takes none.
var arguments = map[string]string{
	"EHLO": " client.example",
	"HELO": " client.example",
	"MAIL": " FROM:<a@client.example>",
	"RCPT": " TO:<two@here.example>",
	"VRFY": " one",
	"AUTH": " PLAIN AGFubmEAc2VzYW1l",
	"LHLO": " client.example",
	"BDAT": " 0 LAST",
	"BURL": " imap://a/b LAST",
	"EXPN": " staff",
	"ETRN": " client.example",
	"ATRN": " client.example",

	"XCLIENT":  " ADDR=192.0.2.1",
	"XFORWARD": " ADDR=192.0.2.1",
}

// tableServer offers all that the table has.
func tableServer(t *testing.T) (*smtp.Server, *inbox) {
	srv, inbox := newServer(t)
	makeAble(srv, inbox)
	srv.Auth = insecure(authenticator(t))
	srv.TLSConfig, _ = tlsConfigs(t)
	return srv, inbox
}

// connectFor connects to a server that knows a verb.
func connectFor(t *testing.T, verb string) (*peer, *inbox) {
	srv, inbox := tableServer(t)
	srv.LMTP = verb == "LHLO"
	p := connect(t, srv)
	if srv.LMTP {
		p.greeting = "LHLO"
	}
	return p, inbox
}

// next is what a conversation goes on with in a state, and what it hears.
var next = map[smtp.State][2]string{
	smtp.Start:   {"EHLO client.example", "250"},
	smtp.Greeted: {"MAIL FROM:<a@client.example>", "250 2.1.0"},
	smtp.Mailed:  {"RCPT TO:<two@here.example>", "250 2.1.5"},
	smtp.Ready:   {"DATA", "354"},

	smtp.Chunking: {"BDAT 0 LAST", "250 2.0.0 message accepted"},
	smtp.Failed:   {"RCPT TO:<two@here.example>", "503 5.5.1 out of order, a chunk was refused"},
}

// Each command, in each state that does not allow it, is answered by 503 and
// changes nothing: the Session does not hear of it, and the conversation goes
// on where it was (RFC 5321, 4.1.4).
func TestOutOfOrder(t *testing.T) {
	walked := 0
	for _, v := range smtp.Verbs() {
		for _, state := range states {
			if v.In&state != 0 {
				continue
			}
			walked++
			t.Run(fmt.Sprintf("%s in %d", v.Name, state), func(t *testing.T) {
				p, inbox := connectFor(t, v.Name)
				p.to(state)
				before := inbox.called()
				p.want("503 5.5.1 ", strings.ToLower(v.Name)+arguments[v.Name])
				if v.Name != "BDAT" { // see TestChunkSize
					p.want("503 5.5.1 ", v.Name+arguments[v.Name]+" and=nonsense")
				}
				require.Equal(t, before, inbox.called())
				p.want(next[state][1], next[state][0])
			})
		}
	}
	require.Equal(t, 51, walked, "the table has changed: is this number right?")
}

// Each command, in each state that allows it, is neither unknown nor out of
// order, and one with arguments that it cannot read is answered by 501 and
// changes nothing.
func TestInOrder(t *testing.T) {
	for _, v := range smtp.Verbs() {
		for _, state := range states {
			if v.In&state == 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s in %d", v.Name, state), func(t *testing.T) {
				p, inbox := connectFor(t, v.Name)
				p.to(state)
				before := inbox.called()
				if bad, has := nonsense[v.Name]; has {
					p.want("501 5.5.4 ", v.Name+bad)
					require.Equal(t, before, inbox.called())
				}
				want := answers[v.Name]
				if state == smtp.Failed && (v.Name == "BDAT" || v.Name == "BURL") {
					want = "503 5.5.1"
				}
				p.want(want, v.Name+arguments[v.Name])
			})
		}
	}
}

// nonsense is what no verb takes that reads its arguments.
var nonsense = map[string]string{
	"EHLO": " a b", "HELO": " a b", "MAIL": " me", "RCPT": " you", "DATA": " now", "RSET": " now", "QUIT": " now",
	"STARTTLS": " now", "VRFY": "", "AUTH": "", "EXPN": "", "LHLO": " a b",
	"BURL": "", "ETRN": " a b", "ATRN": " a b", "XCLIENT": " x", "XFORWARD": " x",
}

// answers are how each verb is answered where it may come.
var answers = map[string]string{
	"EHLO": "250-", "HELO": "250 ", "MAIL": "250 2.1.0", "RCPT": "250 2.1.5", "DATA": "354", "RSET": "250 2.0.0",
	"VRFY": "252 2.5.0", "HELP": "214 2.0.0", "NOOP": "250 2.0.0", "QUIT": "221 2.0.0", "STARTTLS": "220 2.0.0",
	"AUTH": "235 2.7.0", "LHLO": "250-", "BDAT": "250 2.0.0", "BURL": "530 5.7.0", "EXPN": "250", "ETRN": "250 2.0.0", "ATRN": "530 5.7.0",
	"TURN": "502 5.5.1", "XCLIENT": "220 ", "XFORWARD": "250 2.0.0",
}

// Words that are like a verb are not that verb: with an octet more or less,
// behind a space, or with a letter that some case folding takes for an ASCII
// one (U+017F for S, U+212A for K).
func TestUnlikeVerbs(t *testing.T) {
	srv, inbox := tableServer(t)
	srv.Limits.Errors = -1
	p := connect(t, srv)
	p.to(smtp.Greeted)
	before := inbox.called()
	for _, v := range smtp.Verbs() {
		args := arguments[v.Name]
		folded := strings.NewReplacer("S", "\u017f", "K", "\u212a").Replace(v.Name)
		words := []string{v.Name + "X", v.Name[1:], v.Name[:len(v.Name)-1], " " + v.Name, v.Name + "\t", "X" + v.Name}
		if folded != v.Name {
			words = append(words, folded, strings.ToLower(folded))
		}
		for _, word := range words {
			p.want("500 5.5.2 command not known", word+args)
		}
	}
	require.Equal(t, before, inbox.called())
}

// Every line of the table names the RFC that it comes from, and every verb is
// in HELP and has a test of its answer above.
func TestVerbsDocumented(t *testing.T) {
	source, err := os.ReadFile("command.go")
	require.NoError(t, err)
	srv, _ := tableServer(t)
	help := connect(t, srv).do("HELP")
	srv, _ = tableServer(t)
	srv.LMTP = true
	help += connect(t, srv).do("HELP")
	for _, v := range smtp.Verbs() {
		line := regexp.MustCompile(`(?m)^\t\{verb: "` + v.Name + `", .*// (RFC \d+, ([A-Z]\.)?\d[\d.]*|Postfix X[A-Z]+_README)$`)
		require.Regexp(t, line, string(source), "the table's line of %s has no source", v.Name)
		if v.Name != "TURN" { // which nobody gets
			require.Regexp(t, `\b`+v.Name+`\b`, help)
		}
		require.Contains(t, answers, v.Name)
		require.NotZero(t, v.In)
	}
	require.Len(t, answers, len(smtp.Verbs()))
}

// What HELP and EHLO name is what works: a verb that is not offered is in
// neither, and is answered by 502 (RFC 5321, 4.2.4).
func TestNotOffered(t *testing.T) {
	srv, _ := newServer(t)
	p := connect(t, srv)
	help := p.do("HELP")
	greeting := p.do("EHLO client.example")
	for _, verb := range []string{"STARTTLS", "AUTH", "ETRN", "ATRN", "BURL", "XCLIENT", "XFORWARD", "LHLO", "TURN"} {
		require.NotContains(t, help, verb)
		require.NotContains(t, greeting, verb)
		p.want("502 5.5.1", verb+arguments[verb])
	}
	srv, _ = newServer(t)
	srv.TLSConfig = new(tls.Config)
	require.Contains(t, connect(t, srv).do("HELP"), "STARTTLS")
}
