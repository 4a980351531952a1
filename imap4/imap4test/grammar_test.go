package imap4test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// good are responses of every kind, as the formal syntax wants them.
var good = []string{
	"* OK ready", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready", "* BYE bye", "* PREAUTH hello", "a1 OK done", "a1 NO [TRYCREATE] no",
	"a1 BAD what", "a1 OK [COPYUID 1 1:3,7 4:7] done", "a1 OK [APPENDUID 1 5] done", "* OK [PERMANENTFLAGS (\\Seen x \\*)] y", "* OK [X-OWN anything (goes] here",
	"a1 NO [BADCHARSET (UTF-8 \"x\")] no", "a1 OK [MAILBOXID (F_1-a)] x", "a1 OK [METADATA LONGENTRIES 5] x", "+ ", "+ go on", "+ AGEAYg==",
	"* CAPABILITY IMAP4rev1 X", "* ENABLED", "* ENABLED CONDSTORE", "* FLAGS (\\Seen $x)", "* FLAGS ()", "* 3 EXISTS", "* 0 RECENT", "* 2 EXPUNGE",
	`* LIST () "/" INBOX`, `* LIST (\Noselect \X) NIL ""`, `* LIST () "\\" {3}` + "\r\na b", `* LIST () "/" a ("CHILDINFO" ("SUBSCRIBED"))`, `* LSUB () "." a.b`,
	"* SEARCH", "* SEARCH 1 2", "* SEARCH 1 (MODSEQ 5)", "* SORT 3 1", "* THREAD (1)(2 3)", "* THREAD (1 (2)(3 4))", "* THREAD ((1)(2))", "* THREAD",
	`* ESEARCH (TAG "a") UID ALL 1:3 COUNT 3`, "* ESEARCH", `* ESEARCH (TAG "a") PARTIAL (1:2 NIL)`, `* ESEARCH (TAG "a" MAILBOX x UIDVALIDITY 1) UID MIN 3`,
	"* STATUS a (MESSAGES 0 UIDNEXT 1)", "* STATUS a ()", `* STATUS "a b" (MAILBOXID (x) APPENDLIMIT NIL)`, "* VANISHED 1:3", "* VANISHED (EARLIER) 1,3",
	`* NAMESPACE (("" "/")("#x" NIL "X" ("y"))) NIL NIL`, "* ID NIL", `* ID ("name" "x" "y" NIL)`, "* ID ()", "* QUOTA a (STORAGE 1 2)", "* QUOTA \"\" ()", "* QUOTAROOT INBOX a b",
	"* ACL a b lr", "* ACL a", `* MYRIGHTS a ""`, `* LISTRIGHTS a b "" l r`, `* METADATA a (/private/x NIL)`, `* METADATA "" /shared/x`,
	"* 1 FETCH (FLAGS (\\Seen \\Recent) UID 3)", `* 1 FETCH (INTERNALDATE " 1-Jan-2020 00:00:00 +0000")`, "* 1 FETCH (BODY[] {2}\r\nab RFC822.SIZE 2)",
	"* 1 FETCH (BODY[HEADER.FIELDS (\"a b\" From)]<0> \"x\")", "* 1 FETCH (BODY[1.2.MIME] NIL BODY[3.HEADER.FIELDS.NOT (A)] \"\")", "* 1 FETCH (BINARY[1] ~{1}\r\n\x00 BINARY.SIZE[2] 0)",
	"* 1 FETCH (MODSEQ (5))", "* 1 FETCH (EMAILID (x) THREADID NIL SAVEDATE NIL PREVIEW \"x\")", "* 1 UIDFETCH (FLAGS ())",
	`* 1 FETCH (ENVELOPE (NIL "s" ((NIL NIL "a" "b")("x" NIL "c" "d")) NIL NIL NIL NIL NIL NIL NIL))`,
	`* 1 FETCH (BODY ("TEXT" "PLAIN" ("CHARSET" "x") NIL NIL "7BIT" 3 1))`, `* 1 FETCH (BODY ("IMAGE" "PNG" NIL NIL NIL "BASE64" 3))`,
	`* 1 FETCH (BODYSTRUCTURE (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1 NIL NIL NIL NIL)("IMAGE" "PNG" NIL NIL NIL "BASE64" 3 NIL ("attachment" ("filename" "x")) ("en" "de") "loc" 5 (NIL "x")) "MIXED" ("B" "x") NIL "en"))`,
	`* 1 FETCH (BODY ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 3 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1) 2))`,
}

