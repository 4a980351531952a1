package imap4_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// spoken is a connection that has said all it will, and keeps what it is told.
type spoken struct {
	in  io.Reader
	out bytes.Buffer
}

func (s *spoken) Read(p []byte) (int, error)       { return s.in.Read(p) }
func (s *spoken) Write(p []byte) (int, error)      { return s.out.Write(p) }
func (s *spoken) Close() error                     { return nil }
func (s *spoken) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *spoken) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *spoken) SetDeadline(time.Time) error      { return nil }
func (s *spoken) SetReadDeadline(time.Time) error  { return nil }
func (s *spoken) SetWriteDeadline(time.Time) error { return nil }

var (
	firstLine    = regexp.MustCompile(`^(\* |\+ |[!-'),-z|~]{1,64} (OK|NO|BAD) )[^\r\n\x00]*\r\n`)
	announcement = regexp.MustCompile(`\{(\d+)\}\r\n$`)
)

// badResponse returns the first thing in out that no server may send, or "".
func badResponse(out string) string {
	for out != "" {
		text := firstLine.FindString(out)
		if text == "" {
			return out[:min(len(out), 80)]
		}
		out = out[len(text):]
		for m := announcement.FindStringSubmatch(text); m != nil; m = announcement.FindStringSubmatch(text) {
			n := 0
			for _, d := range m[1] {
				n = n*10 + int(d-'0')
			}
			if n > len(out) {
				return "a literal that is cut short"
			}
			out = out[n:]
			i := strings.Index(out, "\r\n")
			if i < 0 {
				return "a response without an end"
			}
			text, out = out[:i+2], out[i+2:]
		}
	}
	return ""
}

// notBob are people without bob, who cannot log in.
type notBob struct{ people }

func (n notBob) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (string, error) {
	if name == "bob" {
		return "", auth.ErrCredentials
	}
	return n.people.VerifyPassword(ctx, c, name, password)
}

// FuzzExtensions checks that with a store that does all there is, whatever comes
// in, the server does not panic, sends nothing but well-formed responses, keeps
// what one user has from another, and goes on serving.
func FuzzExtensions(f *testing.F) {
	const in = "i LOGIN ann ann\r\ni SELECT INBOX\r\n"
	for _, seed := range []string{
		"a SETACL INBOX bob lr\r\nb GETACL INBOX\r\nc LISTRIGHTS INBOX bob\r\nd MYRIGHTS INBOX\r\ne DELETEACL INBOX bob\r\n",
		"a GETQUOTAROOT INBOX\r\nb SETQUOTA ann (STORAGE 1)\r\nc GETQUOTA ann\r\nd STATUS INBOX (DELETED-STORAGE)\r\n",
		"a SETMETADATA INBOX (/shared/x {3+}\r\na\rb)\r\nb GETMETADATA (DEPTH infinity) INBOX /shared\r\nc LIST \"\" * RETURN (METADATA (/shared/x) MYRIGHTS)\r\n",
		"a REPLACE 1 INBOX (\\Seen) {3+}\r\nA:b\r\nb UID REPLACE 1 INBOX CATENATE (TEXT {1+}\r\nx URL \"/INBOX/;UID=1\")\r\n",
		"a NOTIFY SET STATUS (SELECTED (MessageNew (UID BODY.PEEK[]) MessageExpunge FlagChange)) (PERSONAL (MailboxName SubscriptionChange))\r\nb CREATE x\r\nc IDLE\r\nDONE\r\nd NOTIFY NONE\r\n",
		"a UID SEARCH RETURN (UPDATE (UID) COUNT) ALL\r\nb SORT RETURN (UPDATE) (SUBJECT) UTF-8 ALL\r\nc STORE 1 +FLAGS (\\Deleted)\r\nd EXPUNGE\r\ne CANCELUPDATE \"a\"\r\n",
		"a ESEARCH IN (PERSONAL SUBTREE-ONE x MAILBOXES (INBOX y)) RETURN (MIN COUNT) SUBJECT a\r\nb LANGUAGE de\r\nc X\r\nd LANGUAGE\r\n",
		"a ENABLE METADATA CONDSTORE\r\nb SETMETADATA \"\" (/private/vendor/a/b NIL)\r\nc UNAUTHENTICATE\r\nd LOGIN ann ann\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		store := &memory.Store{NoRecent: true}
		put := func(user, message string) {
			a := store.Account(user)
			for box, err := range a.Mailboxes(t.Context()) {
				require.NoError(t, err)
				_, err := a.Append(t.Context(), box.ID, func(yield func(imap4.Incoming, error) bool) {
					yield(imap4.Incoming{R: strings.NewReader(message)}, nil)
				})
				require.NoError(t, err)
			}
		}
		put("ann", "Subject: a\r\n\r\nx\r\n")
		put("bob", "Subject: b\r\n\r\nZQXJKVBP\r\n")
		srv := serverOf(store)
		srv.Auth.Accounts = notBob{}
		conn := &spoken{in: strings.NewReader(in + text)}
		_ = srv.ServeConn(context.Background(), conn)
		require.Empty(t, badResponse(conn.out.String()))
		if !strings.Contains(text, "ZQXJKVBP") {
			require.NotContains(t, conn.out.String(), "ZQXJKVBP")
		}
		after := &spoken{in: strings.NewReader("a LOGIN cid cid\r\nb NOOP\r\n")}
		_ = srv.ServeConn(context.Background(), after)
		require.Contains(t, after.out.String(), "b OK")
	})
}
