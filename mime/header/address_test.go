package header_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

func box(name, local, domain string) header.Address {
	return header.Address{Name: name, Local: local, Domain: domain}
}

func group(name string, members ...header.Address) []header.Address {
	list := append([]header.Address{{Name: name, Mark: header.GroupStart}}, members...)
	return append(list, header.Address{Mark: header.GroupEnd})
}

func boxes(list ...header.Address) []header.Address { return list }

// Without a defect: RFC 5322, appendix A.1 to A.5; RFC 2047, 8; RFC 6532.
var cleanLists = []struct {
	value string
	want  []header.Address
}{
	{"John Doe <jdoe@machine.example>", boxes(box("John Doe", "jdoe", "machine.example"))},
	{`"Joe Q. Public" <john.q.public@example.com>`, boxes(box("Joe Q. Public", "john.q.public", "example.com"))},
	{
		"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
		boxes(box("Mary Smith", "mary", "x.test"), box("", "jdoe", "example.org"), box("Who?", "one", "y.test")),
	},
	{
		`<boss@nil.test>, "Giant; \"Big\" Box" <sysservices@example.net>`,
		boxes(box("", "boss", "nil.test"), box(`Giant; "Big" Box`, "sysservices", "example.net")),
	},
	{
		"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
		group("A Group", box("Ed Jones", "c", "a.test"), box("", "joe", "where.test"), box("John", "jdoe", "one.test")),
	},
	{"Undisclosed recipients:;", group("Undisclosed recipients")},
	{"a:b@c;, d:;,e@f", append(append(group("a", box("", "b", "c")), group("d")...), box("", "e", "f"))},
	{`"Mary Smith: Personal Account" <smith@home.example>`, boxes(box("Mary Smith: Personal Account", "smith", "home.example"))},
	{`Pete(A nice \) chap) <pete(his account)@silly.test(his host)>`, boxes(box("Pete", "pete", "silly.test"))},
	{
		"A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
		group("A Group", box("Chris Jones", "c", "public.example"), box("", "joe", "example.org"), box("John", "jdoe", "one.test")),
	},
	{"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", group("Hidden recipients")},
	{"Mary Smith\r\n  \r\n          <mary@example.net>", boxes(box("Mary Smith", "mary", "example.net"))},
	{"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", boxes(box("Keith Moore", "moore", "cs.utk.edu"))},
	{"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>", boxes(box("Keld Jørn Simonsen", "keld", "dkuug.dk"))},
	{"=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>", boxes(box("André Pirard", "PIRARD", "vm1.ulg.ac.be"))},
	{
		"Nathaniel Borenstein <nsb@thumper.bellcore.com>\r\n (=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=)",
		boxes(box("Nathaniel Borenstein", "nsb", "thumper.bellcore.com")),
	},
	{"nsb@thumper.bellcore.com\r\n (=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=)", boxes(box("םולש ןב ילטפנ", "nsb", "thumper.bellcore.com"))},
	{"=?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>", boxes(box("Keith Moore", "moore", "cs.utk.edu"))},
	{"jdoe@one.test (John (the) Doe)", boxes(box("John (the) Doe", "jdoe", "one.test"))},
	{"<jdoe@one.test> (John Doe)", boxes(box("John Doe", "jdoe", "one.test"))},
	{`"very odd"@example.org`, boxes(box("", "very odd", "example.org"))},
	{`"a\"b\\c"@example.org`, boxes(box("", `a"b\c`, "example.org"))},
	{`X <"a b"@example.org>`, boxes(box("X", "a b", "example.org"))},
	{"postmaster@[192.0.2.1], x@[IPv6:2001:db8::1]", boxes(box("", "postmaster", "[192.0.2.1]"), box("", "x", "[IPv6:2001:db8::1]"))},
	{"Jörg <jörg@bücher.example>", boxes(box("Jörg", "jörg", "bücher.example"))},
	{"用户@例え.テスト", boxes(box("", "用户", "例え.テスト"))},
	{"<>", boxes(header.Address{})},
	{" ", nil},
	{"", nil},
	{" jdoe@example.org\t", boxes(box("", "jdoe", "example.org"))},
	{`"Last, First" <a@b.example>, c@d.example`, boxes(box("Last, First", "a", "b.example"), box("", "c", "d.example"))},
	{`"" <a@b.example>`, boxes(box("", "a", "b.example"))},
	{`" spaced  out " <a@b.example>`, boxes(box(" spaced  out ", "a", "b.example"))},
	{`John "the Man" Doe <a@b>`, boxes(box("John the Man Doe", "a", "b"))},
}

func TestParseAddresses(t *testing.T) {
	for _, c := range cleanLists {
		var found defect.List
		require.Equal(t, c.want, header.ParseAddresses(c.value, &found), "%q", c.value)
		for d := range found.All() {
			t.Errorf("%q: %v", c.value, d)
		}
	}
}

