package imap4test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMatch has patterns, and responses that they match or do not.
func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, response string
		want              bool
	}{
		{"* 3 EXISTS", "* 3 EXISTS", true},
		{"* 3 EXISTS", "* 4 EXISTS", false},
		{"* _ EXISTS", "* 4 EXISTS", true},
		{"* >3 EXISTS", "* 4 EXISTS", true},
		{"* >4 EXISTS", "* 4 EXISTS", false},
		{"* 3 EXISTS", "* 3 RECENT", false},
		{"_ OK", "a1 OK done", true},
		{"a1 NO|BAD", "a1 BAD what", true},
		{"a1 NO|BAD", "a1 OK done", false},
		{"* OK", "a1 OK done", false},
		{"a1 NO [TRYCREATE]", "a1 NO [TRYCREATE] x", true},
		{"a1 NO [TRYCREATE]", "a1 NO x", false},
		{"a1 OK [COPYUID _ 1,2,3 4:6]", "a1 OK [COPYUID 9 1:3 4:6] x", true},
		{"a1 OK [COPYUID _ 1,3 4:5]", "a1 OK [COPYUID 9 1:2 4:5] x", false},
		{"* OK [PERMANENTFLAGS (\\Seen ...)]", "* OK [PERMANENTFLAGS (x \\seen \\*)] y", true},
		{"+", "+ go on", true},
		{"+ go", "+ go on", false},
		{"* 1 FETCH (FLAGS (\\Seen x))", "* 1 FETCH (UID 3 FLAGS (X \\Recent \\SEEN))", true},
		{"* 1 FETCH (FLAGS (\\Seen))", "* 1 FETCH (FLAGS (\\Seen x))", false},
		{"* 1 FETCH (FLAGS (\\Seen ...))", "* 1 FETCH (FLAGS (\\Seen x))", true},
		{"* 1 FETCH (FLAGS (!x))", "* 1 FETCH (FLAGS (\\Seen x))", false},
		{"* 1 FETCH (FLAGS (\\Recent))", "* 1 FETCH (FLAGS ())", false},
		{"* 1 FETCH (UID 3)", "* 1 FETCH (FLAGS ())", false},
		{"* 1 FETCH (BODY[] \"a\r\nb\")", "* 1 FETCH (BODY[] {4}\r\na\r\nb)", true},
		{"* 1 FETCH (BODY[] \"/a.*/\")", "* 1 FETCH (BODY[] \"ab\")", true},
		{"* 1 FETCH (BODY[] \"NIL\")", "* 1 FETCH (BODY[] NIL)", false},
		{"* 1 FETCH (BODY[] NIL)", "* 1 FETCH (BODY[] NIL)", true},
		{"* 1 FETCH (MODSEQ (>4))", "* 1 FETCH (MODSEQ (5))", true},
		{"* STATUS a (UNSEEN 1)", `* STATUS "a" (MESSAGES 2 UNSEEN 1)`, true},
		{"* STATUS a (UNSEEN 1)", `* STATUS "b" (UNSEEN 1)`, false},
		{"* LIST (!\\Noselect) _ inbox", `* LIST () "/" "INBOX"`, true},
		{"* LIST (\\Noselect) _ a", `* LIST () "/" a`, false},
		{"* LIST (...) _ a (CHILDINFO (\"SUBSCRIBED\"))", `* LIST () "/" a ("CHILDINFO" ("SUBSCRIBED"))`, true},
		{"* FLAGS (x ...)", "* FLAGS (\\Seen X)", true},
		{"* FLAGS (y ...)", "* FLAGS (\\Seen X)", false},
		{"* CAPABILITY X !Y", "* CAPABILITY IMAP4rev1 X", true},
		{"* CAPABILITY X !Y", "* CAPABILITY IMAP4rev1 X Y", false},
		{"* SEARCH 3 1", "* SEARCH 1 3", true},
		{"* SEARCH 1", "* SEARCH 1 3", false},
		{"* SEARCH 1 ...", "* SEARCH 1 3", true},
		{"* SEARCH", "* SEARCH", true},
		{"* SORT 3 1", "* SORT 1 3", false},
		{"* ESEARCH () ALL 1:3 !COUNT", `* ESEARCH (TAG "a") MIN 1 ALL 1,2,3`, true},
		{"* ESEARCH () ALL 1:3 !MIN", `* ESEARCH (TAG "a") MIN 1 ALL 1,2,3`, false},
		{"* ESEARCH () UID COUNT 1", `* ESEARCH (TAG "a") COUNT 1`, false},
		{"* THREAD (1 2)(3)", "* THREAD (1 2)(3)", true},
		{"* THREAD (1 2)(3)", "* THREAD (1)(2)(3)", false},
		{"* VANISHED (EARLIER) 1:2", "* VANISHED (EARLIER) 1,2", true},
		{"* VANISHED _", "* VANISHED (EARLIER) 1,2", false},
		{"* ACL a ...", "* ACL a b lr", true},
	} {
		r, err := parseResponse(c.response, false)
		require.NoError(t, err, c.response)
		m := matcher{make(map[string]string)}
		require.Equal(t, c.want, m.match(c.pattern, r) == nil, "%q and %q", c.pattern, c.response)
	}
}

