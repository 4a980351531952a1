package nntp_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

func collect[T any](t *testing.T, seq func(func(T, error) bool)) []T {
	t.Helper()
	var all []T
	for item, err := range seq {
		require.NoError(t, err)
		all = append(all, item)
	}
	return all
}

func TestClientGroups(t *testing.T) {
	c := converse(t, modern+
		"C: GROUP misc.test\nS: 211 1234 3000234 3002322 misc.test\n"+
		"C: LISTGROUP misc.test 3000238-3000248\nS: 211 3 3000234 3002322 misc.test list follows\nS: 3000239\nS: 3000248\nS: .\n"+
		"C: STAT 3000239\nS: 223 3000239 <a@b> retrieved\n"+
		"C: NEXT\nS: 223 3000248 <c@d> retrieved\n"+
		"C: LAST\nS: 422 no previous article\n"+
		"C: STAT <x@y>\nS: 223 0 <x@y>\n"+
		"C: GROUP not.here\nS: 411 no such group\n", nil)
	ctx := t.Context()
	g, err := c.Group(ctx, "misc.test")
	require.NoError(t, err)
	require.Equal(t, nntp.Group{Name: "misc.test", Count: 1234, Low: 3000234, High: 3002322}, g)
	require.Equal(t, []nntp.Number{3000239, 3000248}, collect(t, c.ListGroup(ctx, "misc.test", nntp.Range{First: 3000238, Last: 3000248})))
	ref, err := c.Stat(ctx, nntp.Ref{Number: 3000239})
	require.NoError(t, err)
	require.Equal(t, nntp.Ref{MessageID: "<a@b>", Number: 3000239}, ref)
	ref, err = c.Next(ctx)
	require.NoError(t, err)
	require.Equal(t, nntp.Number(3000248), ref.Number)
	_, err = c.Last(ctx)
	require.Equal(t, 422, code(t, err))
	ref, err = c.Stat(ctx, nntp.Ref{MessageID: "<x@y>"})
	require.NoError(t, err)
	require.Equal(t, nntp.Ref{MessageID: "<x@y>"}, ref)
	_, err = c.Group(ctx, "not.here")
	require.Equal(t, 411, code(t, err))
	require.NoError(t, c.Err())
}

func TestClientLists(t *testing.T) {
	c := converse(t, modern+
		"C: LIST ACTIVE misc.*\nS: 215 list\nS: misc.test 0000003002322 0000003000234 y\nS: misc.alias 0 1 =misc.test\nS: .\n"+
		"C: LIST COUNTS\nS: 215 list\nS: misc.test 3002322 3000234 1234 m\nS: .\n"+
		"C: LIST ACTIVE.TIMES\nS: 215 list\nS: misc.test 930445408 <creatme@isc.org>\nS: .\n"+
		"C: LIST NEWSGROUPS\nS: 215 list\nS: misc.test\\tGeneral Usenet testing\nS: .\n"+
		"C: LIST OVERVIEW.FMT\nS: 215 list\nS: Subject:\nS: ..stuffed\nS: .\n"+
		"C: LIST MOTD\nS: 503 no such list\n"+
		"C: NEWGROUPS 19990624 000000 GMT\nS: 231 list\nS: alt.rfc-writers.recovery 4 1 y\nS: .\n"+
		"C: NEWNEWS news.*,sci.* 19990624 000000 GMT\nS: 230 list\nS: <i@x>\nS: .\n", nil)
	ctx := t.Context()
	require.Equal(t, []nntp.Group{
		{Name: "misc.test", Low: 3000234, High: 3002322, Status: nntp.Posting},
		{Name: "misc.alias", Low: 1, High: 0, Status: "=misc.test"},
	}, collect(t, c.ListActive(ctx, "misc.*")))
	require.Equal(t, []nntp.Group{{Name: "misc.test", Low: 3000234, High: 3002322, Count: 1234, Status: nntp.Moderated}},
		collect(t, c.ListCounts(ctx, "")))
	require.Equal(t, []nntp.Group{{Name: "misc.test", Created: time.Unix(930445408, 0).UTC(), Creator: "<creatme@isc.org>"}},
		collect(t, c.ListTimes(ctx, "")))
	require.Equal(t, []nntp.Group{{Name: "misc.test", Description: "General Usenet testing"}}, collect(t, c.ListNewsgroups(ctx, "")))
	require.Equal(t, []string{"Subject:", ".stuffed"}, collect(t, c.List(ctx, "OVERVIEW.FMT", "")))
	for _, err := range c.List(ctx, "MOTD", "") {
		require.Equal(t, 503, code(t, err))
	}
	since := time.Date(1999, 6, 24, 2, 0, 0, 0, time.FixedZone("CEST", 7200))
	require.Len(t, collect(t, c.NewGroups(ctx, since)), 1)
	require.Equal(t, []string{"<i@x>"}, collect(t, c.NewNews(ctx, "news.*,sci.*", since)))
}

