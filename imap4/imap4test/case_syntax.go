package imap4test

import (
	"fmt"
	"strings"
)

// badArguments are arguments that the formal syntax does not allow.
var badArguments = []struct {
	verb, ref string
	in        state
	needs     string
	args      []string
}{
	{"LOGIN", "RFC 9051, 6.2.3", greeted, "", []string{"", " a", " a b c", ` "a b`, " a (b)", " a  b", ` "a\b" c`}},
	{"AUTHENTICATE", "RFC 9051, 6.2.2", greeted, "", []string{"", " (", " NO-SUCH-MECHANISM"}},
	{"SELECT", "RFC 9051, 6.3.2", authenticated, "", []string{"", " ${box3} b", " (${box3})", ` "${box3}`, " ${box3} (", " ${box3} ()", " ${box3} (NO-SUCH-PARAMETER)", " ${box3}%", " *", ` ${box3}"b`, " ${box3})"}},
	{"CREATE", "RFC 9051, 6.3.4", authenticated, "", []string{"", " ${box3} b", " (${box3})", ` "${box3}`, " ${box3}*b", " ${box3}%b"}},
	{"DELETE", "RFC 9051, 6.3.5", authenticated, "", []string{"", " ${box3} b", " (${box3})", ` "${box3}`}},
	{"RENAME", "RFC 9051, 6.3.6", authenticated, "", []string{"", " ${box3}", " ${box3} ${box2} c", " ${box3} (${box2})"}},
	{"SUBSCRIBE", "RFC 9051, 6.3.7", authenticated, "", []string{"", " ${box3} b", " (${box3})"}},
	{"LIST", "RFC 9051, 6.3.9", authenticated, "", []string{"", ` ""`, ` "" a b`, ` "" (a`, ` ( "" a`, ` "`, ` "" a RETURN`}},
	{"LIST", "RFC 5258, 6", authenticated, "LIST-EXTENDED", []string{` (NO-SUCH-OPTION) "" *`, ` "" * RETURN (NO-SUCH-OPTION)`, ` (RECURSIVEMATCH) "" *`, ` (SUBSCRIBED) "" ()`}},
	{"STATUS", "RFC 9051, 6.3.11", filled, "", []string{"", " ${box}", " ${box} MESSAGES", " ${box} (", " ${box} ()", " ${box} (NO-SUCH-ITEM)", " ${box} (MESSAGES NO-SUCH-ITEM)", " ${box} (MESSAGES) x", " ${box} ((MESSAGES))"}},
	{"APPEND", "RFC 9051, 6.3.12", filled, "", []string{
		"", " ${box}", " ${box} (", ` ${box} (\Seen)`, ` ${box} "text"`, ` ${box} ("a") <<x>>`, ` ${box} "01-Foo-2020 00:00:00 +0000" <<x>>`,
		` ${box} "01-Jan-2020" <<x>>`, ` ${box} (\Seen) (\Seen) <<x>>`,
	}},
	{"FETCH", "RFC 9051, 6.4.5", selected, "", []string{
		"", " 1", " 1 NO-SUCH-ITEM", " 0 FLAGS", " x FLAGS", " 1:0 FLAGS", " 1, FLAGS", " ,1 FLAGS", " 1: FLAGS", " :1 FLAGS", " 1::2 FLAGS", " -1 FLAGS",
		" 4294967296 FLAGS", " 99999999999999999999 FLAGS", " 1:99999999999999999999 FLAGS", " 01x FLAGS", " 1 ()", " 1 (FLAGS", " 1 FLAGS)",
		" 1 (FLAGS ALL)", " 1 (FLAGS  UID)", " 1 ( FLAGS)", " 1 FLAGS UID", " 1 BODY[", " 1 BODY]", " 1 BODY[]<0>", " 1 BODY[]<0.0>", " 1 BODY[]<-1.5>",
		" 1 BODY[]<0.-1>", " 1 BODY[]<0.5", " 1 BODY[]<.5>", " 1 BODY[]<0.99999999999999999999>", " 1 BODY[NO-SUCH-SECTION]", " 1 BODY[0]", " 1 BODY[1.]", " 1 BODY[.1]", " 1 BODY[1..2]", " 1 BODY[MIME]",
		" 1 BODY[1.0]", " 1 BODY[HEADER.FIELDS]", " 1 BODY[HEADER.FIELDS ()]", " 1 BODY[HEADER.FIELDS (A]", " 1 BODY[HEADER (A)]", " 1 BODY[1.FLAGS]",
		" 1 BODYSTRUCTURE[]", " 1 RFC822.PEEK", " 1 ENVELOPE[]", ` 1 "FLAGS"`, " ( FLAGS",
	}},
	{"STORE", "RFC 9051, 6.4.6", selected, "", []string{
		"", " 1", " 1 FLAGS", ` 1 FLAGZ (\Seen)`, ` 1 +-FLAGS (\Seen)`, ` 1 FLAGS (\Seen`, ` 1 FLAGS (\*)`, " 0 FLAGS ()", " 1 FLAGS (())",
		` 1 FLAGS ("a")`, ` 1 FLAGS (a  b)`, ` 1 FLAGS (a) x`, ` 1 FLAGS (\Recent)`, ` 1 FLAGS.LOUD (\Seen)`, ` 1 FLAGS (a%)`, ` 1 FLAGS (\)`,
	}},
	{"COPY", "RFC 9051, 6.4.7", selected, "", []string{"", " 1", " 1 ${box3} b", " x ${box3}", " 0 ${box3}", " 1 (${box3})", " 1,, ${box3}"}},
	{"MOVE", "RFC 6851, 3.1", selected, "MOVE", []string{"", " 1", " 1 ${box3} b", " x ${box3}", " 0 ${box3}"}},
	{"SEARCH", "RFC 9051, 6.4.4", selected, "", []string{
		"", " NO-SUCH-KEY", " NOT", " OR ALL", " OR", " (ALL", " ALL)", " ()", " SUBJECT", " KEYWORD", ` KEYWORD \Seen`, " KEYWORD (a)", " LARGER", " LARGER x", " LARGER -1",
		" LARGER 99999999999999999999", " BEFORE 1-1-2020", " BEFORE x", " BEFORE 01-Jan-20", " ON", " UID", " UID 0", " 0", " 1,,2", " HEADER a", " HEADER", " CHARSET",
		" CHARSET UTF-8", " ALL  SEEN", " ALL SEEN ", " SUBJECT (a)", " 1:", " *:0", " NOT NOT",
	}},
	{"SEARCH", "RFC 4731, 3.1", selected, "ESEARCH", []string{" RETURN ALL", " RETURN (", " RETURN (NO-SUCH-OPTION) ALL", " RETURN (MIN", " RETURN (MIN) ", " RETURN"}},
	{"UID", "RFC 9051, 6.4.9", selected, "", []string{
		"", " FETCH", " FETCH 1", " FETCH 0 FLAGS", " NOOP", " NO-SUCH-COMMAND 1", " UID FETCH 1 FLAGS", " STORE 1", " COPY 1", " SEARCH", " FETCH 1 NO-SUCH-ITEM",
		" FETCH 4294967296 FLAGS", " FETCH x FLAGS", " STORE 1 FLAGZ ()",
	}},
	{"UID EXPUNGE", "RFC 4315, 2.1", selected, "UIDPLUS", []string{"", " 0", " x", " 1 2", " (1)"}},
	{"ENABLE", "RFC 5161, 3.1", authenticated, "ENABLE", []string{"", " (CONDSTORE)", ` "CONDSTORE"`}},
	{"ID", "RFC 2971, 3.1", authenticated, "ID", []string{"", " (", " x", ` ("a")`, ` ("a" "b" "c")`, ` ("a" ("b"))`, " NIL x"}},
	{"SORT", "RFC 5256, 5", selected, "SORT", []string{"", " DATE US-ASCII ALL", " () US-ASCII ALL", " (NO-SUCH-KEY) US-ASCII ALL", " (DATE) US-ASCII", " (DATE)", " (REVERSE) US-ASCII ALL", " (DATE US-ASCII ALL"}},
	{"THREAD", "RFC 5256, 5", selected, "THREAD=REFERENCES", []string{"", " NO-SUCH-ALGORITHM US-ASCII ALL", " REFERENCES", " REFERENCES US-ASCII", " (REFERENCES) US-ASCII ALL"}},
	{"FETCH", "RFC 7162, 7", selected, "CONDSTORE", []string{" 1 FLAGS (CHANGEDSINCE)", " 1 FLAGS (CHANGEDSINCE x)", " 1 FLAGS (NO-SUCH-MODIFIER 1)", " 1 FLAGS ()", " 1 FLAGS (CHANGEDSINCE -1)", " 1 FLAGS (VANISHED)"}},
	{"STORE", "RFC 7162, 7", selected, "CONDSTORE", []string{" 1 (UNCHANGEDSINCE) FLAGS ()", " 1 (UNCHANGEDSINCE x) FLAGS ()", " 1 () FLAGS ()", " 1 (NO-SUCH-MODIFIER 1) FLAGS ()"}},
	{"SELECT", "RFC 7162, 7", filled, "QRESYNC", []string{" ${box} (QRESYNC)", " ${box} (QRESYNC ())", " ${box} (QRESYNC (0 1))", " ${box} (QRESYNC (1 x))", " ${box} (QRESYNC (1 1 *))", " ${box} (QRESYNC (1 1 1 (1)))"}},
	{"SETQUOTA", "RFC 9208, 7", authenticated, "QUOTA", []string{"", " a", " a (STORAGE)", " a (STORAGE x)", " a (STORAGE -1)"}},
	{"SETACL", "RFC 4314, 4", filled, "ACL", []string{"", " ${box}", " ${box} ${who}", " ${box} ${who} lr x"}},
	{"GETMETADATA", "RFC 5464, 5", filled, "METADATA", []string{"", " ${box}", " ${box} (DEPTH 7) /private/comment", " ${box} (MAXSIZE x) /private/comment"}},
	{"SETMETADATA", "RFC 5464, 5", filled, "METADATA", []string{"", " ${box}", " ${box} ()", " ${box} (/private/comment)", ` ${box} /private/comment "x"`}},
	{"NOTIFY", "RFC 5465, 8", authenticated, "NOTIFY", []string{"", " SET", " NONE x", " SET ()", " SET (SELECTED)", " SET (NO-SUCH-FILTER NONE)"}},
	{"FETCH", "RFC 3516, 7", selected, "BINARY", []string{" 1 BINARY[", " 1 BINARY[HEADER]", " 1 BINARY[0]", " 1 BINARY.SIZE[1]<0.5>", " 1 BINARY.PEEK"}},
	{"NO-SUCH-COMMAND", "RFC 9051, 9", selected, "", []string{"", " 1", " (", " {"}},
}

