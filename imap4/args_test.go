package imap4

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/mime"
)

var testLimits = Limits{}.orDefaults()

// parsed is what parse makes of s, which it must read to its end.
func parsed[A any](t *testing.T, parse func(*parser) A, s string) A {
	t.Helper()
	p := &parser{s: s, limits: &testLimits}
	a := parse(p)
	require.NoError(t, p.err, s)
	require.Equal(t, len(s), p.i, s)
	return a
}

// refused says why parse does not read s.
func refused[A any](t *testing.T, parse func(*parser) A, s string) Reply {
	t.Helper()
	p := &parser{s: s, limits: &testLimits}
	parse(p)
	require.Error(t, p.err, s)
	return p.refusal()
}

func TestStrings(t *testing.T) {
	for in, want := range map[string]string{
		"abc": "abc", "a]": "a]", `"a b"`: "a b", `"a\"\\b"`: `a"\b`, `""`: "", "{3}\r\na b": "a b", "{3+}\r\na\r\n": "a\r\n", "{0}\r\n": "",
	} {
		require.Equal(t, want, parsed(t, (*parser).astring, in))
	}
	for _, in := range []string{
		"", "(", `"a`, `"a\b"`, "\"a\r\nb\"", `"ü"`, "{3}\r\nab", "{a}\r\n", "{3}abc", "{3}\r\na\x00b", "{99999999999999999999}\r\n",
	} {
		require.Equal(t, StatusBAD, refused(t, (*parser).astring, in).Status, in)
	}
	p := &parser{s: `"ü"`, utf8: true, limits: &testLimits}
	require.Equal(t, "ü", p.astring())
	p = &parser{s: "\"\xff\"", utf8: true, limits: &testLimits}
	p.astring()
	require.Error(t, p.err)
}

func TestNumbers(t *testing.T) {
	require.EqualValues(t, int64(math.MaxInt64), parsed(t, (*parser).number, "9223372036854775807"))
	require.EqualValues(t, 7, parsed(t, (*parser).number, "007"))
	require.EqualValues(t, int64(math.MaxUint32), parsed(t, (*parser).nz, "4294967295"))
	for _, in := range []string{"", "-1", "+1", "9223372036854775808", "x"} {
		refused(t, (*parser).number, in)
	}
	for _, in := range []string{"0", "4294967296"} {
		refused(t, (*parser).nz, in)
	}
}

func TestAnnounced(t *testing.T) {
	for line, want := range map[string]literal{
		"a {3}": {3, true, false, 2}, "a {3+}": {3, false, false, 2}, "~{0}": {0, true, true, 0}, "{99999999999999999999999}": {maxLiteral, true, false, 0},
	} {
		got, ok := announced(line)
		require.True(t, ok, line)
		require.Equal(t, want, got, line)
	}
	for _, line := range []string{"", "}", "{}", "{+}", "{3", "3}", "{3-}", "{3}x", "{-3}", "{3++}", "a{"} {
		_, ok := announced(line)
		require.False(t, ok, line)
	}
}

