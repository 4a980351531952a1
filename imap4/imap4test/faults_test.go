package imap4test

import (
	"bufio"
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A liar is a connection to a server that says other things than it should.
type liar struct {
	net.Conn
	r       *bufio.Reader
	rewrite func(line string) string // a line with its CRLF; what is told instead
	told    []byte
	octets  int // of a literal that are still to come
}

func (l *liar) Read(p []byte) (int, error) {
	for len(l.told) == 0 {
		if l.octets > 0 {
			b := make([]byte, min(l.octets, 4096))
			n, err := l.r.Read(b)
			l.told, l.octets = b[:n], l.octets-n
			if err != nil {
				return 0, err
			}
			continue
		}
		line, err := l.r.ReadString('\n')
		if err != nil {
			return 0, err
		}
		told := l.rewrite(line)
		if size, ok := announced(strings.TrimRight(told, "\r\n")); ok && hasItems(told) {
			l.octets = size
		}
		l.told = []byte(told)
	}
	n := copy(p, l.told)
	l.told = l.told[n:]
	return n, nil
}

// replace makes a fault of a replacement.
func replace(pattern, by string) func() func(string) string {
	re := regexp.MustCompile(pattern)
	return func() func(string) string {
		return func(line string) string { return re.ReplaceAllString(line, by) }
	}
}

// faults are ways to be wrong, each with a case that finds it.
var faults = []struct {
	name, found string
	rewrite     func() func(string) string
}{
	{"OK for everything", "syntax/not FETCH 0 FLAGS", replace(`^(A\d+) (BAD|NO)`, "$1 OK")},
	{"NO for OK", "order/NOOP after the login", replace(`^(A\d+) OK nothing`, "$1 NO nothing")},
	{"NO for BAD", "syntax/not FETCH 0 FLAGS", replace(`^(A\d+) BAD`, "$1 NO")},
	{"tags of its own", "order/NOOP after the login", replace(`^A(\d+) OK`, "A9$1 OK")},
	{"FLAGS without keywords", "STORE/a new keyword", replace(`^\* FLAGS.*\r\n`, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $$Mine)\r\n")},
	{"no EXISTS", "sessions/a new message", replace(`^\* 4 EXISTS\r\n`, "")},
	{"EXISTS one too many", "SELECT/data", replace(`^\* 3 EXISTS`, "* 4 EXISTS")},
	{"EXISTS falls", "sessions/a new message", replace(`^\* 4 EXISTS`, "* 2 EXISTS")},
	{"no EXPUNGE", "EXPUNGE/one", replace(`^\* \d EXPUNGE\r\n`, "")},
	{"EXPUNGE during FETCH", "FETCH/FLAGS", replace(`^(A\d+ OK fetch)`, "* 1 EXPUNGE\r\n$1")},
	{"EXPUNGE of nothing", "EXPUNGE/one", replace(`^\* 2 EXPUNGE`, "* 9 EXPUNGE")},
	{"FETCH of nothing", "FETCH/FLAGS", replace(`^\* 3 FETCH`, "* 5 FETCH")},
	{"two spaces", "FETCH/FLAGS", replace(`FETCH \(FLAGS \(`, "FETCH (FLAGS  (")},
	{"an unknown response", "order/NOOP after the login", replace(`^(A\d+ OK nothing)`, "* XYZZY 1\r\n$1")},
	{"a bare LF", "order/NOOP after the login", replace(`nothing done\r\n`, "nothing done\n")},
	{"no space behind +", "IDLE/wait and end", replace(`^\+ .*\r\n`, "+\r\n")},
	{"no BYE", "LOGOUT/after the login", replace(`^\* BYE.*\r\n`, "")},
	{"READ-WRITE for READ-ONLY", "EXAMINE/read-only", replace(`\[READ-ONLY\]`, "[READ-WRITE]")},
	{"no UIDVALIDITY", "SELECT/data", replace(`^\* OK \[UIDVALIDITY.*\r\n`, "")},
	{"UIDVALIDITY 0", "SELECT/data", replace(`\[UIDVALIDITY \d+\]`, "[UIDVALIDITY 0]")},
	{"no COPYUID", "COPY/COPYUID", replace(`\[COPYUID[^]]*\] `, "")},
	{"COPYUID crosswise", "COPY/COPYUID", replace(`(\[COPYUID \d+) (\S+) ([^]]*)`, "$1 $3 $2")},
	{"no TRYCREATE", "COPY/no such mailbox", replace(`\[TRYCREATE\] `, "")},
	{"one hit too many", "SEARCH/flags", replace(`^\* SEARCH 3\r\n`, "* SEARCH 2 3\r\n")},
	{"no hits", "SEARCH/ALL", replace(`^\* SEARCH.*\r\n`, "* SEARCH\r\n")},
	{"another ESEARCH tag", "ESEARCH/options", replace(`\(TAG "[^"]*"\)`, `(TAG "x")`)},
	{"no UID", "UID FETCH/UID", replace(`\(UID 2 FLAGS`, "(FLAGS")},
	{"no \\Seen", "FETCH/BODY[]", replace(`\\Seen ?`, "")},
	{"another envelope", "FETCH/ENVELOPE", replace(`\(\(NIL NIL "dave" "example.net"\)\)`, "NIL")},
	{"an envelope too short", "FETCH/ENVELOPE", replace(`"<first@example.org>"\)\)\r\n`, "))\r\n")},
	{"a body without lines", "FETCH/BODY of a plain message", replace(` 37 2\)`, " 37)")},
	{"another size", "FETCH/RFC822.SIZE", replace(`RFC822.SIZE 122`, "RFC822.SIZE 123")},
	{"no origin", "FETCH/partial", replace(`\]<1>`, "]")},
	{"modifiable ranges", "CONDSTORE/UNCHANGEDSINCE 0", replace(`\[MODIFIED [^]]*\] `, "")},
	{"no MODSEQ", "CONDSTORE/FETCH MODSEQ", replace(` MODSEQ \(\d+\)`, "")},
	{"EXPUNGE for VANISHED", "QRESYNC/VANISHED", replace(`^\* VANISHED 1:2\r\n`, "* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n")},
	{"nothing EARLIER", "QRESYNC/resynchronizing", replace(`^\* VANISHED \(EARLIER\).*\r\n`, "")},
	{"no version", "greeting/capabilities", replace(`IMAP4rev\d `, "")},
	{"INBOX is \\Noselect", "LIST/inbox", replace(`^\* LIST \([^)]*\)`, `* LIST (\Noselect)`)},
	{"no children", "LIST/children", replace(`\\HasChildren`, `\HasNoChildren`)},
	{"threads apart", "THREAD/REFERENCES", replace(`\(1 2\)\(3\)`, "(1)(2)(3)")},
	{"backwards", "SORT/keys", replace(`^\* SORT 3 1 2`, "* SORT 2 1 3")},
	{"messages of the wrong number", "sessions/append and expunge", replace(`FETCH \(UID 2\b`, "FETCH (UID 3")},
	{"an EXPUNGE kept back", "sessions/an expunge", replace(`^\* 2 EXPUNGE\r\n`, "")},
	{"nothing during IDLE", "IDLE/a new message", replace(`^\* 4 (EXISTS|RECENT)\r\n`, "")},
}

// TestFaults checks that each fault is found by the case that is about it, and
// that it is not found without the fault.
func TestFaults(t *testing.T) {
	srv := NewServer(t, User{Name: "alice", Password: "secret"})
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			run := func(rewrite func(string) string) (verdict, detail string) {
				Check(t.Context(), Target{
					Addr: srv.Addr, User: "alice", Password: "secret", Scratch: "scratch",
					Timeout: time.Second, // a fault may have a case wait for ever
					Only:    regexp.MustCompile("^" + regexp.QuoteMeta(f.found) + "$"),
					Dial: func(ctx context.Context) (net.Conn, error) {
						nc, err := srv.Dial(ctx)
						if err != nil {
							return nil, err
						}
						return &liar{Conn: nc, r: bufio.NewReader(nc), rewrite: rewrite}, nil
					},
				}, func(r Result) { verdict, detail = r.Verdict, r.Detail })
				return verdict, detail
			}
			verdict, detail := run(func(line string) string { return line })
			require.Equal(t, Pass, verdict, detail)
			verdict, detail = run(f.rewrite())
			require.Equal(t, Fail, verdict)
			t.Log(detail)
		})
	}
}
