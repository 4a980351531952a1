package imap4

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestClientExtra asks for items that are not known, and searches by a key that is
// not.
func TestClientExtra(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 UID FETCH 1:2 (UID X-GM-MSGID X-GM-LABELS)
		S! "* 1 FETCH (X-GM-MSGID 12 X-GM-LABELS (\\Inbox {3}\r\na b NIL (\"c\" d)) X-OTHER (1) UID 1)\r\n"
		S: * 2 FETCH (X-GM-LABELS () X-GM-MSGID NIL UID 2)
		S: w1 OK done
		C: w2 UID SEARCH RETURN (ALL) X-GM-RAW "in:unread \"a\""
		S: * ESEARCH (TAG "w2") UID ALL 5
		S: w2 OK done
		C: w3 UID SEARCH RETURN (ALL) NOT X-ODD
		S: * ESEARCH (TAG "w3") UID
		S: w3 OK done
		`, nil)
	var all []map[string]Value
	for m, err := range c.Fetch(t.Context(), UIDSet{{1, 2}}, &FetchItems{Extra: []string{"X-GM-MSGID", "X-GM-LABELS"}}) {
		require.NoError(t, err)
		require.NoError(t, m.Err())
		all = append(all, m.Extra)
	}
	require.Equal(t, []map[string]Value{
		{"X-GM-MSGID": {Text: "12"}, "X-GM-LABELS": {IsList: true, List: []Value{
			{Text: `\Inbox`}, {Text: "a b"}, {IsNil: true}, {IsList: true, List: []Value{{Text: "c"}, {Text: "d"}}},
		}}},
		{"X-GM-MSGID": {IsNil: true}, "X-GM-LABELS": {IsList: true}},
	}, all)
	require.Equal(t, []string{`\Inbox`, "a b"}, all[0]["X-GM-LABELS"].Strings())
	found, err := c.Search(t.Context(), &Query{Key: Extension, ID: "X-GM-RAW", Text: `in:unread "a"`}, nil)
	require.NoError(t, err)
	require.Equal(t, UIDSet{{5, 5}}, found.UIDs)
	_, err = c.Search(t.Context(), &Query{Key: Not, Sub: []*Query{{Key: Extension, ID: "X-ODD"}}}, nil)
	require.NoError(t, err)
}

// TestClientDo sends commands that are not known, and hands out what is not known
// of the answers.
func TestClientDo(t *testing.T) {
	u := new(clientUpdates)
	c := clientOn(t, clientGreeting+`
		C: w1 UID STORE 1:2 +X-GM-LABELS.SILENT (\Inbox "a b" (3)) 4
		S: * XNEW a (b) NIL
		S: * 7 XNUM
		S: * 3 EXISTS
		S: w1 OK done
		C: w2 XODD
		S: w2 NO [CANNOT] no
		C: w3 NOOP
		S: * XNEW (not looked at
		S: w3 OK done
		`, u.options())
	r, all, err := c.Do(t.Context(), "uid store", UIDSet{{1, 2}}, Atom("+X-GM-LABELS.SILENT"), []any{Atom(`\Inbox`), "a b", []any{3}}, uint32(4))
	require.NoError(t, err)
	require.Equal(t, StatusOK, r.Status)
	require.Equal(t, []Untagged{
		{Name: "XNEW", Values: []Value{{Text: "a"}, {IsList: true, List: []Value{{Text: "b"}}}, {IsNil: true}}},
		{Number: 7, Name: "XNUM"},
	}, all)
	require.Len(t, u.all, 1)
	_, _, err = c.Do(t.Context(), "XODD")
	require.Equal(t, No("CANNOT", "no"), err)
	require.NoError(t, c.Noop(t.Context()))
}

// TestClientDoUnsafe has Do, and the other seams, send nothing of what could be
// another command.
func TestClientDoUnsafe(t *testing.T) {
	c := clientOn(t, clientGreeting+"C: w1 NOOP\nS: w1 OK done\n", nil)
	for _, verb := range []string{"", " ", "X\r\nw9 NOOP", "X\x00", "X(", "X {3}", "SELECT", "select", "UID\nLOGIN", "STARTTLS x", "APPEND", "AUTHENTICATE"} {
		_, _, err := c.Do(t.Context(), verb)
		require.Error(t, err, "%q", verb)
		require.ErrorIs(t, err, ErrUnsafe, "%q", verb)
	}
	for _, arg := range []any{
		Atom(""), Atom("a b"), Atom("a\r\nw9 NOOP"), Atom("{3}"), Atom(`a"`), Atom(`\`), Atom(`\\a`), Atom("a\x00"),
		"a\x00", -1, 1.5, nil,
		UIDSet{},
		[]any{Atom("a)")},
	} {
		_, _, err := c.Do(t.Context(), "X", arg)
		require.ErrorIs(t, err, ErrUnsafe, "%q", arg)
	}
	for _, item := range []string{"", "A B", "A)\r\nw9 NOOP", "A[]"} {
		err := clientFirst(c.Fetch(t.Context(), UIDSet{{1, 1}}, &FetchItems{Extra: []string{item}}))
		require.ErrorIs(t, err, ErrUnsafe, "%q", item)
		_, err = c.Search(t.Context(), &Query{Key: Extension, ID: item}, nil)
		require.ErrorIs(t, err, ErrUnsafe, "%q", item)
	}
	require.NoError(t, c.Noop(t.Context()))
}

// TestClientManyValues has a server send more values than are kept.
func TestClientManyValues(t *testing.T) {
	c := clientOn(t, clientGreeting+"C: w1 UID FETCH 1 (UID X)\nS: * 1 FETCH (X ("+strings.Repeat("a ", clientMaxValues)+"))\nlisten", nil)
	err := clientFirst(c.Fetch(t.Context(), UIDSet{{1, 1}}, &FetchItems{Extra: []string{"X"}}))
	require.ErrorContains(t, err, "values in a response")
}