// bad are responses with one thing wrong.
var bad = []string{
	"", "*", "+", "* ", "a1", "a1 ", "* OK", "a1 XYZZY x", "* XYZZY", "* X-OWN 1", "a(b OK x", "a+b OK x", "\x00 OK x", "a\r OK x", "\xe9 OK x", "a1 BYE x", "* OK [a\x7fb] x", "* OK [", "* OK [COPYUID 1 1:3] x", "a1 OK [COPYUID 1 1:3 1:2] x",
	"* OK [UIDNEXT 0] x", "* OK [UIDNEXT x] x", "* OK [UNSEEN] x", "* OK [READ-ONLY x] x", "* OK [PERMANENTFLAGS \\Seen] x", "* OK [HIGHESTMODSEQ 0] x", "* OK [CODE]x", "a1 OK [MODIFIED *] x",
	"* OK a\rb", "* OK a\x00b", "* CAPABILITY X", "* CAPABILITY", "* CAPABILITY  IMAP4rev1", "* CAPABILITY IMAP4rev1 ", "* FLAGS \\Seen", "* FLAGS (\\*)", "* FLAGS (\\Recent)", "* FLAGS (a  b)", "* FLAGS (a ) b",
	"* x EXISTS", "* 01 EXISTS", "* -1 EXISTS", "* 4294967296 EXISTS", "* 3 EXISTS x", "* 0 EXPUNGE", "* EXPUNGE", "* 3 SEARCH", "* 1 FLAGS (x)",
	`* LIST (Noselect) "/" a`, `* LIST () "//" a`, `* LIST () / a`, `* LIST () "/" a b`, `* LIST () "/"`, `* LIST \Noselect "/" a`, `* LIST () "/" (a)`, `* LIST () "/" "a`, `* LIST () "/" "a\b"`, "* LIST () \"/\" \"\xc3\xa9\"", `* LIST () "/" {5}` + "\r\nab",
	"* SEARCH 0", "* SEARCH x", "* SEARCH 1  2", "* SEARCH 1 ", "* SEARCH (1)", "* SEARCH 1 (MODSEQ 0)", "* THREAD 1", "* THREAD (1) (2)", "* THREAD ()", "* THREAD (1 (2))", "* THREAD (0)", "* THREAD (1(2)(3))",
	"* ESEARCH (TAG a) ALL 1", "* ESEARCH UID ALL *", "* ESEARCH COUNT", "* ESEARCH XYZZY 1", `* ESEARCH (TAG "a") MIN 0`, "* STATUS a (MESSAGES)", "* STATUS a MESSAGES 1", "* STATUS a (UIDNEXT 0)", "* STATUS a (XYZZY 1)",
	"* VANISHED", "* VANISHED *", "* VANISHED (LATER) 1", `* NAMESPACE (("" "/") ("x" "/")) NIL NIL`, "* NAMESPACE NIL NIL", "* NAMESPACE () NIL NIL", "* ID", "* ID (a b)", `* ID ("a")`,
	"* QUOTA a (STORAGE 1)", "* QUOTA a STORAGE 1 2", "* ACL a b", "* MYRIGHTS a", "* METADATA a ()", `* METADATA a (x "y")`, "* METADATA a (/x y)",
	"* 0 FETCH (FLAGS ())", "* 1 FETCH ()", "* 1 FETCH FLAGS ()", "* 1 FETCH (FLAGS)", "* 1 FETCH (FLAGS () )", "* 1 FETCH (UID 0)", "* 1 FETCH (XYZZY 1)", "* 1 FETCH (BODY[] x)", "* 1 FETCH (BODY[ {1}\r\na)", "* 1 FETCH (BODY[0] NIL)",
	"* 1 FETCH (BODY[MIME] NIL)", "* 1 FETCH (BODY[] {1}\r\n\x00)", `* 1 FETCH (INTERNALDATE "1-Jan-2020 00:00:00 +0000")`, "* 1 FETCH (INTERNALDATE x)", "* 1 FETCH (RFC822.SIZE -1)", "* 1 FETCH (MODSEQ 5)", "* 1 FETCH (MODSEQ (0))", "* 1 FETCH (EMAILID (a b))", "* 1 FETCH (EMAILID (a.b))",
	`* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))`, `* 1 FETCH (ENVELOPE (NIL NIL () NIL NIL NIL NIL NIL NIL NIL))`, `* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL "a")) NIL NIL NIL NIL NIL NIL NIL))`, `* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL "a" "b") (NIL NIL "a" "b")) NIL NIL NIL NIL NIL NIL NIL))`, `* 1 FETCH (ENVELOPE (NIL atom NIL NIL NIL NIL NIL NIL NIL NIL))`,
	`* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3))`, `* 1 FETCH (BODY ("TEXT" "PLAIN" () NIL NIL "7BIT" 3 1))`, `* 1 FETCH (BODY ("TEXT" "PLAIN" ("a") NIL NIL "7BIT" 3 1))`, `* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL NIL 3 1))`, `* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1 NIL))`, `* 1 FETCH (BODY (TEXT PLAIN NIL NIL NIL "7BIT" 3 1))`,
	`* 1 FETCH (BODY (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1)))`, `* 1 FETCH (BODY (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1) ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1) "MIXED"))`, `* 1 FETCH (BODY ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 3))`, `* 1 FETCH (BODY ())`, `* 1 FETCH (BODYSTRUCTURE ("IMAGE" "PNG" NIL NIL NIL "BASE64" 3 NIL ("a") NIL))`,
	"* 1 FETCH " + strings.Repeat("(", 1000), "* LIST (", "* LIST ())",
}

