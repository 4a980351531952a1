package nntp_test

import (
	"bufio"
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp"
)

// modern and ancient are how conversations begin with servers that know
// CAPABILITIES, and with those that do not.
const (
	modern  = "S: 200 hi\nC: CAPABILITIES\nS: 101 ok\nS: VERSION 2\nS: READER\nS: POST\nS: OVER MSGID\nS: hdr\nS: .\n"
	ancient = "S: 200 hi\nC: CAPABILITIES\nS: 500 what?\nC: MODE READER\nS: 200 hi\n"
)

// script is a server that says the lines that begin with "S: " and wants to be
// told those that begin with "C: "; "hangup" ends the conversation. In the lines
// "\n" and such stand for octets, and one that begins with "R: " is sent without
// a CRLF.
func script(t *testing.T, lines string) net.Conn {
	t.Helper()
	near, far := memnet.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		defer far.Close()
		play(t, far, lines)
	})
	t.Cleanup(func() {
		near.Close()
		wg.Wait()
	})
	return near
}

func play(t *testing.T, nc net.Conn, lines string) {
	r := bufio.NewReader(nc)
	for line := range strings.Lines(lines) {
		line = strings.TrimSuffix(line, "\n")
		text := strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\0`, "\x00", `\t`, "\t").Replace(line[min(3, len(line)):])
		var err error
		switch {
		case strings.HasPrefix(line, "S: "):
			_, err = nc.Write([]byte(text + "\r\n"))
		case strings.HasPrefix(line, "R: "):
			_, err = nc.Write([]byte(text))
		case strings.HasPrefix(line, "C: "):
			var got string
			if got, err = r.ReadString('\n'); got != text+"\r\n" {
				t.Errorf("wanted %q, got %q (%v)", text, got, err)
				return
			}
		case line == "hangup":
			return
		default:
			t.Errorf("script: %q", line)
			return
		}
		if err != nil {
			return // the client has seen enough
		}
	}
	if rest, err := r.ReadString('\n'); err == nil && rest != "QUIT\r\n" {
		t.Errorf("more than was wanted: %q", rest)
	}
}

// converse makes a Client of a script.
func converse(t *testing.T, lines string, o *nntp.Options) *nntp.Client {
	t.Helper()
	c, err := nntp.NewClient(t.Context(), script(t, lines), o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// code is that of the Reply that err is.
func code(t *testing.T, err error) int {
	t.Helper()
	var r nntp.Reply
	require.ErrorAs(t, err, &r)
	return r.Code
}

// cancelled is a context that has ended.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
