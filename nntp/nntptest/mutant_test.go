package nntptest_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// A mutant stands between the cases and a good server, and makes a bad one of it.
type mutant struct {
	only string // a regexp of the cases that it is tried on; empty: all

	// reply changes the first line of an answer; cmd is the last line that the
	// client sent.
	reply func(cmd string, code int, line string) string

	// line changes a line of a block. It is left out if it becomes "-".
	line func(cmd, line string) string

	// ask changes what the client sends.
	ask func(string) string
}

// becomes answers by something else instead of some codes.
func becomes(code int, line string) func(string, int, string) string {
	return func(_ string, c int, old string) string {
		if c == code {
			return line
		}
		return old
	}
}

// mutants are bad servers, and each case must find out at least one of them.
var mutants = map[string]mutant{
	"says no": {reply: func(_ string, code int, line string) string {
		if code < 400 && code != 101 && code != 200 && code != 340 && code != 335 && code != 381 {
			return "500 no"
		}
		return line
	}},
	"says yes": {reply: func(cmd string, code int, line string) string {
		if code >= 400 {
			return "200 yes"
		}
		return line
	}},
	"has other codes": {reply: func(cmd string, code int, line string) string {
		if code >= 400 || code == 111 {
			return strconv.Itoa(code+7) + line[3:]
		}
		return line
	}},
	"greets by 502":   {reply: becomes(200, "502 no")},
	"has no codes":    {reply: func(string, int, string) string { return "hello" }},
	"changes lines":   {line: func(_, line string) string { return line + " x" }},
	"has empty lists": {line: func(string, string) string { return "-" }},
	"doubles lines":   {line: func(_, line string) string { return line + "\r\n" + line }},
	"reads LF":        {ask: func(s string) string { return bareLF.ReplaceAllString(s, "$1\r\n") }},
	"reads CR":        {ask: func(s string) string { return bareCR.ReplaceAllString(s, "\r\n$1") }},
	"drops NUL":       {ask: func(s string) string { return strings.ReplaceAll(s, "\x00", "") }},
	"drops CR":        {ask: func(s string) string { return bareCR.ReplaceAllString(s, "$1") }},
	"knows upper case": {ask: func(s string) string {
		return regexp.MustCompile(`^[A-Z]*[a-z].*\r\n`).ReplaceAllString(s, "XYZZY\r\n")
	}},
	"has short lines": {ask: func(s string) string { return tooLong.ReplaceAllString(s, "XYZZY\r\n") }},
	"answers twice":   {reply: func(_ string, _ int, line string) string { return line + "\r\n" + line }},
	"knows no spaces": {ask: func(s string) string { return strings.ReplaceAll(s, "  \t ", "?") }},
	"loses the group": {ask: func(s string) string {
		return regexp.MustCompile(`^(STAT|HEAD) \d+\r\n`).ReplaceAllString(s, "STAT 99\r\n")
	}},
	"selects by id": {reply: func(cmd string, code int, line string) string {
		return regexp.MustCompile(`^(22[0-3]) \d+ `).ReplaceAllString(line, "$1 77 ")
	}},
	"has old dates":     {reply: becomes(111, "111 19990101000000")},
	"has odd dates":     {reply: becomes(111, "111 1999")},
	"says goodbye late": {reply: becomes(205, "205 bye\r\n205 bye")},
	"is 201":            {reply: becomes(200, "201 no posting")},
	"ignores AUTOUPDATE": {
		ask:   func(s string) string { return strings.ReplaceAll(s, "CAPABILITIES AUTOUPDATE", "HELP") },
		reply: becomes(100, "101 list"),
	},
	"has no version": {line: func(cmd, line string) string { return strings.Replace(line, "VERSION 2", "VERSION 1", 1) }},
	"lists nothing": {line: func(cmd, line string) string {
		return regexp.MustCompile(`^LIST .*`).ReplaceAllString(line, "LIST ACTIVE")
	}},
	"promises": {ask: func(s string) string {
		return regexp.MustCompile(`^(GROUP no|OVER x|HDR|NEWNEWS|IHAVE|CHECK|COMPRESS NO).*\r\n`).ReplaceAllString(s, "XYZZY\r\n")
	}},
	"has any group": {ask: func(s string) string { return strings.ReplaceAll(s, "no.such.group.exists", "example.test") }},
	"has the next number": {ask: func(s string) string {
		return number.ReplaceAllStringFunc(s, func(string) string { return "STAT 1\r\n" })
	}},
	"takes what it has": {ask: func(s string) string { return regexp.MustCompile(`(?m)^Message-ID: .*\r\n`).ReplaceAllString(s, "") }},
	"takes anything": {ask: func(s string) string {
		s = regexp.MustCompile(`(?m)^(Injection-Info|Xref|Date: Fri, 1 Jan 2100|X-Test:x|no field).*\r\n`).ReplaceAllString(s, "")
		s = regexp.MustCompile(`(Message-ID: .*\r\n)Message-ID: .*\r\n`).ReplaceAllString(s, "$1")
		s = regexp.MustCompile(`(Message-ID: .*\r\n)Subject: .*\r\n`).ReplaceAllString(s, "$1")
		return strings.NewReplacer("X-Subject:", "Subject:", "X-From:", "From:", "X-Newsgroups:", "Newsgroups:", "X-Date:", "Date:", "X-Path:", "Path:", "X-Message-ID:", "Message-ID:").Replace(s)
	}},
	"adds what is missing": {only: "^POST/(without|no article|unknown)", ask: func(s string) string {
		if !strings.HasSuffix(s, ".\r\n") {
			return s
		}
		return "From: a@b.example\r\nNewsgroups: example.test\r\nSubject: s\r\n\r\n.\r\n"
	}},
	"reads no article": {ask: func(s string) string {
		return regexp.MustCompile(`(?s)^(TAKETHIS [^\r]*)\r\n(.*)$`).ReplaceAllString(s, "CHECK x\r\n$2")
	}},
	"executes cmsg": {only: "^POST/Control", reply: func(cmd string, code int, line string) string {
		if strings.HasPrefix(cmd, "STAT") && code == 223 && strings.Contains(line, "@") {
			return "430 cancelled"
		}
		return line
	}},
	"waits for more": {only: "half", ask: func(s string) string {
		if strings.HasSuffix(s, "\r\n") {
			return s
		}
		return "" // and so what came with it
	}},
	"joins words": {ask: func(s string) string { return strings.ReplaceAll(s, "DATE\r\nNO-SUCH", "DATENO-SUCH") }},
	"obeys clear text": {
		only: "injection", ask: func(s string) string {
			return regexp.MustCompile(`^(STARTTLS|COMPRESS DEFLATE)\r\n`).ReplaceAllString(s, "XYZZY\r\n")
		},
		reply: becomes(500, "206 go"),
	},
	"keeps the login":     {reply: becomes(502, "281 again")},
	"knows names":         {ask: func(s string) string { return strings.ReplaceAll(s, "-wrong", "") }},
	"is never empty":      {reply: becomes(383, "383 AAAA")},
	"knows any mechanism": {ask: func(s string) string { return strings.ReplaceAll(s, "NO-SUCH-MECHANISM", "PLAIN") }},
}