// TestClientOlder falls back on what old servers know.
func TestClientOlder(t *testing.T) {
	c := converse(t, ancient+
		"C: LIST ACTIVE\nS: 501 what?\nC: LIST\nS: 215 list\nS: misc.test 2 1 y\nS: .\n"+
		"C: XOVER 1-\nS: 224 list\nS: 1\\ts\\tf\\td\\t<a@b>\\t\\t12\\t3\nS: .\n"+
		"C: XOVER 7\nS: 420 none\n"+
		"C: XHDR Subject 1-2\nS: 221 list\nS: 1 one\nS: 2 (none)\nS: .\n"+
		"C: XHDR Subject <a@b>\nS: 221 list\nS: <a@b> one\nS: .\n", nil)
	ctx := t.Context()
	require.Len(t, collect(t, c.ListActive(ctx, "")), 1)
	over := collect(t, c.Over(ctx, nntp.Range{First: 1, Last: nntp.MaxNumber}))
	require.Len(t, over, 1)
	require.Equal(t, "<a@b>", over[0].Overview.MessageID)
	require.Empty(t, collect(t, c.Over(ctx, nntp.Range{First: 7, Last: 7})))
	require.Equal(t, []nntp.HeaderLine{{1, "one"}, {2, ""}}, collect(t, c.Hdr(ctx, "Subject", nntp.Range{First: 1, Last: 2})))
	value, err := c.HdrID(ctx, "Subject", "<a@b>")
	require.NoError(t, err)
	require.Equal(t, "one", value)
}

func TestClientOver(t *testing.T) {
	c := converse(t, modern+
		"C: OVER 3-5\nS: 224 list\nS: 3\\ts\\tf\\td\\t<a@b>\\t\\t12\\t3\\tXref: h a.b:3\nS: rubbish\nS: 5\\ts\\tf\\td\\t<c@d>\\t\\t\\t\nS: .\n"+
		"C: OVER <a@b>\nS: 224 list\nS: 0\\ts\\tf\\td\\t<a@b>\\t\\t12\\t3\nS: .\n"+
		"C: OVER <no@b>\nS: 430 none\n"+
		"C: OVER 9\nS: 423 none\n"+
		"C: HDR :bytes 3-5\nS: 225 list\nS: 3 12\nS: .\n"+
		"C: HDR Subject <a@b>\nS: 225 list\nS: 0 (none)\nS: .\n", nil)
	ctx := t.Context()
	var got []nntp.Entry
	var wrong []error
	for e, err := range c.Over(ctx, nntp.Range{First: 3, Last: 5}) {
		if err != nil {
			wrong = append(wrong, err)
		} else {
			got = append(got, e)
		}
	}
	require.Len(t, got, 2)
	require.Equal(t, []nntp.Place{{Group: "a.b", Number: 3}}, got[0].Places)
	require.Len(t, wrong, 1)
	require.ErrorIs(t, wrong[0], nntp.ErrReply)
	e, err := c.OverID(ctx, "<a@b>")
	require.NoError(t, err)
	require.Equal(t, int64(12), e.Overview.Bytes)
	_, err = c.OverID(ctx, "<no@b>")
	require.Equal(t, 430, code(t, err))
	require.Empty(t, collect(t, c.Over(ctx, nntp.Range{First: 9, Last: 9})))
	require.Equal(t, []nntp.HeaderLine{{3, "12"}}, collect(t, c.Hdr(ctx, ":bytes", nntp.Range{First: 3, Last: 5})))
	value, err := c.HdrID(ctx, "Subject", "<a@b>")
	require.NoError(t, err)
	require.Equal(t, "(none)", value, "HDR has no such convention")
}