func TestDates(t *testing.T) {
	zone := time.FixedZone("", -7*3600)
	require.True(t, time.Date(1996, 7, 17, 2, 44, 25, 0, zone).Equal(parsed(t, (*parser).dateTime, `"17-Jul-1996 02:44:25 -0700"`)))
	require.True(t, time.Date(1996, 7, 7, 2, 44, 25, 0, zone).Equal(parsed(t, (*parser).dateTime, `" 7-Jul-1996 02:44:25 -0700"`)))
	require.Equal(t, `"07-Jul-1996 02:44:25 -0700"`, string(appendDateTime(nil, time.Date(1996, 7, 7, 2, 44, 25, 0, zone))))
	for _, in := range []string{"", `"17-Jul-1996"`, `"31-Feb-1996 02:44:25 -0700"`, `"17-Jul-1996 02:44:65 -0700"`, `"17-Jul-1996 02:44:25 0700 "`} {
		refused(t, (*parser).dateTime, in)
	}
	day := time.Date(1994, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, in := range []string{"1-Feb-1994", "01-FEB-1994", `"1-feb-1994"`} {
		require.Equal(t, day, parsed(t, (*parser).date, in))
	}
	for _, in := range []string{"", "1-Feb", "30-Feb-1994", "0-Feb-1994", "1-Fe-1994", `"1-Feb-1994`, "1-Feb-99999", "1 Feb 1994"} {
		refused(t, (*parser).date, in)
	}
}

func TestSections(t *testing.T) {
	section := func(p *parser) mime.Section { p.need('['); return p.section() }
	for in, want := range map[string]mime.Section{
		"[]":                          {},
		"[1.2.3]":                     {Path: []int{1, 2, 3}},
		"[1.MIME]":                    {Path: []int{1}, Specifier: mime.MIMEPart},
		"[text]":                      {Specifier: mime.TextPart},
		"[2.header.fields (a \"b\")]": {Path: []int{2}, Specifier: mime.FieldsPart, Fields: []string{"a", "b"}},
		"[HEADER.FIELDS.NOT (x)]":     {Specifier: mime.FieldsNotPart, Fields: []string{"x"}},
	} {
		require.Equal(t, want, parsed(t, section, in))
	}
	for _, in := range []string{
		"[", "[1", "[1.]", "[0]", "[.1]", "[1..2]", "[MIME]", "[NOPE]", "[HEADER.FIELDS]", "[HEADER.FIELDS ()]", "[HEADER.FIELDS (a:b)]",
		"[HEADER.FIELDS (\"a b\")]", "[99999999999]", "[HEADER", "[1TEXT]",
	} {
		require.Equal(t, StatusBAD, refused(t, section, in).Status, in)
	}
}

func TestFetchArgs(t *testing.T) {
	r := parsed(t, fetchArgs, " 1:3,* (FLAGS BODY[]<1.2> FLAGS BODY.PEEK[1] BINARY.SIZE[1.2]) (CHANGEDSINCE 5)")
	require.Equal(t, []setRange{{1, 3}, {0, 0}}, r.set.ranges)
	require.Len(t, r.items, 4)
	require.Equal(t, "BODY[]", r.items[1].label)
	require.EqualValues(t, 1, r.items[1].offset)
	require.EqualValues(t, 2, r.items[1].count)
	require.False(t, r.items[1].peek)
	require.True(t, r.items[2].peek)
	require.EqualValues(t, 5, *r.changedSince)
	require.Len(t, parsed(t, fetchArgs, " 1 full").items, 5)
	for _, in := range []string{
		"", " 1", " 1 ()", " 1 (FULL)", " 1 FLAGS UID", " 1 BODY[]<1>", " 1 BODY[]<1.0>", " 1 BINARY[TEXT]", " 1 BODY.SIZE[]",
		" 1 FLAGS (VANISHED)", " 1 FLAGS (PARTIAL 1:2)", " 1 FLAGS (NOPE)", " 1:0 FLAGS", " ,1 FLAGS", " 1, FLAGS", " $1 FLAGS",
	} {
		require.Equal(t, StatusBAD, refused(t, fetchArgs, in).Status, in)
	}
}

func TestSearchArgs(t *testing.T) {
	r := parsed(t, searchArgs, ` RETURN (MIN SAVE) CHARSET utf-8 OR (SEEN 1:3) NOT SUBJECT "grüße" UID 5 LARGER 7`)
	require.Equal(t, returnMin|returnSave, r.ret)
	require.Equal(t, And, r.query.Key)
	require.Len(t, r.query.Sub, 3)
	require.Len(t, r.sets, 2)
	require.True(t, r.sets[1].uid)
	require.Equal(t, "grüße", r.query.Sub[0].Sub[1].Sub[0].Text)
	require.Equal(t, And, parsed(t, searchArgs, " ALL").query.Key)
	for in, want := range map[string]string{
		" CHARSET x ALL": "BADCHARSET (US-ASCII UTF-8)", " BODY {2}\r\n\xff\xff": "BADCHARSET (US-ASCII UTF-8)",
	} {
		require.Equal(t, want, refused(t, searchArgs, in).Code)
	}
	for _, in := range []string{
		"", " ", " ()", " (ALL", " NOT", " OR ALL", " SUBJECT", " KEYWORD \\Seen", " LARGER x", " YOUNGER 0", " ON x", " RETURN (X) ALL",
		" RETURN (ALL PARTIAL 1:2) ALL", " RETURN (PARTIAL 1:-2) ALL", " RETURN (PARTIAL 0:2) ALL", " MODSEQ x", " ALL ", " HEADER a", " NOPE",
	} {
		require.Equal(t, StatusBAD, refused(t, searchArgs, in).Status, in)
	}
}

func TestOtherArgs(t *testing.T) {
	s := parsed(t, storeArgs, ` 1 (UNCHANGEDSINCE 12) -FLAGS.SILENT \seen a A`)
	require.Equal(t, RemoveFlags, s.mode)
	require.True(t, s.silent)
	require.Equal(t, Flags{Seen, []string{"a"}}, s.flags)
	require.EqualValues(t, 12, *s.unchanged)
	for _, in := range []string{"", " 1 FLAGS", " 1 FLAGS ", " 1 *FLAGS a", ` 1 FLAGS \*`, " 1 FLAGS (a", " 1 FLAGS (a  b)"} {
		refused(t, storeArgs, in)
	}
	q := parsed(t, selectArgs, " x (QRESYNC (7 8 1:9 (1 2)) CONDSTORE)")
	require.True(t, q.condStore)
	require.Equal(t, &resyncing{7, 8, UIDSet{{1, 9}}, true}, q.resync)
	require.Nil(t, parsed(t, selectArgs, " x (QRESYNC (7 8 (1 2)))").resync.known)
	for _, in := range []string{"", " x ()", " x (QRESYNC)", " x (QRESYNC (0 8))", " x (QRESYNC (7 8 $))", " x (QRESYNC (7 8)"} {
		refused(t, selectArgs, in)
	}
	a := parsed(t, appendArgs, ` x (\Draft k) "17-Jul-1996 02:44:25 -0700" ~{9+}`)
	require.Equal(t, literal{9, false, true, 0}, a.first.literal)
	require.Equal(t, Flags{Draft, []string{"k"}}, a.first.flags)
	for _, in := range []string{"", " x", " x {", " x (\\Recent) {3}", " x UTF8 (~{3}", " x {3} y"} {
		refused(t, appendArgs, in)
	}
	require.Equal(t, map[string]string{"A": "b", "C": ""}, parsed(t, idArgs, ` ("a" "b" "c" NIL)`))
	require.Equal(t, []string{"A", "B"}, parsed(t, enableArgs, " a B"))
	refused(t, enableArgs, "")
	require.Equal(t, []byte{}, parsed(t, authArgs, " PLAIN =").initial)
	require.Nil(t, parsed(t, authArgs, " PLAIN").initial)
	require.Equal(t, []string{"INBOX", "x"}, parsed(t, oneMailbox, ` "inBOX/x"`))
	require.Equal(t, []string{"ü"}, parsed(t, oneMailbox, " &APw-"))
	require.Equal(t, []string{`\Sent`}, parsed(t, createArgs, ` x/ (USE (\SENT))`).use)
	w := parsed(t, (*parser).window, "-1:-20")
	require.Equal(t, []int64{-1, -20}, []int64{w.from, w.to})
	from, to := w.bounds(5)
	require.Equal(t, []int{0, 5}, []int{from, to})
}

func TestURLs(t *testing.T) {
	u, err := parseURL("/a%20b/c;UIDVALIDITY=3/;UID=20/;Section=1.2.MIME/;PARTIAL=5.6")
	require.NoError(t, err)
	require.Equal(t, messageURL{"a b/c", 3, 20, mime.Section{Path: []int{1, 2}, Specifier: mime.MIMEPart}, true, 5, 6}, u)
	u, err = parseURL(";uid=4")
	require.NoError(t, err)
	require.Equal(t, messageURL{uid: 4}, u)
	for _, in := range []string{
		"", "/x", "imap://h/x/;UID=1", "/x;UID=0", "/x;UID=x", "/x;UIDVALIDITY=x/;UID=1", "/%zz;UID=1", "/x;UID=1/;SECTION=NOPE", "/x;UID=1/;PARTIAL=x",
		"/x;UID=1/;SECTION=%zz", "/x;UID=99999999999", "/x;UID=1/;PARTIAL=-1", strings.Repeat("x", maxURL) + ";UID=1",
	} {
		_, err := parseURL(in)
		require.Error(t, err, in)
	}
}

// FuzzSection checks that a section that is read is written in a way that reads
// the same, and that mime reads it so too.
func FuzzSection(f *testing.F) {
	for _, s := range []string{"]", "1.2]", "1.MIME]", "HEADER.FIELDS (a b)]", "3.HEADER.FIELDS.NOT (\"c\" {1}\r\nd)]", "TEXT]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := &parser{s: text, limits: &testLimits}
		s := p.section()
		if p.end(); p.err != nil {
			return
		}
		again := (&parser{s: s.String() + "]", limits: &testLimits}).section()
		require.Equal(t, s, again)
		theirs, err := mime.ParseSection(s.String())
		require.NoError(t, err)
		require.Equal(t, s.String(), theirs.String())
	})
}

