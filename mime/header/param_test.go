package header_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

func params(pairs ...string) header.Params {
	var p header.Params
	for i := 0; i < len(pairs); i += 2 {
		p = append(p, header.Param{Name: pairs[i], Value: pairs[i+1]})
	}
	return p
}

func TestParseParams(t *testing.T) {
	for _, c := range []struct {
		field, value string
		params       header.Params
		kind         defect.Kind
	}{
		// RFC 2045, 5.1.
		{"text/plain; charset=us-ascii (Plain text)", "text/plain", params("charset", "us-ascii"), ""},
		{`text/plain; charset="us-ascii"`, "text/plain", params("charset", "us-ascii"), ""},
		{"Text/Plain;\r\n\tCharset=US-ASCII", "text/plain", params("charset", "US-ASCII"), ""},
		{"text / plain (x) ; charset = utf-8", "text/plain", params("charset", "utf-8"), ""},
		{"attachment", "attachment", nil, ""},
		{"", "", nil, ""},
		{"(only a comment)", "", nil, ""},
		{"text/plain;", "text/plain", nil, ""},
		{`multipart/mixed; boundary="=?utf-8?q?x?="`, "multipart/mixed", params("boundary", "=?utf-8?q?x?="), header.EncodedValue},
		{`x/y; a="q\"\\"; b=""`, "x/y", params("a", `q"\`, "b", ""), ""},
		{`x/y; a="fold` + "\r\n" + ` ed"`, "x/y", params("a", "fold ed"), ""},
		{`attachment; filename="Grüße.txt"`, "attachment", params("filename", "Grüße.txt"), ""},
		// RFC 2231, 3 and 4.
		{"message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"", "message/external-body", params("access-type", "URL", "url", "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"), ""},
		{"application/x-stuff;\r\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "application/x-stuff", header.Params{{Name: "title", Value: "This is ***fun***", Language: "en-us"}}, ""},
		{"application/x-stuff\r\n title*0*=us-ascii'en'This%20is%20even%20more%20\r\n title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n title*2=\"isn't it!\"", "application/x-stuff", header.Params{{Name: "title", Value: "This is even more ***fun*** isn't it!", Language: "en"}}, header.MissingSemicolon},
		{"a; t*1*=b; t*0*=utf-8''%C3; t*2=c", "a", params("t", "\ufffdbc"), header.UnknownCharset},
		{"a; t*1*=%A4b; t*0*=utf-8''%C3; t*2=c%20", "a", params("t", "äbc%20"), ""},
		{"a; filename=plain.txt; filename*=utf-8''%C3%A4.txt", "a", params("filename", "ä.txt"), ""},
		{"a; filename*0=x; filename*=utf-8''%C3%A4.txt; filename=y", "a", params("filename", "ä.txt"), ""},
		{"a; t*=noquotes%20", "a", params("t", "noquotes "), header.BadExtended},
		{"a; t*=utf-8''%zz%4", "a", params("t", "%zz%4"), header.BadPercent},
		{"a; t*0=x; t*2=z", "a", params("t", "xz"), header.MissingSection},
		{"a; t*0=x; t*0=z", "a", params("t", "x"), header.MissingSection},
		{"a; t*00=x", "a", params("t", "x"), header.MissingSection},
		{"a; t*=utf-8''a%0D%0Ab%00", "a", params("t", "a  b "), header.Controls},
		{"a; t*=x-none''%C3%A4", "a", params("t", "ä"), header.UnknownCharset},
		{"a; t*x=1", "a", params("t*x", "1"), ""},
		// What programs write.
		{"attachment; filename=my own file.txt; size=3", "attachment", params("filename", "my own file.txt", "size", "3"), header.UnquotedValue},
		{"attachment; filename=photo(1).jpg", "attachment", params("filename", "photo(1).jpg"), header.UnquotedValue},
		{"attachment; filename=(1.jpg", "attachment", params("filename", "(1.jpg"), header.UnclosedComment},
		{"text/plain charset=utf-8", "text/plain", params("charset", "utf-8"), header.MissingSemicolon},
		{`text/plain; name="a" charset=utf-8`, "text/plain", params("name", "a", "charset", "utf-8"), header.MissingSemicolon},
		{"text/plain; name=a b charset=utf-8", "text/plain", params("name", "a b", "charset", "utf-8"), header.UnquotedValue},
		{"text/plain; charset=utf-8; charset=latin1", "text/plain", params("charset", "utf-8"), header.DuplicateParameter},
		{"text/plain; charset=utf-8; ; x", "text/plain", params("charset", "utf-8"), header.EmptyParameter},
		{"text/plain; =x; charset=", "text/plain", params("charset", ""), header.EmptyParameter},
		{"charset=utf-8", "", params("charset", "utf-8"), header.EmptyParameter},
		{`"text/plain"; a=b`, "text/plain", params("a", "b"), header.QuotedValue},
		{"text/plain junk; a=b", "text/plain", params("a", "b"), header.StrayText},
		{`a; filename="C:\temp\x.txt"`, "a", params("filename", `C:\temp\x.txt`), ""},
		{`a; filename="open; size=3`, "a", params("filename", "open", "size", "3"), header.UnclosedQuote},
		{`a; filename="=?utf-8?q?=C3=A4.txt?="`, "a", params("filename", "ä.txt"), header.EncodedValue},
		{"a; filename==?utf-8?q?=C3=A4.txt?=", "a", params("filename", "ä.txt"), header.EncodedValue},
		{"a; filename=\"\xe4.txt\"", "a", params("filename", "ä.txt"), header.Raw8Bit},
		{`a; filename="a"b"; x=y`, "a", params("filename", "a", "x", "y"), header.MissingSemicolon},
		{"a; \xff=1; ÿ=2", "a", params("ÿ", "1"), header.DuplicateParameter},
		{"a; X=1; x=2", "a", params("x", "1"), header.DuplicateParameter},
		{"a; X*=utf-8''1; x*=utf-8''2", "a", params("x", "1"), header.DuplicateParameter},
		{"multipart/mixed; boundary=x; boundary*=utf-8''y", "multipart/mixed", params("boundary", "y"), header.DuplicateParameter},
		{"multipart/mixed; boundary*0=y; boundary=x", "multipart/mixed", params("boundary", "y"), header.DuplicateParameter},
		{"text/html; charset=x/y", "text/html", params("charset", "x/y"), header.UnquotedValue},
	} {
		var found defect.List
		value, got := header.ParseParams(c.field, &found)
		require.Equal(t, c.value, value, "%q", c.field)
		require.Equal(t, c.params, got, "%q", c.field)
		if c.kind == "" {
			require.Zero(t, found.Len(), "%q: %v", c.field, found)
		} else {
			require.True(t, found.Has(c.kind), "%q: %v", c.field, found)
		}
	}
}

func TestParseParamsLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString("a/b")
	var found defect.List
	_, got := header.ParseParams("a/b; name="+strings.Repeat("a", 100_000), &found)
	require.Len(t, got, 1)
	require.Len(t, got[0].Value, header.MaxText)
	require.True(t, found.Has(header.TooLong))

	for i := range 100_000 {
		b.WriteString("; name*" + strconv.Itoa(i) + "=" + strings.Repeat("a", i%1000/10))
	}
	found = defect.List{}
	_, got = header.ParseParams(b.String(), &found)
	require.Len(t, got, 1)
	require.Equal(t, strings.Repeat("a", 49_500+18), got[0].Value) // of the first 1,024
	require.True(t, found.Has(header.TooLong))

	b.Reset()
	for i := range 100_000 {
		b.WriteString("; n" + strconv.Itoa(i) + "=abc")
	}
	found = defect.List{}
	_, got = header.ParseParams(b.String(), &found)
	require.Len(t, got, header.MaxParams)
	require.True(t, found.Has(header.TooManyParams))
}

func TestParamsGet(t *testing.T) {
	p := params("charset", "utf-8", "name", "x")
	require.Equal(t, "x", p.Get("NAME"))
	require.Empty(t, p.Get("nam"))
	require.Empty(t, header.Params(nil).Get("name"))
}

func TestFormatParams(t *testing.T) {
	long := strings.Repeat("größe", 60)
	for _, c := range []struct {
		value  string
		params header.Params
		mode   header.Mode
		want   string
	}{
		{"Text/Plain", params("Charset", "utf-8"), header.ASCII, "text/plain; charset=utf-8"},
		{"attachment", params("filename", `my "file".txt`), header.ASCII, `attachment; filename="my \"file\".txt"`},
		{"attachment", params("filename", "ä.txt"), header.ASCII, `attachment; filename="=?utf-8?b?w6QudHh0?="; filename*=utf-8''%C3%A4.txt`},
		{"attachment", params("filename", "ä.txt"), header.UTF8, `attachment; filename="ä.txt"`},
		{"a/b", header.Params{{Name: "title", Value: "a b", Language: "en"}}, header.ASCII, "a/b; title*=utf-8'en'a%20b"},
		{"a/b", params("boundary", "=?x?="), header.ASCII, `a/b; boundary="=?x?="`},
		{"a/b", params("x", ""), header.ASCII, `a/b; x=""`},
	} {
		got, err := header.FormatParams(c.value, c.params, c.mode)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	got, err := header.FormatParams("attachment", params("filename", long), header.ASCII)
	require.NoError(t, err)
	require.Contains(t, got, "; filename*1*=")
	field, err := header.Fold("Content-Disposition", got)
	require.NoError(t, err)
	for line := range strings.Lines(string(field)) {
		require.LessOrEqual(t, len(line), 80)
	}
	_, back := header.ParseParams(got, nil)
	require.Equal(t, long, back.Get("filename"))

	quotes := params("filename", strings.Repeat(`"`, 499))
	got, err = header.FormatParams("attachment", quotes, header.ASCII)
	require.NoError(t, err)
	_, err = header.Fold("Content-Disposition", got)
	require.NoError(t, err, "what is quoted does not fit a line")
	_, back = header.ParseParams(got, nil)
	require.Equal(t, quotes, back)

	for _, bad := range []struct {
		value  string
		params header.Params
	}{
		{"", nil},
		{"a/", nil},
		{"a/b/c", nil},
		{"a b", nil},
		{"a/b", params("", "x")},
		{"a/b", params("x*", "x")},
		{"a/b", params("x y", "x")},
		{"a/b", params("x", "1", "X", "2")},
		{"a/b", params("x", "a\r\nb")},
		{"a/b", params("x", "\xff")},
		{"a/b", header.Params{{Name: "x", Language: "e'n"}}},
		{"a/b", make(header.Params, header.MaxParams+1)},
	} {
		_, err := header.FormatParams(bad.value, bad.params, header.ASCII)
		require.Error(t, err, "%v", bad)
	}
}