var (
	bareLF  = regexp.MustCompile(`(^|[^\r])\n`)
	bareCR  = regexp.MustCompile(`\r([^\n]|$)`)
	tooLong = regexp.MustCompile(`^[^\r\n]{200,}\r\n`)
	number  = regexp.MustCompile(`^(ARTICLE|HEAD|BODY|STAT|OVER|HDR Subject) \d+-?\d*\r\n`)
)

// dial connects through the mutant.
func (m *mutant) dial(srv *nntptest.Server, wg *sync.WaitGroup) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		far, err := srv.Dial(ctx)
		if err != nil {
			return nil, err
		}
		near, middle := memnet.Pipe()
		cmds := make(chan string, 1)
		cmds <- ""
		wg.Go(func() {
			defer far.Close()
			buf := make([]byte, 64<<10)
			for {
				n, err := middle.Read(buf)
				if err != nil {
					return
				}
				s := string(buf[:n])
				<-cmds
				cmds <- strings.TrimSpace(s)
				if m.ask != nil && !bytes.HasPrefix(buf[:n], []byte{0x16}) {
					s = m.ask(s)
				}
				if _, err := io.WriteString(far, s); err != nil {
					return
				}
			}
		})
		wg.Go(func() {
			defer middle.Close()
			m.answers(bufio.NewReader(far), middle, cmds)
		})
		return near, nil
	}
}

// answers passes the server's lines on, up to a change of the connection.
func (m *mutant) answers(r *bufio.Reader, w io.Writer, cmds chan string) {
	inBlock := false
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		cmd := <-cmds
		cmds <- cmd
		code, _ := strconv.Atoi(strings.SplitN(line, " ", 2)[0])
		switch {
		case inBlock && line == ".":
			inBlock = false
		case inBlock && m.line != nil:
			if line = m.line(cmd, line); line == "-" {
				continue
			}
		case inBlock:
		default:
			inBlock = slices.Contains([]int{100, 101, 215, 220, 221, 222, 224, 225, 230, 231, 282}, code) || code == 211 && strings.HasPrefix(strings.ToUpper(cmd), "LISTGROUP")
			if m.reply != nil {
				line = m.reply(cmd, code, line)
			}
		}
		if _, err := io.WriteString(w, line+"\r\n"); err != nil {
			return
		}
		if code == 382 || code == 206 {
			_, _ = io.Copy(w, r) // until one side has enough
			return
		}
	}
}

// TestMutants: each case is failed by some bad server. A case that cannot fail
// proves nothing.
func TestMutants(t *testing.T) {
	var mu sync.Mutex
	failed, found := make(map[string]bool), make(map[string]bool)
	t.Run("all", func(t *testing.T) {
		for name, m := range mutants {
			for _, login := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%v", name, login), func(t *testing.T) {
					t.Parallel()
					srv := good(t)
					if login {
						srv.Config.Auth.AllowInsecure = true
						srv.Config.Auth.Mechanisms = []string{"PLAIN"}
					}
					srv.StartInMemory()
					var wg sync.WaitGroup
					defer wg.Wait()
					target := nntptest.Target{Dial: m.dial(srv, &wg), Group: "example.test", MayPost: true, MayFeed: true, Timeout: 150 * time.Millisecond, Only: regexp.MustCompile(m.only)}
					if login {
						target.User, target.Password = "tim", "secret"
						if m.only == "" {
							target.Only = regexp.MustCompile("^AUTHINFO/")
						}
					}
					nntptest.Check(t.Context(), target, func(r nntptest.Result) {
						if r.Verdict == nntptest.Fail {
							mu.Lock()
							failed[r.Name] = true
							found[name] = true
							mu.Unlock()
						}
					})
				})
			}
		}
	})
	// What is checked of a server that offers nothing of it cannot fail here.
	srv := good(t)
	srv.StartInMemory()
	nntptest.Check(t.Context(), nntptest.Target{Dial: srv.Dial, Group: "example.test", MayPost: true, MayFeed: true, User: "tim", Password: "secret"}, func(r nntptest.Result) {
		if r.Verdict != nntptest.NotApplicable && !failed[r.Name] {
			t.Errorf("no mutant is found out by %s", r.Name)
		}
	})
	for name := range mutants {
		require.True(t, found[name], "nobody finds out what %s", name)
	}
}