// TestClientListEnds checks what ends a list that goes wrong, and what is passed
// over where the caller has enough.
func TestClientListEnds(t *testing.T) {
	ctx := t.Context()
	c := converse(t, modern+"C: LIST MOTD\nS: 215 list\nS: one\nS: two\nS: three\nS: .\nC: DATE\nS: 111 20260102030405\n", nil)
	for line, err := range c.List(ctx, "MOTD", "") {
		require.NoError(t, err)
		require.Equal(t, "one", line)
		_, err = c.Date(ctx)
		require.ErrorContains(t, err, "midst")
		break
	}
	_, err := c.Date(ctx)
	require.NoError(t, err)

	last := func(c *nntp.Client) (n int, last error) {
		for _, last = range c.List(ctx, "MOTD", "") {
			n++
		}
		return n, last
	}
	c = converse(t, modern+"C: LIST MOTD\nS: 215 list\nS: one\nhangup\n", nil)
	n, err := last(c)
	require.Equal(t, 2, n)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	c = converse(t, modern+"C: LIST MOTD\nS: 215 list\nR: a\\nb\\r\\n\nhangup\n", nil)
	_, err = last(c)
	require.ErrorIs(t, err, nntp.ErrReply)
	require.Error(t, c.Err(), "where the line ends is in doubt")
	for _, flaw := range []string{`a\rb\r\n`, `a\0b\r\n`, strings.Repeat("x", 17<<10) + `\r\n`} {
		c = converse(t, modern+"C: LIST MOTD\nS: 215 list\nS: one\nR: "+flaw+"\nS: two\nS: .\nC: DATE\nS: 111 20260102030405\n", nil)
		var got []string
		for line, err := range c.List(ctx, "MOTD", "") {
			if err != nil {
				require.ErrorIs(t, err, nntp.ErrReply)
				line = "flaw"
			}
			got = append(got, line)
		}
		require.Equal(t, []string{"one", "flaw", "two"}, got, "one bad line keeps nobody from the others")
		_, err = c.Date(ctx)
		require.NoError(t, err)
	}
	c = converse(t, modern+"C: LIST MOTD\nS: 215 list\nS: 1\nS: 2\nS: 3\nhangup\n", &nntp.Options{Items: 2})
	n, err = last(c)
	require.Equal(t, 3, n)
	require.ErrorContains(t, err, "more than 2 lines")
}

const article = "Path: a\r\nMessage-ID: <a@b>\r\n\r\n.dot\r\nlast\r\n"

// stuffed is article as it is sent.
const stuffed = "S: Path: a\nS: Message-ID: <a@b>\nS: \nS: ..dot\nS: last\nS: .\n"

