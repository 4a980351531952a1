package smtp_test

import (
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// A model is what a conversation should be like, written down a second time
// and without the engine's table: the state, and what its Sessions have been
// told and have delivered.
type model struct {
	state     smtp.State
	secure    bool
	login     bool
	to        []string
	chunks    string // of a message so far
	calls     []string
	delivered []message
}

func newModel() *model { return &model{state: smtp.Start, calls: []string{"open"}} }

// over ends a transaction, if there is one.
func (m *model) over() {
	if m.state == smtp.Mailed || m.state == smtp.Ready || m.state == smtp.Chunking {
		m.calls = append(m.calls, "reset")
	}
	if m.state != smtp.Start {
		m.state = smtp.Greeted
	}
	m.to, m.chunks = nil, ""
}

// fail is over, but for chunks that are still to come.
func (m *model) fail() {
	m.over()
	m.state = smtp.Failed
}

// in returns reply if the state is one of the states, else 503.
func (m *model) in(reply string, states ...smtp.State) string {
	if slices.Contains(states, m.state) {
		return reply
	}
	return "503 5.5.1"
}

// A move is a command that the walk may take. It returns what the server must
// answer; then goes on with the conversation as it must be after that.
type move struct {
	line string
	want func(*model) string
	then func(*model, *peer) // after the answer, if that was no refusal
}

func anywhere(reply string) func(*model) string { return func(*model) string { return reply } }

func greeted(reply string) func(*model) string {
	return func(m *model) string { return m.in(reply, smtp.Greeted) }
}

// askMail is a MAIL that the Session is asked about.
func askMail(reply string) func(*model) string {
	return func(m *model) string {
		if m.state == smtp.Greeted {
			m.calls = append(m.calls, "mail")
		}
		return m.in(reply, smtp.Greeted)
	}
}

func inTransaction(reply string) func(*model) string {
	return func(m *model) string { return m.in(reply, smtp.Mailed, smtp.Ready) }
}

// askRcpt is a RCPT that the Session is asked about.
func askRcpt(reply string) func(*model) string {
	return func(m *model) string {
		if m.state == smtp.Mailed || m.state == smtp.Ready {
			m.calls = append(m.calls, "rcpt")
		}
		return m.in(reply, smtp.Mailed, smtp.Ready)
	}
}

// relayed is a RCPT elsewhere.
func relayed(m *model) string {
	if m.login {
		return askRcpt("250 2.1.5")(m)
	}
	return inTransaction("550 5.7.1")(m)
}

func accept(path string) func(*model, *peer) {
	return func(m *model, _ *peer) {
		m.state = smtp.Ready
		m.to = append(m.to, path)
	}
}

// body is the message behind a DATA, and its answer.
func body(sent, reply, kept string) func(*model, *peer) {
	return func(m *model, p *peer) {
		p.send(sent)
		p.expect(reply)
		m.calls = append(m.calls, "data")
		if kept != "" {
			m.delivered = append(m.delivered, message{to: m.to, data: kept})
		}
		m.over()
	}
}

func greet(m *model, _ *peer) {
	m.over()
	m.state = smtp.Greeted
}

func askAuth(m *model) string {
	if m.state == smtp.Greeted && m.login {
		return "503 5.5.1 you have logged in already"
	}
	return m.in("334", smtp.Greeted)
}

// answerWith answers a challenge.
func answerWith(line, reply string) func(*model, *peer) {
	return func(m *model, p *peer) {
		p.want(reply, line)
		m.login = strings.HasPrefix(reply, "235")
	}
}

// idle is for what may not come between two chunks.
func idle(reply string) func(*model) string {
	return func(m *model) string {
		return m.in(reply, smtp.Start, smtp.Greeted, smtp.Mailed, smtp.Ready, smtp.Failed)
	}
}

// chunk is a BDAT with its octets: clean ones, or such that are refused.
func chunk(octets string, last bool, refused string) move {
	line := fmt.Sprintf("BDAT %d", len(octets))
	if last {
		line += " LAST"
	}
	return move{line + "\r\n" + strings.TrimSuffix(octets, "\r\n"), func(m *model) string {
		if m.state == smtp.Failed && last {
			m.state = smtp.Greeted
		}
		if m.state != smtp.Ready && m.state != smtp.Chunking {
			return "503 5.5.1"
		}
		if m.state == smtp.Ready {
			m.calls = append(m.calls, "data")
		}
		m.chunks += octets
		switch {
		case refused != "" && last:
			m.over()
			return refused
		case refused != "":
			m.fail()
			return refused
		case last:
			m.delivered = append(m.delivered, message{to: m.to, data: m.chunks})
			m.over()
			return "250 2.0.0 message accepted"
		}
		m.state = smtp.Chunking
		return fmt.Sprintf("250 2.0.0 %d octets", len(octets))
	}, nil}
}

// moves are made by weight: those that are here twice, twice as often.
func moves(client *tls.Config) []move {
	startTLS := func(m *model) string {
		if m.secure || m.login {
			return m.in("503 5.5.1", smtp.Greeted)
		}
		return m.in("220 2.0.0", smtp.Greeted)
	}
	handshake := func(m *model, p *peer) {
		p.handshake(client)
		p.want("250", "NOOP") // the server is through with it too
		m.state, m.secure = smtp.Start, true
		m.calls = append(m.calls, "close", "open")
	}
	mailed := func(m *model, _ *peer) { m.state = smtp.Mailed }
	data := func(m *model) string { return m.in("354", smtp.Ready) }
	var list []move
	for _, w := range []struct {
		weight int
		move
	}{
		{8, move{"EHLO client.example", anywhere("250"), greet}},
		{1, move{"HELO client.example", anywhere("250 mx"), greet}},
		{1, move{"EHLO", anywhere("501 5.5.4"), nil}},
		{1, move{"HELO a b", anywhere("501 5.5.4"), nil}},
		{20, move{"MAIL FROM:<a@client.example>", askMail("250 2.1.0"), mailed}},
		{2, move{"mail from:<> size=10", askMail("250 2.1.0"), mailed}},
		{1, move{"MAIL FROM:<refused@client.example>", askMail("550 5.7.1"), nil}},
		{1, move{"MAIL FROM:<broken@client.example>", askMail("451 4.3.0"), nil}},
		{1, move{"MAIL FROM:<a@client.example", greeted("501 5.5.4"), nil}},
		{1, move{"MAIL FROM:<a@client.example> X=1", greeted("555 5.5.4"), nil}},
		{1, move{"MAIL FROM:<a@client.example> SIZE=99999999999", greeted("552 5.3.4"), nil}},
		{1, move{"MAIL FROM:<\u00fc@client.example>", greeted("553 5.6.7"), nil}},
		{20, move{"RCPT TO:<one@here.example>", askRcpt("250 2.1.5"), accept("one@here.example")}},
		{2, move{"RCPT TO:<Postmaster>", askRcpt("250 2.1.5"), accept("Postmaster")}},
		{2, move{"RCPT TO:<nobody@here.example>", askRcpt("550 5.1.1"), nil}},
		{2, move{"RCPT TO:<full@here.example>", askRcpt("452 4.2.2"), nil}},
		{2, move{"RCPT TO:<broken@here.example>", askRcpt("451 4.3.0"), nil}},
		{3, move{"RCPT TO:<one@elsewhere.example>", relayed, accept("one@elsewhere.example")}},
		{1, move{"RCPT TO:<>", inTransaction("501 5.5.4"), nil}},
		{1, move{"RCPT TO:<one@here.example> X=1", inTransaction("555 5.5.4"), nil}},
		{12, move{"DATA", data, body("hi\r\n..\r\n.\r\n", "250 2.0.0", "hi\r\n.\r\n")}},
		{2, move{"DATA", data, body("hi\n.\r\n\r\n.\r\n", "554 5.5.2", "")}},
		{2, move{"DATA", data, body("h\x00i\r\n.\r\n", "554 5.6.0", "")}},
		{2, move{"DATA", data, body(strings.Repeat("x", 2001)+"\r\n.\r\n", "552 5.3.4", "")}},
		{1, move{"DATA now", func(m *model) string { return m.in("501 5.5.4", smtp.Ready) }, nil}},
		{2, move{"RSET", anywhere("250 2.0.0"), func(m *model, _ *peer) { m.over() }}},
		{6, chunk("ab\r\n", false, "")},
		{6, chunk("..\r\n.\r\n", false, "")},
		{4, chunk("end\r\n", true, "")},
		{1, chunk("x\x00\r\n", false, "554 5.6.0")},
		{1, chunk("x\n\r\n", true, "554 5.5.2")},
		{1, chunk(strings.Repeat("x", 2001)+"\r\n", false, "552 5.3.4")},
		{1, move{"RSET now", anywhere("501 5.5.4"), nil}},
		{2, move{"NOOP", anywhere("250 2.0.0"), nil}},
		{1, move{"VRFY one", idle("252 2.5.0"), nil}},
		{1, move{"VRFY", idle("501 5.5.4"), nil}},
		{1, move{"HELP", anywhere("214 2.0.0"), nil}},
		{1, move{"XYZZY", anywhere("500 5.5.2"), nil}},
		{1, move{strings.Repeat("x", 3000), anywhere("500 5.5.2"), nil}},
		{1, move{strings.Repeat("x", 60_000), anywhere("500 5.5.2"), nil}},
		{1, move{"AUTH PLAIN", askAuth, answerWith("AGFubmEAc2VzYW1l", "235 2.7.0")}},
		{1, move{"AUTH PLAIN", askAuth, answerWith("AGFubmEAd3Jvbmc=", "535 5.7.8")}},
		{1, move{"AUTH PLAIN", askAuth, answerWith("AGJyb2tlbgB4", "454 4.7.0")}},
		{1, move{"AUTH PLAIN", askAuth, answerWith("*", "501 5.7.0")}},
		{1, move{"AUTH PLAIN", askAuth, answerWith("!", "501 5.5.2")}},
		{1, move{"STARTTLS", startTLS, handshake}},
	} {
		for range w.weight {
			list = append(list, w.move)
		}
	}
	return list
}

// A walk of random commands, good and bad, is answered step by step as the
// model says, and nothing else is delivered than it says. After each refusal,
// above all, the conversation is where it was, or afresh (missing resets are
// what most servers' faults come from).
func TestRandomWalk(t *testing.T) {
	const walks, steps = 40, 150
	reached := make(map[smtp.State]int)
	var answered [600]bool
	for seed := range uint64(walks) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			srv, inbox := newServer(t)
			server, client := tlsConfigs(t)
			srv.TLSConfig = server
			srv.Auth = insecure(authenticator(t))
			srv.Limits = smtp.Limits{Message: 2000, Errors: -1, Refusals: -1, Logins: -1, Junk: -1, Tarpit: -1}
			all := moves(client)
			rng := rand.New(rand.NewPCG(seed, 2))
			p := connect(t, silent(srv))
			m := newModel()
			for range steps {
				mv := all[rng.IntN(len(all))]
				want := mv.want(m)
				p.want(want, mv.line)
				if mv.then != nil && want[0] <= '3' {
					mv.then(m, p)
				}
				reached[m.state]++
				answered[int(want[0]-'0')*100+int(want[1]-'0')*10+int(want[2]-'0')] = true
				require.Equal(t, m.calls, inbox.called(), "after %.40q", mv.line)
			}
			got := inbox.delivered()
			require.Len(t, got, len(m.delivered))
			for i := range got {
				require.Equal(t, m.delivered[i].to, got[i].to)
				require.Equal(t, m.delivered[i].data, got[i].data)
			}
		})
	}
	for _, s := range states {
		require.NotZero(t, reached[s], "the walks never came to state %d", s)
	}
	for _, code := range []int{214, 220, 250, 252, 334, 354, 451, 452, 500, 501, 503, 550, 552, 553, 555} {
		require.True(t, answered[code], "the walks never met %d", code)
	}
}