// With the defect that must be found.
var brokenLists = []struct {
	value string
	kind  defect.Kind
	want  []header.Address
}{
	// RFC 5322, appendix A.6.
	{"Joe Q. Public <john.q.public@example.com>", "", boxes(box("Joe Q. Public", "john.q.public", "example.com"))},
	{"Mary Smith <@node.test:mary@example.net>", header.SourceRoute, boxes(header.Address{Name: "Mary Smith", Local: "mary", Domain: "example.net", Route: "@node.test"})},
	{"<@a.test, @b.test :mary@example.net>", header.SourceRoute, boxes(header.Address{Local: "mary", Domain: "example.net", Route: "@a.test,@b.test"})},
	{"a@b, , c@d", header.EmptyElement, boxes(box("", "a", "b"), box("", "c", "d"))},
	{", a@b,", header.EmptyElement, boxes(box("", "a", "b"))},
	{"jdoe@test  . example", header.ObsoleteAddress, boxes(box("", "jdoe", "test.example"))},
	{"John Doe <jdoe@machine(comment).  example>", header.ObsoleteAddress, boxes(box("John Doe", "jdoe", "machine.example"))},
	{"john . doe @ example.org", header.ObsoleteAddress, boxes(box("", "john.doe", "example.org"))},
	// Names.
	{`"=?utf-8?q?J=C3=B6rg?=" <j@b.example>`, header.WordInQuotes, boxes(box("Jörg", "j", "b.example"))},
	{"joe@example.com <joe@example.com>", header.UnquotedPhrase, boxes(box("joe@example.com", "joe", "example.com"))},
	{"J\xf6rg <j@b.example>", header.Raw8Bit, boxes(box("Jörg", "j", "b.example"))},
	{"=?x-none?q?J=C3=B6rg?= <j@b.example>", header.UnknownCharset, boxes(box("Jörg", "j", "b.example"))},
	// Quotes and comments that do not close.
	{`"Joe Smith <joe@x.example>, a@b`, header.UnclosedQuote, boxes(box("Joe Smith", "joe", "x.example"), box("", "a", "b"))},
	{"joe@x.example (Joe Smith", header.UnclosedComment, boxes(box("Joe Smith", "joe", "x.example"))},
	{"Joe <joe@x.example", header.UnclosedAngle, boxes(box("Joe", "joe", "x.example"))},
	{"Joe <joe@x.example, a@b", header.UnclosedAngle, boxes(box("Joe", "joe", "x.example"), box("", "a", "b"))},
	{"joe@x.example>", header.StrayOctet, boxes(box("", "joe", "x.example"))},
	{"Joe Smith joe@x.example>", header.MissingAngle, boxes(box("Joe Smith", "joe", "x.example"))},
	{"<<joe@x.example>>", header.StrayOctet, boxes(box("", "joe", "x.example"))},
	{"Joe <joe@[192.0.2.1>", header.BadAddress, nil},
	// No address.
	{"Joe Smith", header.NoAddress, boxes(box("Joe Smith", "", ""))},
	{`"Joe"`, header.NoAddress, boxes(box("Joe", "", ""))},
	{"=?utf-8?q?J=C3=B6rg?=", header.NoAddress, boxes(box("Jörg", "", ""))},
	{"root", header.NoDomain, boxes(box("", "root", ""))},
	{"root (Charlie Root)", header.NoDomain, boxes(box("Charlie Root", "root", ""))},
	{"Joe <root>", header.NoDomain, boxes(box("Joe", "root", ""))},
	{"Joe <>", header.BadAddress, boxes(box("Joe", "", ""))},
	{"@example.org", header.BadAddress, boxes(box("", "", "example.org"))},
	{"joe@", header.BadAddress, boxes(box("", "joe", ""))},
	{"a@b@c.example", header.BadAddress, boxes(box("", "a@b", "c.example"))},
	{"mailto:joe@x.example", header.AddressIsAURL, boxes(box("", "joe", "x.example"))},
	{"<mailto:joe@x.example>", header.AddressIsAURL, boxes(box("", "joe", "x.example"))},
	// Lists.
	{"a@b c@d", header.MissingComma, boxes(box("", "a", "b"), box("", "c", "d"))},
	{"<a@b> <c@d>", header.MissingComma, boxes(box("", "a", "b"), box("", "c", "d"))},
	{"A <a@b> C <c@d>", header.MissingComma, boxes(box("A", "a", "b"), box("C", "c", "d"))},
	{"A <a@b> c@d, e@f", header.MissingComma, boxes(box("A", "a", "b"), box("", "c", "d"), box("", "e", "f"))},
	{"A <a@b C <c@d>", header.UnclosedAngle, boxes(box("A", "a", "b"), box("", "c", "d"))},
	{"A <a@b> junk", header.StrayOctet, boxes(box("A", "a", "b"))},
	{"a@b; c@d;", header.SemicolonAsComma, boxes(box("", "a", "b"), box("", "c", "d"))},
	{"joe@x.example Joe Smith", header.StrayOctet, boxes(box("Joe Smith", "joe", "x.example"))},
	{"joe@x.example:25", header.StrayOctet, boxes(box("", "joe", "x.example"))},
	{"g: a@b", header.UnclosedGroup, group("g", box("", "a", "b"))},
	{"(nobody), a@b", header.EmptyElement, boxes(box("", "a", "b"))},
	{"a@b\x00, c@d", "", boxes(box("", "a", "b"), box("", "c", "d"))},
	{"\"a\\\rb\"@x.example", header.Controls, boxes(box("", "a b", "x.example"))},
}

