package pop3_test

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
)

// A script is a server that says what it is told to, right or wrong: the first
// string is the greeting, and each further one is sent when a line has come.
// After the last it hangs up. It may say anything, CRLFs and all.
type script []string

// connect returns a connection to a goroutine that serves, and the lines that it
// is sent, which are there once the connection is closed.
func (s script) connect(tb testing.TB) (net.Conn, *asked) {
	near, far := memnet.Pipe()
	a := &asked{}
	a.wg.Go(func() {
		defer far.Close()
		r := bufio.NewReader(far)
		for i, says := range s {
			if i > 0 {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				a.lines = append(a.lines, strings.TrimSuffix(line, "\r\n"))
			}
			if _, err := far.Write([]byte(says)); err != nil {
				return
			}
		}
	})
	tb.Cleanup(func() { near.Close(); a.wg.Wait() })
	return near, a
}

type asked struct {
	wg    sync.WaitGroup
	lines []string
}

// all waits until the conversation is over and returns what was asked.
func (a *asked) all() []string {
	a.wg.Wait()
	return a.lines
}

// inClear is for tests that are not about TLS.
func inClear(logins ...pop3.Login) *pop3.Options {
	return &pop3.Options{TLS: pop3.TLSNone, PlaintextAuth: true, Auth: logins}
}

// plainCAPA is an answer to CAPA.
const plainCAPA = "+OK\r\nUSER\r\nUIDL\r\nTOP\r\nPIPELINING\r\n.\r\n"

// client connects to a script that begins with a greeting and plainCAPA, without
// a login.
func (s script) client(tb testing.TB) (*pop3.Client, *asked) {
	tb.Helper()
	nc, a := append(script{"+OK hello\r\n", plainCAPA}, s...).connect(tb)
	c, err := pop3.NewClient(tb.Context(), nc, inClear())
	require.NoError(tb, err)
	tb.Cleanup(func() { c.Close() })
	return c, a
}

// by logs in as tim by one mechanism.
func by(mechanism, password string) pop3.Login {
	return pop3.Credentials(auth.Credentials{Name: "tim", Password: password, Mechanisms: []string{mechanism}})
}