func TestClientArticles(t *testing.T) {
	ctx := t.Context()
	c := converse(t, modern+
		"C: ARTICLE 7\nS: 220 7 <a@b>\n"+stuffed+
		"C: HEAD <a@b>\nS: 221 0 <a@b>\nS: Path: a\nS: .\n"+
		"C: BODY\nS: 222 7 <a@b>\nS: ..dot\nS: last\nS: .\n"+
		"C: ARTICLE <no@b>\nS: 430 none\n"+
		"C: DATE\nS: 111 20260102030405\n", nil)
	r, err := c.Article(ctx, nntp.Ref{Number: 7})
	require.NoError(t, err)
	require.Equal(t, nntp.Ref{Number: 7, MessageID: "<a@b>"}, r.Ref)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, article, string(text))
	require.NoError(t, r.Close())
	r, err = c.Head(ctx, nntp.Ref{MessageID: "<a@b>"})
	require.NoError(t, err)
	var out strings.Builder
	n, err := r.WriteTo(&out)
	require.NoError(t, err)
	require.Equal(t, "Path: a\r\n", out.String())
	require.Equal(t, int64(out.Len()), n)
	r, err = c.Body(ctx, nntp.Ref{})
	require.NoError(t, err)
	_, err = io.ReadFull(r, make([]byte, 3))
	require.NoError(t, err)
	_, err = c.Article(ctx, nntp.Ref{MessageID: "<no@b>"})
	require.Equal(t, 430, code(t, err))
	_, err = r.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.ErrClosedPipe, "the next command has passed over the rest")
	_, err = c.Date(ctx)
	require.NoError(t, err)
}

// TestClientPoison reads articles that some servers pass on: they must not be
// taken for whole, and nothing in them for the end.
func TestClientPoison(t *testing.T) {
	ctx := t.Context()
	for _, poison := range []string{`x\n.\r\n205 bye\r\n`, `x\n.\n`, `x\r.\r`, `a\0b\r\n`} {
		c := converse(t, modern+"C: ARTICLE 7\nS: 220 7 <a@b>\nR: "+poison+"\\r\\n.\\r\\n\nC: DATE\nS: 111 20260102030405\n", nil)
		r, err := c.Article(ctx, nntp.Ref{Number: 7})
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, nntp.ErrReply)
		require.NoError(t, r.Close())
		_, err = c.Date(ctx)
		require.NoError(t, err, "the conversation goes on behind the true end")
	}
	c := converse(t, modern+"C: ARTICLE 7\nS: 220 7 <a@b>\nS: Path: a\nS: \nS: x\nhangup\n", nil)
	r, err := c.Article(ctx, nntp.Ref{Number: 7})
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	c = converse(t, modern+"C: ARTICLE 7\nS: 220 7 <a@b>\n"+strings.Repeat("S: 0123456789\n", 20)+"hangup\n", &nntp.Options{Article: 100})
	r, err = c.Article(ctx, nntp.Ref{Number: 7})
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, nntp.ErrTooLarge)
	require.ErrorContains(t, err, "more than 100 octets")
	require.Error(t, r.Close())
	require.Error(t, c.Err())
}

// TestClientTooLarge passes over an article that is too large, and goes on; what
// is larger by far ends the conversation.
func TestClientTooLarge(t *testing.T) {
	ctx := t.Context()
	article := func(lines int) string {
		return modern + "C: ARTICLE 7\nS: 220 7 <a@b>\n" + strings.Repeat("S: 0123456789\n", lines)
	}
	read := func(r *nntp.Reading) error {
		_, err := io.ReadAll(r)
		return err
	}
	write := func(r *nntp.Reading) error {
		_, err := r.WriteTo(io.Discard)
		return err
	}
	for _, how := range []func(*nntp.Reading) error{read, write} {
		c := converse(t, article(9)+"S: .\nC: ARTICLE 7\nS: 220 7 <a@b>\n"+strings.Repeat("S: 0123456789\n", 50)+"S: .\nC: DATE\nS: 111 20260102030405\n", &nntp.Options{Article: 108})
		r, err := c.Article(ctx, nntp.Ref{Number: 7})
		require.NoError(t, err)
		require.NoError(t, how(r), "as long as it may be")
		r, err = c.Article(ctx, nntp.Ref{Number: 7})
		require.NoError(t, err)
		require.ErrorIs(t, how(r), nntp.ErrTooLarge)
		require.ErrorIs(t, how(r), nntp.ErrTooLarge, "for good")
		require.NoError(t, r.Close())
		_, err = c.Date(ctx)
		require.NoError(t, err)

		c = converse(t, article(2000)+"S: .\n", &nntp.Options{Article: 108})
		r, err = c.Article(ctx, nntp.Ref{Number: 7})
		require.NoError(t, err)
		require.ErrorIs(t, how(r), nntp.ErrTooLarge)
		_ = r.Close() // which has told, or that before it
		require.ErrorIs(t, c.Err(), nntp.ErrTooLarge)
	}
}