func TestParseAddressesBroken(t *testing.T) {
	for _, c := range brokenLists {
		var found defect.List
		got := header.ParseAddresses(c.value, &found)
		if c.want != nil {
			require.Equal(t, c.want, got, "%q", c.value)
		}
		if c.kind != "" {
			require.True(t, found.Has(c.kind), "%q: %v", c.value, found)
		}
	}
}

func TestParseAddressesNestedGroups(t *testing.T) {
	var found defect.List
	got := header.ParseAddresses("a:b:c:d:x@y;;;;z@w", &found)
	start := func(name string) header.Address { return header.Address{Name: name, Mark: header.GroupStart} }
	end := header.Address{Mark: header.GroupEnd}
	require.Equal(t, boxes(start("a"), start("b"), start("c"), box("", "x", "y"), end, end, end, box("", "z", "w")), got)
	require.True(t, found.Has(header.NestedGroup))
	require.True(t, found.Has(header.GroupDepth))
	require.Len(t, header.ParseAddresses(strings.Repeat("a:", 100_000), &found), 6)
}

func TestParseAddressesLimit(t *testing.T) {
	var found defect.List
	got := header.ParseAddresses("g:"+strings.Repeat("a@b,", 200_000), &found)
	require.Len(t, got, header.MaxAddresses+1)
	require.True(t, found.Has(header.TooManyAddresses))
	require.Equal(t, header.GroupEnd, got[len(got)-1].Mark)
	require.LessOrEqual(t, len(header.ParseAddresses(strings.Repeat("a@b ", 200_000), nil)), header.MaxAddresses)
}

func TestParseRawAddresses(t *testing.T) {
	got := header.ParseRawAddresses(`=?utf-8?q?J=C3=B6rg?= "A. B" <j@b.example>`, nil)
	require.Equal(t, boxes(box("=?utf-8?q?J=C3=B6rg?= A. B", "j", "b.example")), got)
}

func TestFormatAddresses(t *testing.T) {
	list := append(group("A, B", box("Jörg", "j", "b.example"), box("", "odd one", "c.example")), box(`Joe "Q." Public`, "joe", "x.example"), box("", "x", "[192.0.2.1]"))
	got, err := header.FormatAddresses(list, header.ASCII)
	require.NoError(t, err)
	require.Equal(t, `"A, B": =?utf-8?b?SsO2cmc=?= <j@b.example>, "odd one"@c.example;, "Joe \"Q.\" Public" <joe@x.example>, x@[192.0.2.1]`, got)
	got, err = header.FormatAddresses(list, header.UTF8)
	require.NoError(t, err)
	require.Contains(t, got, "Jörg <j@b.example>")
	got, err = header.FormatAddresses(append(group("Undisclosed recipients"), box("", "a", "b")), header.ASCII)
	require.NoError(t, err)
	require.Equal(t, "Undisclosed recipients:;, a@b", got)

	end, start := header.Address{Mark: header.GroupEnd}, header.Address{Name: "g", Mark: header.GroupStart}
	quotes := box(strings.Repeat(`"`, 800), strings.Repeat(`"`, 400), "b.example")
	got, err = header.FormatAddresses(boxes(quotes), header.UTF8)
	require.NoError(t, err)
	_, err = header.Fold("To", got)
	require.NoError(t, err, "what is quoted does not fit a line")
	require.Equal(t, boxes(quotes), header.ParseAddresses(got, nil))

	for _, bad := range [][]header.Address{
		{end},
		{start},
		{start, start, end, end},
		group(""),
		{box("x", "", "")},
		{box("", "a", "")},
		{box("", "a", "b c")},
		{box("", "a", "b>")},
		{box("", "a", "[b")},
		{box("", "jörg", "b")},
		{box("", "a\n", "b")},
		{box("a\r\nBcc: x", "a", "b")},
		{box("\xff", "a", "b")},
		{box("", "\xff", "b")},
		{box("", strings.Repeat("a", 1000), "b")},
		{box("", strings.Repeat(`"`, 800), "b")},
		{box(strings.Repeat("a", header.MaxText+1), "a", "b")},
	} {
		got, err := header.FormatAddresses(bad, header.ASCII)
		require.Error(t, err, "%q", got)
	}
}

func TestAddressString(t *testing.T) {
	for want, a := range map[string]header.Address{
		"a@b":                  box("", "a", "b"),
		"Jörg <a@b>":           box("Jörg", "a", "b"),
		`"J. R." <"a b"@c>`:    box("J. R.", "a b", "c"),
		"root":                 box("", "root", ""),
		"Joe":                  box("Joe", "", ""),
		"g:":                   {Name: "g", Mark: header.GroupStart},
		";":                    {Mark: header.GroupEnd},
		`"a  Bcc: x" <"b "@c>`: box("a\r\nBcc: x", "b\n", "c"),
	} {
		require.Equal(t, want, a.String())
	}
}
