package imap4

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/deflate"
	"github.com/wirepost/wirepost/internal/dialogue"
)

// hostileNames are no names of mailboxes: paths of a file system, what is not text,
// what is too long, and what modified UTF-7 has another form for.
var hostileNames = []string{
	"../../etc/x", "..", ".", "a/../b", "/abs", "a//b", "a/b//", "", "a\rb", "a\nb", "a\x01b", "a\x7fb", "a*b", "a%b",
	"\xff\xfe", "\xc3", "é", strings.Repeat("a", 256), strings.Repeat("a/", 33) + "a", strings.Repeat("abcdefgh/", 120) + "a",
	"&AGEAYg-", "&", "&Jjo", "&2D0-", "&Jjo-&Jjo-", "&Jjp-", "&AA0ACg-", "&AAA-",
}

// No command takes such a name, and no Account sees one.
func TestHostileNames(t *testing.T) {
	for _, verb := range []string{
		"CREATE %s", "DELETE %s", "RENAME a %s", "RENAME %s c", "SUBSCRIBE %s", "UNSUBSCRIBE %s", "SELECT %s", "EXAMINE %s",
		"STATUS %s (MESSAGES)", "COPY 1 %s", "MOVE 1 %s", "APPEND %s {1+}\r\na", "REPLACE 1 %s {1+}\r\na",
	} {
		for _, name := range hostileNames {
			s := mailstore()
			before := len(s.boxes)
			literal := fmt.Sprintf("{%d+}\r\n%s", len(name), name)
			out := say(t, newServer(s), "a "+fmt.Sprintf(verb, literal)+"\r\nb NOOP\r\n")
			require.Regexp(t, `(?m)^a (NO|BAD) `, out, "%s %q", verb, name)
			require.Contains(t, out, "b OK", "%s %q", verb, name)
			require.Len(t, s.boxes, before, "%s %q", verb, name)
		}
	}
	for _, name := range hostileNames[:14] {
		if name == "é" || strings.Contains(name, "\xc3") {
			continue
		}
		out := say(t, newServer(mailstore()), fmt.Sprintf("a ENABLE UTF8=ACCEPT\r\na CREATE {%d+}\r\n%s\r\n", len(name), name))
		require.Regexp(t, `(?m)^a (NO|BAD) `, out, "%q", name)
	}
}

// After a login too there are only so many literals in a command.
func TestManyLiterals(t *testing.T) {
	for _, literal := range []string{" {0+}\r\n", " {60000+}\r\n" + strings.Repeat("x", 60_000)} {
		out := say(t, newServer(mailstore()), "a SEARCH OR"+strings.Repeat(" TEXT"+literal, 1001)+"\r\nb NOOP\r\n")
		require.Regexp(t, `^(a NO \[TOOBIG\]|\* BYE \[TOOBIG\])`, out)
	}
}

// A client may send its answer to a challenge, and more commands, before it has
// seen the challenge.
func TestPipelinedAuthenticate(t *testing.T) {
	answer := base64.StdEncoding.EncodeToString([]byte("\x00tim\x00secret"))
	conn := &octetConn{in: strings.NewReader("a AUTHENTICATE PLAIN\r\n" + answer + "\r\nb SELECT INBOX\r\nc FETCH 1 UID\r\n")}
	_ = newServer(mailstore()).ServeConn(t.Context(), conn)
	require.Contains(t, conn.out.String(), "* 1 FETCH (UID 1)\r\nc OK")
}

// A long line is cut off however small it was when it came, and what is told is
// compressed without what was told before it.
func TestCompressedBomb(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc := dial(t, newServer(mailstore()))
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play(loggedInScript+"C: a COMPRESS DEFLATE\nS: a OK\n"))
		small := deflate.New(nc)
		var first, second bytes.Buffer
		for _, into := range []*bytes.Buffer{&first, &second} {
			_, err := io.WriteString(small, "b NAMESPACE\r\n")
			require.NoError(t, err)
			synctest.Wait()
			room := make([]byte, 1<<16)
			n, err := nc.Read(room)
			require.NoError(t, err)
			into.Write(room[:n])
		}
		require.Equal(t, first.Bytes(), second.Bytes())
		go func() {
			// Until the server hangs up.
			_, _ = io.Copy(small, io.MultiReader(io.LimitReader(endless{}, 1<<23), strings.NewReader("\r\n")))
		}()
		rest, err := io.ReadAll(deflate.NewReader(nc))
		require.NoError(t, err)
		require.Contains(t, string(rest), "* BYE [TOOBIG]")
	})
}