func TestGrammar(t *testing.T) {
	for _, s := range good {
		_, err := parseResponse(s, false)
		require.NoError(t, err, "%q", s)
	}
	for _, s := range bad {
		_, err := parseResponse(s, false)
		require.Error(t, err, "%q", s)
	}
	_, err := parseResponse("* LIST () \"/\" \"\u00e9\"", true)
	require.NoError(t, err)
	_, err = parseResponse("* LIST () \"/\" \"\xff\"", true)
	require.Error(t, err)
}

// printed writes items as they may be sent.
func printed(nodes []node) string {
	var b strings.Builder
	for i, n := range nodes {
		if i > 0 && !n.glued {
			b.WriteByte(' ')
		}
		switch n.kind {
		case atom:
			b.WriteString(n.text)
		case quoted:
			b.WriteString(quote(n.text))
		case literal, literal8:
			if n.kind == literal8 {
				b.WriteByte('~')
			}
			b.WriteString("{" + strconv.Itoa(len(n.text)) + "}\r\n" + n.text)
		case list:
			b.WriteString("(" + printed(n.list) + ")")
		}
	}
	return b.String()
}

// FuzzResponse checks that the grammar takes no time and no stack without bound,
// and of what it takes:
//
//	lines    no line end or NUL is outside of a literal
//	print    what was understood, written again, is understood the same
func FuzzResponse(f *testing.F) {
	for _, s := range append(good, bad...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseResponse(s, false)
		if err != nil {
			return
		}
		outside := s
		if !r.isStatus() && r.tag == "*" {
			for _, n := range flatten(r.args) {
				if n.kind == literal || n.kind == literal8 {
					outside = strings.Replace(outside, "}\r\n"+n.text, "", 1)
				}
			}
			nodes, err := lex(printed(r.args), false, strings.HasSuffix(r.name, "FETCH"))
			require.NoError(t, err)
			require.Equal(t, r.args, nodes)
		}
		require.False(t, strings.ContainsAny(outside, "\r\n\x00"), "%q", outside)
	})
}

func flatten(nodes []node) (all []node) {
	for _, n := range nodes {
		all = append(append(all, n), flatten(n.list)...)
	}
	return all
}