// badLines are lines that are no commands, in what they must not lead to.
var badLines = []struct{ what, line string }{
	{"+ as the tag", "+ NOOP"},
	{"* as the tag", "* NOOP"},
	{"a tag with +", "a+b NOOP"},
	{"a tag with a bracket", "a(b NOOP"},
	{"a tag with a quote", `a"b NOOP`},
	{"a tag with a brace", "a{b NOOP"},
	{"a tag with %", "a%b NOOP"},
	{"a tag with a backslash", `a\b NOOP`},
	{"a tag outside ASCII", "a\xc3\xa9b NOOP"},
	{"a tag with NUL", "a\x00b NOOP"},
	{"a tag with TAB", "a\tb NOOP"},
	{"a space in front", " a NOOP"},
	{"two spaces behind the tag", "a  NOOP"},
	{"a space at the end", "a NOOP "},
	{"a TAB behind the tag", "a\tNOOP"},
	{"an empty line", ""},
	{"a tag alone", "a"},
	{"a tag and a space", "a "},
	{"NUL at the end", "a NOOP\x00"},
	{"CR at the end", "a NOOP\r"},
	{"folded letters", "a \u017fELECT x"},
}

func syntaxCases() []testCase {
	var list []testCase
	for _, b := range badArguments {
		for _, args := range b.args {
			needs := []string(nil)
			if b.needs != "" {
				needs = []string{b.needs}
			}
			want := "BAD"
			if strings.HasPrefix(args, " NO-SUCH-MECHANISM") || b.verb == "SETQUOTA" { // where it may be forbidden before it is read
				want = "NO|BAD"
			}
			list = append(list, scripted(
				"syntax/not "+b.verb+args, b.ref,
				fmt.Sprintf("%s%s is not in the formal syntax: %s, and the conversation goes on", b.verb, args, want),
				b.in, needs, "C: "+b.verb+args+"\nS: "+want+"\nC: NOOP\n",
			))
		}
	}
	for _, in := range []state{greeted, selected} {
		for _, b := range badLines {
			list = append(list, badLine(b.what, b.line, in))
		}
	}
	return list
}

// badLine: such a line is answered by BAD, with a tag only if it has one.
func badLine(what, line string, in state) testCase {
	return testCase{
		"syntax/" + what + " " + inWords[in], "RFC 9051, 2.2.1", fmt.Sprintf("%q is BAD, and the conversation goes on, but for octets that no line may have", line),
		in, nil, func(s *session, _ map[string]string) {
			s.peer.Send(line + "\r\n")
			for {
				switch r := s.read(); {
				case r.name == "BYE" && strings.ContainsAny(line, "\x00\r"):
					s.afresh("a line with " + what)
					return
				case r.hungUp():
					s.Failf("the server hangs up")
				case r.tag == "+":
					s.Failf("answered by a request to go on")
				case r.name == "OK" && r.tag != "*":
					s.Failf("answered by %v", r)
				case r.name == "BAD":
					s.alive("a line that is no command")
					return
				}
			}
		},
	}
}
