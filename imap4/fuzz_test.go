package imap4

import (
	"bytes"
	"context"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// octetConn is a connection that has sent all it will, and keeps what it is sent.
type octetConn struct {
	in  io.Reader
	out bytes.Buffer
}

func (o *octetConn) Read(p []byte) (int, error)       { return o.in.Read(p) }
func (o *octetConn) Write(p []byte) (int, error)      { return o.out.Write(p) }
func (o *octetConn) Close() error                     { return nil }
func (o *octetConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (o *octetConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (o *octetConn) SetDeadline(time.Time) error      { return nil }
func (o *octetConn) SetReadDeadline(time.Time) error  { return nil }
func (o *octetConn) SetWriteDeadline(time.Time) error { return nil }

// runOctets serves in and returns what came back.
func runOctets(in io.Reader) (string, *store) {
	s := mailstore()
	srv := newServer(s)
	conn := &octetConn{in: in}
	_ = srv.ServeConn(context.Background(), conn)
	return conn.out.String(), s
}

// response is the first line of anything that a server may send.
var response = regexp.MustCompile(`^(\* |\+ |[!#$&',-\[\]-z|}~]{1,64} (OK|NO|BAD) )[^\r\n\x00]*\r\n`)

// wellFormed returns the first thing in out that no server may send, or "".
func wellFormed(out string) string {
	for out != "" {
		line := response.FindString(out)
		if line == "" {
			return out[:min(len(out), 80)]
		}
		out = out[len(line):]
		for lit, more := announced(strings.TrimSuffix(line, "\r\n")); more; lit, more = announced(strings.TrimSuffix(line, "\r\n")) {
			if int64(len(out)) < lit.size {
				return "a literal that is cut short"
			}
			out = out[lit.size:]
			i := strings.Index(out, "\r\n")
			if i < 0 {
				return "a response without an end"
			}
			line, out = out[:i+2], out[i+2:]
		}
	}
	return ""
}

// FuzzServe checks that whatever comes in, the server does not panic, sends
// nothing but well-formed responses, and sends the same however the octets
// arrive.
func FuzzServe(f *testing.F) {
	const in = "i LOGIN tim secret\r\ni SELECT INBOX\r\n"
	for _, seed := range []string{
		"a CAPABILITY\r\nb NOOP\r\nc ID NIL\r\nd LOGOUT\r\n",
		"a LOGIN {3+}\r\ntim {6}\r\nsecret\r\nb LIST \"\" *\r\n",
		"a AUTHENTICATE PLAIN\r\nAHRpbQBzZWNyZXQ=\r\nb CREATE {99999999+}\r\n",
		in + "a FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE BODY[] BODY.PEEK[1.MIME]<0.3>)\r\nb SEARCH OR SEEN (NOT BODY x) 1:*\r\n",
		in + "a STORE 1 +FLAGS (\\Deleted k)\r\nb EXPUNGE\r\nc UID COPY 1:* Sent\r\nd MOVE 1 a\r\ne CLOSE\r\n",
		in + "a APPEND Sent (\\Seen) {3+}\r\nA:b {2}\r\nxx\r\nb APPEND Sent CATENATE (TEXT {1+}\r\nx URL \"/INBOX/;UID=1\")\r\n",
		in + "a IDLE\r\nDONE\r\nb ENABLE QRESYNC UIDONLY\r\nc SELECT INBOX (QRESYNC (7 1 1:3 (1 1)))\r\nd UID FETCH 1:* ALL (CHANGEDSINCE 1 VANISHED)\r\n",
		in + "a SORT (REVERSE DATE) UTF-8 ALL\r\nb THREAD REFS UTF-8 ALL\r\nc UID SEARCH RETURN (SAVE PARTIAL 1:2) TEXT x\r\nd FETCH $ PREVIEW\r\n",
		in + "a STATUS INBOX (MESSAGES SIZE)\r\nb LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (% *) RETURN (STATUS (UIDNEXT))\r\nc RENAME INBOX x\r\n",
		"\r\n+ x\r\na\nb\x00\r\nGET / HTTP/1.1\r\n} 0\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, s1 := runOctets(bytes.NewReader(in))
		bytewise, s2 := runOctets(iotest.OneByteReader(bytes.NewReader(in)))
		require.Equal(t, whole, bytewise, "chunking matters")
		require.Equal(t, s1.closed, s2.closed)
		require.Empty(t, wellFormed(whole))
	})
}

// FuzzArgs checks that no parser panics, that each reads to the end of its text
// or has an error, and that no error is more than a line.
func FuzzArgs(f *testing.F) {
	for verb, args := range goodArguments {
		f.Add(verb + args)
	}
	f.Add("FETCH 1:*,3:2 (BODY.PEEK[1.2.HEADER.FIELDS (a \"b\" {1}\r\nc)]<1.2> BINARY.SIZE[1]) (CHANGEDSINCE 3)")
	f.Add("SEARCH RETURN (MIN PARTIAL -1:-9) CHARSET UTF-8 OR (NOT 1:* UID 3) KEYWORD x MODSEQ \"/flags/\\\\seen\" all 3 SENTON \"1-Jan-2020\"")
	f.Add("SELECT x (QRESYNC (1 2 3:4 (1 2)) CONDSTORE)")
	f.Add("LIST (SPECIAL-USE REMOTE) \"\" (a \"b\" {1}\r\n%) RETURN (STATUS (SIZE) CHILDREN)")
	f.Add("STORE $ (UNCHANGEDSINCE 0) -FLAGS.SILENT \\Seen a b")
	limits := Limits{}.orDefaults()
	f.Fuzz(func(t *testing.T, text string) {
		cmd, args := find(text)
		if cmd == nil {
			return
		}
		for _, utf8 := range []bool{false, true} {
			p := &parser{s: args, utf8: utf8, uid: strings.HasPrefix(cmd.verb, "UID "), limits: &limits}
			if parse := parsers[cmd.verb]; parse != nil {
				parse(p)
				require.True(t, p.err != nil || p.i == len(p.s), "not read to its end")
				if p.err != nil {
					require.NotContains(t, strings.TrimSuffix(string(p.refusal().AppendTo(nil)), "\r\n"), "\n")
				}
				require.Zero(t, p.depth)
			}
		}
	})
}

func plain[A any](parse func(*parser) A) func(*parser) {
	return func(p *parser) { parse(p) }
}

// parsers are those of the table.
var parsers = map[string]func(*parser){
	"ID": plain(idArgs), "LOGIN": plain(loginArgs), "AUTHENTICATE": plain(authArgs), "ENABLE": plain(enableArgs),
	"SELECT": plain(selectArgs), "CREATE": plain(createArgs), "RENAME": plain(renameArgs), "DELETE": plain(oneMailbox),
	"LIST": plain(listArgs), "LSUB": plain(lsubArgs), "STATUS": plain(statusArgs), "APPEND": plain(appendArgs),
	"SEARCH": plain(searchArgs), "UID SEARCH": plain(searchArgs), "FETCH": plain(fetchArgs), "UID FETCH": plain(fetchArgs),
	"STORE": plain(storeArgs), "COPY": plain(copyArgs), "UID EXPUNGE": plain(oneSet), "SORT": plain(sortArgs),
	"THREAD": plain(threadArgs), "NOOP": plain(nothing),
}

// FuzzSet checks that a sequence set resolves to what it says, number by number,
// in ranges that neither overlap nor touch.
func FuzzSet(f *testing.F) {
	f.Add("1:3,2:*,7", uint8(9))
	f.Add("*:2,*", uint8(0))
	f.Add("4294967295:1", uint8(200))
	limits := Limits{}.orDefaults()
	f.Fuzz(func(t *testing.T, text string, last uint8) {
		p := &parser{s: text, limits: &limits}
		s := p.set()
		if p.end(); p.err != nil || s.saved {
			return
		}
		got := s.uidSet(UID(last) + 1)
		for i, r := range got {
			require.LessOrEqual(t, r.First, r.Last)
			require.True(t, i == 0 || got[i-1].Last < r.First && got[i-1].Last+1 != r.First)
		}
		for n := UID(1); n < 300; n++ {
			want := false
			for _, r := range s.ranges {
				from, to := r.ordered(uint32(last) + 1)
				want = want || UID(from) <= n && n <= UID(to)
			}
			require.Equal(t, want, got.Contains(n), "%q has %d", text, n)
		}
	})
}

// FuzzMender checks that what comes out has only CRLF line ends, that what had
// only those is not changed, and that the pieces it comes in make no difference.
func FuzzMender(f *testing.F) {
	f.Add([]byte("a\r\nb\nc\rd\r\r\n"))
	f.Add([]byte("\r"))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole1, err1 := io.ReadAll(&mender{r: bytes.NewReader(in)})
		bytewise, err2 := io.ReadAll(&mender{r: iotest.OneByteReader(bytes.NewReader(in))})
		require.Equal(t, err1, err2)
		if err1 != nil {
			require.True(t, bytes.IndexByte(in, 0) >= 0)
			return
		}
		require.Equal(t, string(whole1), string(bytewise))
		require.True(t, whole(whole1))
		if whole(in) {
			require.Equal(t, string(in), string(whole1))
		}
	})
}
