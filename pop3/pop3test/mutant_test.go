package pop3test_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// A mutant stands between the cases and a good server, and makes a bad one of it.
type mutant struct {
	cases string // a regexp of those that must find it out

	// answer changes a line of the server's. cmd is the last line that the
	// client sent, and n how many it has sent.
	answer func(cmd string, n int, line string) string

	// ask changes a line of the client's, "" to swallow it.
	ask func(line string) string
}

// instead answers commands that begin so by something else; "$" in it is the
// answer of the good server.
func instead(prefix, says string) func(string, int, string) string {
	return func(cmd string, _ int, line string) string {
		if !strings.HasPrefix(strings.ToUpper(cmd), prefix) {
			return line
		}
		return strings.ReplaceAll(says, "$", line)
	}
}

// swap replaces a text in all answers.
func swap(old, by string) func(string, int, string) string {
	return func(_ string, _ int, line string) string { return strings.ReplaceAll(line, old, by) }
}

var mutants = map[string]mutant{
	"refuses APOP":           {cases: `^(APOP/login|order/APOP before the login|syntax/APOP in mixed case)$`, answer: instead("APOP", "-ERR no")},
	"takes any APOP":         {cases: `^(APOP/wrong digest|APOP/replay|syntax/APOP with bad arguments [12])$`, answer: instead("APOP", "+OK in")},
	"knows unknown names":    {cases: `^APOP/wrong digest$`, answer: instead("APOP NO-SUCH", "-ERR who?")},
	"has one timestamp":      {cases: `^APOP/timestamp$`, answer: instead("", "$"), ask: nil},
	"has a bad timestamp":    {cases: `^APOP/timestamp$`, answer: func(_ string, n int, line string) string { return strings.ReplaceAll(line, "@localhost>", ">") }},
	"lists no mechanism":     {cases: `^AUTH/alone$`, answer: func(cmd string, _ int, line string) string { return dropIf(cmd == "AUTH" && line == "PLAIN", line) }},
	"takes = for nothing":    {cases: `^AUTH/empty initial response$`, ask: func(line string) string { return strings.TrimSuffix(line, " =") }},
	"asks again":             {cases: `^AUTH/empty line$`, answer: instead("\x00", "+ ")},
	"does not know SCRAM":    {cases: `^AUTH/SCRAM-SHA-256$`, answer: instead("AUTH SCRAM-SHA-256", "-ERR no")},
	"lets SCRAM in unproven": {cases: `^AUTH/SCRAM-SHA-(1|256)( with a wrong password)?$`, answer: instead("AUTH SCRAM", "+OK in")},
	"takes any digest":       {cases: `^AUTH/(CRAM-MD5|DIGEST-MD5) with a wrong password$`, answer: instead("AUTH ", "+OK in")},
	"does not know DIGEST":   {cases: `^AUTH/DIGEST-MD5$`, answer: instead("AUTH DIGEST", "-ERR no")},
	"does not know CRAM":     {cases: `^AUTH/CRAM-MD5$`, answer: instead("AUTH CRAM", "-ERR no")},
	"LOGIN-DELAY of words":   {cases: `^policy/LOGIN-DELAY$`, answer: swap("LOGIN-DELAY 1", "LOGIN-DELAY soon")},
	"LOGIN-DELAY changes":    {cases: `^policy/LOGIN-DELAY$`, answer: swap("LOGIN-DELAY 1 USER", "LOGIN-DELAY 2")},
	"EXPIRE of nothing":      {cases: `^policy/EXPIRE$`, answer: swap("EXPIRE 7", "EXPIRE -7")},
	"EXPIRE USER for all": {cases: `^policy/EXPIRE$`, answer: func(_ string, _ int, line string) string {
		return strings.ReplaceAll(strings.ReplaceAll(line, " USER", ""), "EXPIRE 7", "EXPIRE 7 USER")
	}},
	"never too soon":          {cases: `^policy/too soon$`, answer: swap("-ERR [LOGIN-DELAY]", "+OK")},
	"too soon without a code": {cases: `^policy/too soon$`, answer: swap("[LOGIN-DELAY]", "[IN-USE]")},
	"no implementation":       {cases: `^policy/IMPLEMENTATION$`, answer: swap("IMPLEMENTATION test", "IMPLEMENTATION")},
	"UTF8 PLEASE":             {cases: `^UTF8/capability$`, answer: swap("UTF8 USER", "UTF8 PLEASE")},
	"refuses UTF8":            {cases: `^(UTF8/changes nothing else|UTF8/with it|order/UTF8 before the login|syntax/UTF8 in mixed case)$`, answer: instead("UTF8", "-ERR no")},
	"takes UTF8 of anything":  {cases: `^syntax/UTF8 with bad arguments 1$`, ask: func(line string) string { return strings.TrimSuffix(line, " now") }},
	"takes UTF8 too late":     {cases: `^order/UTF8 after the login$`, answer: instead("UTF8", "+OK")},
	"logs in by UTF8":         {cases: `^UTF8/changes nothing else$`, answer: instead("STAT", "+OK 1 2")},
	"takes any name":          {cases: `^UTF8/USER$`, answer: func(cmd string, _ int, line string) string { return dropTo(strings.Contains(cmd, "\xff"), "+OK", line) }},
	"sends UTF-8 to anybody":  {cases: `^UTF8/not without it$`, answer: swap("Subject: one", "Subject: \u00fc")},
	"refuses without a code":  {cases: `^UTF8/not without it$`, answer: instead("TOP", "-ERR no")},
	"wants UTF8 after UTF8":   {cases: `^UTF8/with it$`, answer: instead("TOP", "-ERR [UTF8] no")},
	"sends Latin-1":           {cases: `^UTF8/with it$`, answer: swap("Subject: one", "Subject: \xfc")},
	"lists bad tags":          {cases: `^LANG/list$`, answer: swap("de Deutsch", "de_DE Deutsch")},
	"lists names in Latin-1":  {cases: `^LANG/list$`, answer: swap("de Deutsch", "de \xfc")},
	"chooses another":         {cases: `^LANG/choose$`, answer: swap("+OK de", "+OK nl")},
	"speaks what is unknown": {cases: `^(LANG/unknown|syntax/LANG with bad arguments [123])$`, ask: func(line string) string {
		return regexp.MustCompile(`^LANG (qaa.*|de_AT|de en|-)$`).ReplaceAllString(line, "LANG en")
	}},
	"forgets the language": {cases: `^LANG/unknown$`, answer: func(cmd string, n int, line string) string {
		return dropTo(cmd == "XYZZY" && n > 5, "-ERR what?", line)
	}},
	"prefers what is not": {cases: `^LANG/preferred$`, answer: instead("LANG *", "+OK fr oui")},
	"counts in German":    {cases: `^LANG/after the login$`, ask: func(line string) string { return dropTo(line == "LANG *", "DELE 1", line) }},
	"refuses LANG":        {cases: `^(LANG/after the login|order/LANG .*|syntax/LANG in mixed case)$`, answer: instead("LANG", "-ERR no")},
}