// TestClientFetch asks ahead, and gives what comes in order.
func TestClientFetch(t *testing.T) {
	ctx := t.Context()
	refs := []nntp.Ref{{Number: 7}, {Number: 8}, {MessageID: "<c@d>"}}
	asked := "C: ARTICLE 7\nC: ARTICLE 8\nC: ARTICLE <c@d>\n"
	c := converse(t, modern+asked+"S: 220 7 <a@b>\n"+stuffed+"S: 423 none\nS: 220 0 <c@d>\n"+stuffed+"C: DATE\nS: 111 20260102030405\n", nil)
	var got []string
	for r, err := range c.Fetch(ctx, slices.Values(refs)) {
		if err != nil {
			require.Equal(t, 423, code(t, err))
			require.Equal(t, nntp.Number(8), r.Number)
			continue
		}
		if r.Number == 7 { // of which only a part is read
			_, err := io.ReadFull(r, make([]byte, 3))
			require.NoError(t, err)
			continue
		}
		_, err := c.Date(ctx)
		require.ErrorContains(t, err, "midst")
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		got = append(got, string(text))
	}
	require.Equal(t, []string{article}, got)
	_, err := c.Date(ctx)
	require.NoError(t, err)

	// Breaking off passes over what was asked for.
	c = converse(t, modern+asked+"S: 220 7 <a@b>\n"+stuffed+"S: 423 none\nS: 220 0 <c@d>\n"+stuffed+"C: DATE\nS: 111 20260102030405\n", nil)
	for _, err := range c.Fetch(ctx, slices.Values(refs)) {
		require.NoError(t, err)
		break
	}
	_, err = c.Date(ctx)
	require.NoError(t, err)

	// Who has broken off is not told of what goes wrong after that.
	c = converse(t, modern+asked+"S: 220 7 <a@b>\n"+stuffed+"S: 220 9 <x@y>\n"+stuffed, nil)
	for _, err := range c.Fetch(ctx, slices.Values(refs)) {
		require.NoError(t, err)
		break
	}
	require.ErrorIs(t, c.Err(), nntp.ErrReply)

	// The wrong article is the end of it.
	c = converse(t, modern+asked+"S: 220 8 <a@b>\n"+stuffed, nil)
	for _, err := range c.Fetch(ctx, slices.Values(refs)) {
		require.ErrorIs(t, err, nntp.ErrReply)
	}
	require.Error(t, c.Err())
}

func TestClientFetchMany(t *testing.T) {
	const n = 500
	var asked, answered strings.Builder
	for i := range n {
		if i == 32 {
			break
		}
		asked.WriteString("C: ARTICLE <a@b>\n")
	}
	for i := range n {
		answered.WriteString("S: 220 0 <a@b>\n" + stuffed)
		if i+32 < n {
			answered.WriteString("C: ARTICLE <a@b>\n")
		}
	}
	c := converse(t, modern+asked.String()+answered.String(), nil)
	i := 0
	for r, err := range c.Fetch(t.Context(), slices.Values(slices.Repeat([]nntp.Ref{{MessageID: "<a@b>"}}, n))) {
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, article, string(text))
		i++
	}
	require.Equal(t, n, i)
}
