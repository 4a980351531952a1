package dialogue_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
)

// readLine reads replies of one line.
func readLine(r *bufio.Reader) ([]string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		if err == io.EOF && line != "" {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return []string{strings.TrimSuffix(line, "\r\n")}, nil
}

// readLines reads replies whose lines but the last begin with "-".
func readLines(r *bufio.Reader) (lines []string, _ error) {
	for {
		line, err := readLine(r)
		if err != nil {
			return nil, err
		}
		if lines = append(lines, line...); !strings.HasPrefix(line[0], "-") {
			return lines, nil
		}
	}
}

// play has the server say what it will and plays script with it. It returns
// what the server was sent, up to a hang-up.
func play(t *testing.T, says, script string) (sent string, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.Pipe()
		_, werr := io.WriteString(server, says)
		require.NoError(t, werr)
		require.NoError(t, server.(*memnet.Conn).CloseWrite())
		p := dialogue.Player{Conn: client, ReadReply: readLines}
		err = p.Play(script)
		require.NoError(t, client.Close())
		octets, rerr := io.ReadAll(server)
		require.NoError(t, rerr)
		require.NoError(t, server.Close())
		sent = string(octets)
	})
	return sent, err
}

// What the client's lines send.
func TestSend(t *testing.T) {
	for _, tt := range []struct{ script, want string }{
		{"C: NOOP", "NOOP\r\n"},
		{"C: NOOP\r\n", "NOOP\r\n"},
		{"C: one\nC: two", "one\r\ntwo\r\n"},
		{"C: ends in a space ", "ends in a space \r\n"},
		{"C:  begins with one", " begins with one\r\n"},
		{"C: ", "\r\n"},
		{"C:", "\r\n"},
		{`C! "a\nb\x00\r"`, "a\nb\x00\r"},
		{"C! `raw`", "raw"},
		{`C! ""`, ""},
		{"\n# a comment\n#\n  \t\nC: x\n\n", "x\r\n"},
	} {
		sent, err := play(t, "", tt.script)
		require.NoError(t, err, "%q", tt.script)
		require.Equal(t, tt.want, sent, "%q", tt.script)
	}
}

// Which replies the server's lines take. The error of those that they do not
// take names the line and says what came instead.
func TestExpect(t *testing.T) {
	const many = "-250 first\r\n-250 STARTTLS\r\n250 last\r\n"
	for _, tt := range []struct{ says, script, err string }{
		{"250 ok\r\n", "S: 250 ok", ""},
		{"250 ok\r\n", "S: 25", ""},
		{"250 ok\r\n", "S: ", ""},
		{"250 ok\r\n", "S:", ""},
		{"250 ok\r\n", "S: 250 ok.", `line 1: "S: 250 ok.": got ["250 ok"]`},
		{"250 ok\r\n", "# one\n\nS: 550", `line 3: "S: 550": got ["250 ok"]`},
		{"250 ok\r\n550 no\r\n", "S: 250\nS: 250\n", `line 2: "S: 250": got ["550 no"]`},
		{"", "S: 250", `line 1: "S: 250": got no reply: EOF`},
		{"250", "S: 250", `line 1: "S: 250": got no reply: unexpected EOF`},

		{many, "S: 250 last", ""},
		{many, "S: -250 first", `line 1: "S: -250 first": got ["-250 first" "-250 STARTTLS" "250 last"]`},
		{many, "S: 250\nS~ STARTTLS\nS~ last\nS! AUTH", ""},
		{many, "S: 250\nS~ AUTH", `line 2: "S~ AUTH": is not in ["-250 first" "-250 STARTTLS" "250 last"]`},
		{many, "S: 250\nS! START", `line 2: "S! START": is in ["-250 first" "-250 STARTTLS" "250 last"]`},
		{many + "250 next\r\n", "S: 250\nS: 250\nS! STARTTLS", ""},

		{"", "S: EOF", ""},
		{"221 bye\r\n", "S: 221\nS: EOF", ""},
		{"221 bye\r\n", "S: EOF", `line 1: "S: EOF": got ["221 bye"], want the end`},
		{"EOF\r\n", "S: EOF", `line 1: "S: EOF": got ["EOF"], want the end`},
		{"half a li", "S: EOF", `line 1: "S: EOF": got no reply: unexpected EOF`},
	} {
		_, err := play(t, tt.says, tt.script)
		if tt.err == "" {
			require.NoError(t, err, "%q from %q", tt.script, tt.says)
		} else {
			require.EqualError(t, err, tt.err, "%q from %q", tt.script, tt.says)
		}
	}
}

// A script that looks at a reply that there is not would say yes whatever the
// server does.
func TestNothingToLookAt(t *testing.T) {
	for _, script := range []string{"S! AUTH", "S~ AUTH", "S: 250\nS: EOF\nS! AUTH"} {
		_, err := play(t, "250 ok\r\n", script)
		require.ErrorContains(t, err, "no reply yet", script)
	}
}

// What is not a line of a script is an error, and never passed over.
func TestBadLines(t *testing.T) {
	for _, line := range []string{
		"NOOP", "c: NOOP", "C:NOOP", "S:250", "S 250", "#comment", "expect 250", "hang up", " C: NOOP", "\tS: 250", "  # indented",
		"wait", "wait 5", "wait a bit", "C! NOOP", `C! "NOOP`, `C! "NOOP" x`, "C!",
	} {
		sent, err := play(t, "", "\n"+line)
		require.ErrorContains(t, err, "line 2: ", "%q", line)
		require.Empty(t, sent, "%q", line)
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.Pipe()
		defer client.Close()
		defer server.Close()
		time.AfterFunc(4*time.Minute, func() { io.WriteString(server, "421 too slow\r\n") })
		p := dialogue.Player{Conn: client, ReadReply: readLine}
		began := time.Now()
		require.NoError(t, p.Play("wait 1m30s\n"))
		require.Equal(t, 90*time.Second, time.Since(began))
		require.NoError(t, p.Play("S: 421\n"))
		require.Equal(t, 4*time.Minute, time.Since(began))
	})
}

// A hang-up of the client is one of its direction: it still hears the server.
func TestHangUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.Pipe()
		defer client.Close()
		go func() {
			defer server.Close()
			heard, _ := io.ReadAll(server)
			io.WriteString(server, "heard "+string(heard))
		}()
		p := dialogue.Player{Conn: client, ReadReply: readLine}
		require.NoError(t, p.Play("C: one\nhangup\nS: heard one\nS: EOF\n"))
		require.ErrorContains(t, p.Play("# late\nC: two\n"), `line 2: "C: two": `)
	})
}

func TestHangUpWithoutCloseWrite(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	p := dialogue.Player{Conn: client, ReadReply: readLine}
	require.ErrorContains(t, p.Play("hangup"), `line 1: "hangup": this connection has no CloseWrite`)
}

// What one Play has not read is there for the next.
func TestPlayGoesOn(t *testing.T) {
	client, server := memnet.Pipe()
	defer client.Close()
	defer server.Close()
	_, err := io.WriteString(server, "-one\r\ntwo\r\nthree\r\n")
	require.NoError(t, err)
	p := dialogue.Player{Conn: client, ReadReply: readLines}
	require.NoError(t, p.Play("S: two"))
	require.NoError(t, p.Play("S~ one\nS: three\n"))
}