// What a pattern names is the same the next time, and is kept only if it matches.
func TestMatchNames(t *testing.T) {
	parse := func(s string) *response {
		r, err := parseResponse(s, false)
		require.NoError(t, err)
		return r
	}
	m := matcher{make(map[string]string)}
	require.Error(t, m.match("* 1 FETCH (UID @u MODSEQ (7))", parse("* 1 FETCH (UID 3 MODSEQ (8))")))
	require.Empty(t, m.vars)
	require.NoError(t, m.match("* 1 FETCH (UID @u)", parse("* 1 FETCH (UID 3)")))
	require.Equal(t, map[string]string{"u": "3"}, m.vars)
	require.Error(t, m.match("* 1 FETCH (UID @u)", parse("* 1 FETCH (UID 4)")))
}

// What is no script is refused.
func TestBadScripts(t *testing.T) {
	for _, s := range []string{"X NOOP", "C NOOP", "10C: NOOP", "c: NOOP", "S? OK"} {
		_, err := parseScript(s)
		require.Error(t, err, s)
	}
	for _, s := range []string{"name", "name | RFC 9051, 2", "name | RFC 9051, 2 | nowhere\nwhy\nC: NOOP", "name | RFC 9051, 2 | greeted\nwhy\nnothing"} {
		_, err := parseCase(s)
		require.Error(t, err, s)
	}
}

// TestWatch has what a server may not say, in the order in which it says it.
func TestWatch(t *testing.T) {
	const open = "* FLAGS (x)\n* 3 EXISTS\n* OK [UIDVALIDITY 1] x\nA1 OK done\n"
	for _, c := range []struct {
		pending, said string
		wrong         bool
	}{
		{"NOOP", "* 2 EXPUNGE\n* 2 EXPUNGE\n* 2 EXISTS", false},
		{"NOOP", "* 4 EXPUNGE", true},
		{"NOOP", "* 3 EXPUNGE\n* 3 EXPUNGE", true},
		{"NOOP", "* 2 EXISTS", true},
		{"", "* OK [CLOSED] x\n* FLAGS (y)\n* 2 EXISTS\n* 2 FETCH (FLAGS (y))", false},
		{"FETCH 1 FLAGS", "* 1 EXPUNGE", true},
		{"UID FETCH 1 FLAGS", "* 1 EXPUNGE", false},
		{"STORE 1 FLAGS ()", "* 1 EXPUNGE", true},
		{"search ALL", "* 1 EXPUNGE", true},
		{"", "* 1 EXPUNGE", true},
		{"NOOP", "* VANISHED 1", true},
		{"NOOP", "* ENABLED QRESYNC\n* VANISHED 1", false},
		{"NOOP", "* ENABLED QRESYNC\n* 1 EXPUNGE", true},
		{"FETCH 1 FLAGS", "* ENABLED QRESYNC\n* VANISHED 1", true},
		{"FETCH 1 FLAGS", "* ENABLED QRESYNC\n* VANISHED (EARLIER) 1", false},
		{"NOOP", "* 4 FETCH (FLAGS ())", true},
		{"NOOP", "* 3 FETCH (FLAGS (x \\Recent))", false},
		{"NOOP", "* 3 FETCH (FLAGS (y))", true},
		{"NOOP", "* FLAGS (x y)\n* 3 FETCH (FLAGS (y))", false},
		{"NOOP", "* 1 FETCH (UID 5)\n* 1 FETCH (UID 6)", true},
		{"NOOP", "* 1 FETCH (UID 5)\n* 2 FETCH (UID 5)", true},
		{"NOOP", "* 2 FETCH (UID 5)\n* 1 FETCH (UID 6)", true},
		{"NOOP", "* 1 FETCH (UID 5)\n* 1 EXPUNGE\n* 1 FETCH (UID 6)", false},
		{"NOOP", "A3 OK x", true},
		{"NOOP", "b1 OK x", false},
		{"SEARCH RETURN (ALL) ALL", `* ESEARCH (TAG "A2") ALL 1`, false},
		{"SEARCH RETURN (ALL) ALL", `* ESEARCH (TAG "A1") ALL 1`, true},
		{"SEARCH RETURN (ALL) ALL", `* ESEARCH ALL 1`, true},
	} {
		var w watch
		says := func(text string, pending []command) (err error) {
			for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
				r, parseErr := parseResponse(line, w.utf8)
				require.NoError(t, parseErr)
				if err = w.see(r, pending); err != nil {
					return err
				}
			}
			return nil
		}
		require.NoError(t, says(open, []command{{tag: "A1", text: "SELECT a"}}))
		pending := []command{{tag: "A2", text: c.pending}}
		if c.pending == "" {
			pending = nil
		}
		err := says(c.said, pending)
		require.Equal(t, c.wrong, err != nil, "%s: %q: %v", c.pending, c.said, err)
	}
}