// dropIf returns "" if so, which swallows the line.
func dropIf(drop bool, line string) string { return dropTo(drop, "", line) }

func dropTo(drop bool, by, line string) string {
	if drop {
		return by
	}
	return line
}

// dial connects to srv by way of the mutant.
func (m mutant) dial(srv *pop3test.Server, wg *sync.WaitGroup, stamps *sync.Map) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		far, err := srv.Dial(ctx)
		if err != nil {
			return nil, err
		}
		near, middle := memnet.Pipe()
		var mu sync.Mutex
		cmd, n := "", 0
		wg.Go(func() {
			defer far.Close()
			r := bufio.NewReader(middle)
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				text, whole := strings.CutSuffix(line, "\r\n")
				mu.Lock()
				if strings.Contains(text, " ") || len(text) < 6 && text != "" { // not an answer within AUTH
					cmd = text
				} else if text == "" {
					cmd = "\x00"
				}
				n++
				mu.Unlock()
				if whole && m.ask != nil {
					line = m.ask(text) + "\r\n"
				}
				if _, err := io.WriteString(far, line); err != nil {
					return
				}
			}
		})
		wg.Go(func() {
			defer middle.Close()
			r := bufio.NewReader(far)
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				text := strings.TrimSuffix(line, "\r\n")
				mu.Lock()
				cmd, n := cmd, n
				mu.Unlock()
				if stamps != nil {
					text = regexp.MustCompile(`<[^@]*@`).ReplaceAllString(text, "<1@")
				} else if m.answer != nil {
					changed := m.answer(cmd, n, text)
					if changed == "" && text != "" {
						continue
					}
					text = changed
				}
				if _, err := io.WriteString(middle, text+"\r\n"); err != nil {
					return
				}
			}
		})
		return near, nil
	}
}

// Each mutant is found out by each of its cases, and the good server passes them
// all: a case that cannot fail proves nothing.
func TestMutants(t *testing.T) {
	check := func(t *testing.T, name string, m mutant) (verdicts map[string]pop3test.Verdict) {
		srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{User: "tim", Password: "secret", Messages: []string{"Subject: one\r\n\r\nHello\r\n"}})
		srv.Config.Limits = pop3.Limits{ConnsPerAddr: -1}
		srv.Config.Implementation = "test"
		if strings.HasPrefix(m.cases, "^policy") {
			srv.Config.Policy = pop3.Policy{LoginDelay: time.Second, Expire: 7 * 24 * time.Hour}
			srv.Config.PolicyPerUser = true
		}
		srv.StartInMemory()
		var wg sync.WaitGroup
		var stamps *sync.Map
		if name == "has one timestamp" {
			stamps = new(sync.Map)
		}
		verdicts = make(map[string]pop3test.Verdict)
		pop3test.Check(t.Context(), pop3test.Target{
			Dial: m.dial(srv, &wg, stamps), User: "tim", Password: "secret", MayDelete: true,
			Only: regexp.MustCompile(m.cases), Timeout: 2 * time.Second,
		}, func(r pop3test.Result) { verdicts[r.Name] = r.Verdict })
		wg.Wait()
		return verdicts
	}
	var tried []string
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			verdicts := check(t, name, m)
			require.NotEmpty(t, verdicts)
			for c, v := range verdicts {
				require.Equal(t, pop3test.Fail, v, c)
				tried = append(tried, c)
			}
			for c, v := range check(t, "", mutant{cases: m.cases}) {
				require.Equal(t, pop3test.Pass, v, c)
			}
		})
	}
	pop3test.Check(t.Context(), pop3test.Target{
		Dial: func(context.Context) (net.Conn, error) { return nil, net.ErrClosed },
		Only: regexp.MustCompile(`^(APOP|LANG|UTF8|policy)/|^AUTH/(alone|empty|SCRAM|CRAM|DIGEST)`),
	}, func(r pop3test.Result) {
		if !slices.Contains(tried, r.Name) {
			t.Errorf("no mutant is found out by %s", r.Name)
		}
	})
}
