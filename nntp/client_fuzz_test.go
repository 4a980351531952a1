package nntp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// recorded is a connection on which all that the server says is known before.
type recorded struct {
	from io.Reader
	sent bytes.Buffer
}

func (r *recorded) Read(p []byte) (int, error)       { return r.from.Read(p) }
func (r *recorded) Write(p []byte) (int, error)      { return r.sent.Write(p) }
func (r *recorded) Close() error                     { return nil }
func (r *recorded) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (r *recorded) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (r *recorded) SetDeadline(time.Time) error      { return nil }
func (r *recorded) SetReadDeadline(time.Time) error  { return nil }
func (r *recorded) SetWriteDeadline(time.Time) error { return nil }

// tour uses every method of a Client and writes down what it is told.
func tour(from io.Reader) (told, sent string, articles []string) {
	nc := &recorded{from: from}
	var out strings.Builder
	note := func(what ...any) { fmt.Fprintf(&out, "%.300q\n", fmt.Sprint(what...)) }
	ctx := context.Background()
	c, err := nntp.NewClient(ctx, nc, &nntp.Options{Article: 10_000, Items: 100, Line: 1000})
	if note(err); err != nil {
		return out.String(), nc.sent.String(), nil
	}
	defer c.Close()
	read := func(r *nntp.Reading, err error) {
		if note(err); err != nil {
			return
		}
		text, err := io.ReadAll(r)
		if note(r.Ref, err); err == nil {
			articles = append(articles, string(text))
		}
	}
	all := nntp.Range{First: 1, Last: nntp.MaxNumber}
	g, err := c.Group(ctx, "a.b")
	note(g, err)
	for n, err := range c.ListGroup(ctx, "a.b", all) {
		note(n, err)
	}
	for e, err := range c.Over(ctx, all) {
		note(e, err)
	}
	for h, err := range c.Hdr(ctx, "Subject", all) {
		note(h, err)
	}
	for g, err := range c.ListActive(ctx, "") {
		note(g, err)
	}
	for id, err := range c.NewNews(ctx, "*", time.Unix(0, 0)) {
		note(id, err)
	}
	read(c.Article(ctx, nntp.Ref{Number: 1}))
	read(c.Body(ctx, nntp.Ref{}))
	for r, err := range c.Fetch(ctx, slices.Values([]nntp.Ref{{Number: 1}, {MessageID: "<a@b>"}})) {
		read(r, err)
	}
	note(c.Post(ctx, strings.NewReader(article)))
	s := c.Stream(2)
	note(s.Check(ctx, "<a@b>"), s.TakeThis(ctx, "<a@b>", strings.NewReader(article)))
	for s.Pending() > 0 && c.Err() == nil {
		r, err := s.Result(ctx)
		note(r, err)
	}
	note(c.Quit(ctx))
	return out.String(), nc.sent.String(), articles
}

// linewise reads as lines, one at a time: what comes before it was asked for is a
// mistake of the server's.
type linewise struct{ rest []byte }

func (l *linewise) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.rest[:max(1, bytes.IndexByte(l.rest, '\n')+1)])
	l.rest = l.rest[n:]
	return n, nil
}

// clean is what a client may send.
var clean = regexp.MustCompile(`^([\x20-\x7e]*\r\n)*$`)

// FuzzClient checks that whatever a server says, the client does not panic, comes
// to an end, makes the same of it however it arrives, sends nothing but whole
// lines, and hands on no article with a bare CR, a bare LF or a NUL in it.
func FuzzClient(f *testing.F) {
	f.Add([]byte("200 hi\r\n500 what?\r\n200 hi\r\n211 1 1 1 a.b\r\n211 1 1 1 a.b\r\n1\r\n.\r\n224 ok\r\n1\ts\tf\td\t<a@b>\t\t12\t3\r\n.\r\n" +
		"221 ok\r\n1 s\r\n.\r\n215 ok\r\na.b 1 1 y\r\n.\r\n230 ok\r\n<a@b>\r\n.\r\n220 1 <a@b>\r\nPath: a\r\n\r\n..x\r\n.\r\n222 1 <a@b>\r\nx\r\n.\r\n" +
		"220 1 <a@b>\r\nx\r\n.\r\n430 no\r\n340 go\r\n240 ok\r\n238 <a@b>\r\n439 <a@b>\r\n205 bye\r\n"))
	f.Add([]byte("200 hi\r\n101 ok\r\nVERSION 2\r\nREADER\r\nOVER\r\nHDR\r\n.\r\n211 1 1 1\r\n211 x\r\n..\r\n.\r\n423 no\r\n225 ok\r\n.\r\n" +
		"215 ok\r\nrubbish\r\n.\r\n230 ok\r\n.\r\n220 1\r\nx\n.\r\n205\r\n.\r\n"))
	f.Add([]byte("400 no\r\n"))
	f.Add([]byte("200 hi\r\n480 who?\r\n480 who?\r\n480\r\n480\r\n480\r\n480\r\n480\r\n480\r\n220 1 <a@b>\r\nx\x00\r\n.\r\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		told, sent, articles := tour(&linewise{said})
		told2, sent2, _ := tour(iotest.OneByteReader(bytes.NewReader(said)))
		require.Equal(t, told, told2, "chunking matters")
		require.Equal(t, sent, sent2)
		require.Regexp(t, clean, sent)
		for _, a := range articles {
			require.Equal(t, strings.Count(a, "\r\n"), strings.Count(a, "\n"))
			require.Equal(t, strings.Count(a, "\r\n"), strings.Count(a, "\r"))
			require.NotContains(t, a, "\x00")
		}
	})
}

// FuzzClientParsers checks that the parsers of lines do not panic, give no number
// that no article can have, no identifier that is none, and no name with a space.
func FuzzClientParsers(f *testing.F) {
	for _, s := range []string{"220 0 <a@b> ok", "12 <a@b>", "1234 1 9999999999999999", "a.b 0000000012 0000000001 y", "a.b 2 1 5 m", "a.b 930445408 x y", "a.b\tText", "12 value", "<a@b> (none)", "OVER MSGID", "LIST ACTIVE newsgroups", "-1 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		number := func(n nntp.Number) { require.LessOrEqual(t, n, nntp.MaxNumber) }
		group := func(g nntp.Group, err error) {
			if err != nil {
				return
			}
			number(g.Low)
			number(g.High)
			require.GreaterOrEqual(t, g.Count, int64(0))
			require.NotContains(t, g.Name, " ")
		}
		if r, err := nntp.ClientParseReply([]byte(line)); err == nil {
			require.True(t, r.Code >= 100 && r.Code < 600)
			require.True(t, strings.HasPrefix(line, fmt.Sprint(r.Code)))
		}
		if ref, err := nntp.ClientParseRef(line); err == nil {
			number(ref.Number)
			require.True(t, ref.MessageID == "" || nntp.ValidMessageID(ref.MessageID))
		}
		group(nntp.ClientParseGroup(line))
		group(nntp.ClientParseActive(line))
		group(nntp.ClientParseCounts(line))
		group(nntp.ClientParseTimes(line))
		group(nntp.ClientParseDescription(line))
		if h, err := nntp.ClientParseHdr(line); err == nil {
			number(h.Number)
		}
		if h, err := nntp.ClientParseXHdr(line); err == nil {
			number(h.Number)
		}
		label, args := nntp.ClientParseCapability(line)
		require.False(t, label == "" && args != nil)
		require.NotContains(t, label, " ")
	})
}
