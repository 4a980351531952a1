package imap4

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Pieces of a message are mended as a whole one is: a line end may be parted, and
// a NUL is refused.
func TestCatenatedIsMended(t *testing.T) {
	s := mailstore()
	out := say(t, newServer(s), "a APPEND Sent CATENATE (TEXT {6+}\r\na\nb\rc\r TEXT {2+}\r\n\nd TEXT {1+}\r\n\r)\r\n"+
		"b APPEND Sent CATENATE (TEXT {3+}\r\na\x00b)\r\nc APPEND Sent CATENATE (TEXT {3+}\r\na\x00b TEXT {15+}\r\n\r\nx CREATE evil)\r\nd LIST \"\" evil\r\n")
	require.Contains(t, out, "a OK [APPENDUID 7 1]")
	require.Contains(t, out, "\r\nb NO [CANNOT]")
	require.Contains(t, out, "\r\nc NO [CANNOT]")
	require.Contains(t, out, "\r\nd OK")
	require.NotContains(t, out, "evil")
	require.Len(t, s.boxes[1].msgs, 1)
	require.Equal(t, "a\r\nb\r\nc\r\nd\r\n", string(s.boxes[1].msgs[0].text))
}

// A message of no octets takes back all of an APPEND (RFC 3502, 6.3.11).
func TestCancelledAppend(t *testing.T) {
	s := mailstore()
	out := say(t, newServer(s), "a APPEND Sent {3+}\r\nA:b {0+}\r\n\r\nb APPEND Sent {0}\r\nc APPEND Sent {0+}\r\n {3+}\r\nA:b\r\nd NOOP\r\n")
	for _, tag := range []string{"a", "b", "c"} {
		require.Contains(t, "\r\n"+out, "\r\n"+tag+" NO ")
	}
	require.Contains(t, out, "\r\nd OK")
	require.NotContains(t, out, "+ go ahead")
	require.Empty(t, s.boxes[1].msgs)
}

// What a literal holds is never a command, whatever became of the one that it is in.
func TestLiteralIsNeverRun(t *testing.T) {
	const evil = "\r\nx CREATE evil\r\n"
	for _, verb := range Verbs() {
		for _, args := range []string{"", " INBOX", " (", " INBOX (", " 1 ", " 1 INBOX ", " INBOX a ", " ALL BODY ", " RETURN (SAVE) TEXT "} {
			for _, size := range []int{len(evil), 70_000} {
				for _, before := range []string{"", "i LOGIN tim secret\r\n", "i LOGIN tim secret\r\ni SELECT INBOX\r\n"} {
					s := mailstore()
					in := fmt.Sprintf("a %s%s{%d+}\r\n%s%s\r\nb NOOP\r\n", verb.Name, args, size, evil, strings.Repeat("x", size-len(evil)))
					conn := &octetConn{in: strings.NewReader(before + in)}
					_ = newServer(s).ServeConn(t.Context(), conn)
					require.NotContains(t, conn.out.String(), "\r\nx ", "%s%s", before, in)
					require.Contains(t, conn.out.String(), "\r\na ", "%s%s", before, in)
				}
			}
		}
	}
}

// An openStore counts the messages that are open, and takes one octet of what is
// appended before it is full.
type openStore struct {
	*store
	open int
}

type openBody struct {
	Body
	s *openStore
}

func (b openBody) Close() error { b.s.open--; return b.Body.Close() }

func (s *openStore) Body(ctx context.Context, box MailboxID, uid UID) (Body, error) {
	b, err := s.store.Body(ctx, box, uid)
	if err == nil {
		s.open++
	}
	return openBody{b, s}, err
}

func (s *openStore) Append(_ context.Context, _ MailboxID, msgs iter.Seq2[Incoming, error]) (Appended, error) {
	for m := range msgs {
		if _, err := io.ReadFull(m.R, make([]byte, 1)); err != nil {
			return Appended{}, err
		}
		return Appended{}, ErrOverQuota
	}
	return Appended{}, nil
}

// A message that a piece is taken of is closed, though not all of it was read.
func TestCatenatedIsClosed(t *testing.T) {
	s := &openStore{store: mailstore()}
	srv := newServer(nil)
	srv.Backend = backendOf(s)
	out := say(t, srv, "a APPEND Sent CATENATE (URL \"/INBOX/;UID=1\" TEXT {16+}\r\nx CREATE evil\r\n)\r\nb NOOP\r\n")
	require.Equal(t, "a NO [OVERQUOTA] over quota\r\nb OK nothing done\r\n", out)
	require.Zero(t, s.open)
}

// Strangers get no more memory for a command than a login needs.
func TestCommandBeforeLogin(t *testing.T) {
	in := "a ID (" + strings.Repeat("{4000+}\r\n"+strings.Repeat("x", 4000)+" ", 5) + "NIL)\r\nb NOOP\r\n"
	conn := &octetConn{in: strings.NewReader(in)}
	_ = newServer(mailstore()).ServeConn(t.Context(), conn)
	require.Contains(t, conn.out.String(), "\r\na NO [TOOBIG]")
	require.Contains(t, conn.out.String(), "\r\nb OK")
}