// FuzzProgram checks that a search finds what it finds when each message is looked
// into as deep as can be at once, and that what it finds is there.
func FuzzProgram(f *testing.F) {
	for _, s := range []string{
		"ALL", "NOT (OR SEEN BODY hello)", "OR (SUBJECT one 1:2) (UID 3 KEYWORD blue)", "SENTSINCE 2-Jul-2026 LARGER 140 MODSEQ 3",
		"TEXT \"\" HEADER Subject \"\" UNDRAFT OLDER 5", "NOT NOT OR SAVEDON 5-Jul-2026 EMAILID x",
	} {
		f.Add(s)
	}
	srv := newServer(mailstore())
	f.Fuzz(func(t *testing.T, text string) {
		p := &parser{s: text, limits: &testLimits}
		prog := p.program()
		if p.end(); p.err != nil {
			return
		}
		c := newConn(srv, &octetConn{})
		c.account, _ = srv.Backend.Open(t.Context(), c)
		require.Equal(t, StatusOK, c.selectBox(t.Context(), selectRequest{name: []string{"INBOX"}}).Status)
		rows, err := c.runProgram(t.Context(), &prog)
		require.NoError(t, err)
		var want []int
		e := &evaluation{c: c, query: prog.query, now: time.Now(), words: map[*Query][]bool{}, texts: map[*Query]*collate.Search{}}
		e.prepare(prog.query)
		chunk, err := c.look(t.Context(), spans{{0, 3}}, nil)
		require.NoError(t, err)
		for i := range chunk {
			m := &candidate{row: i, message: &message{c: c, found: &chunk[i]}, ctx: t.Context()}
			if e.eval(prog.query, m, byBody) == yes {
				want = append(want, i)
			}
			require.NoError(t, m.err)
		}
		require.Equal(t, want, slices.Collect(rows.all))
	})
}
