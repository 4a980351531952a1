package rvp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestXMLRefuses checks what is not well-formed (RVP-013), what may not be said at all (RVP-112), and limits.
func TestXMLRefuses(t *testing.T) {
	wide := func(n int, one string) string { return "<a>" + strings.Repeat(one, n) + "</a>" }
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for _, c := range [][2]string{
		{"", "there is none"},
		{"  ", "there is none"},
		{"<?xml version='1.0'?>", "there is none"},
		{"text", "outside"},
		{"<a/>text", "outside"},
		{"<![CDATA[x]]><a/>", "outside"},
		{"<a/><b/>", "second root"},
		{"<a>", "ends within"},
		{"<a></b>", "ends nothing"},
		{"</a>", "ends nothing"},
		{"<a></a", "no > at"},
		{"<d:a></r:a>", "ends nothing"},
		{"<r:a xmlns:d='DAV:' xmlns:r='DAV:'></d:a>", "ends nothing"},
		{"<!DOCTYPE a><a/>", "DOCTYPE"},
		{`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, "DOCTYPE"},
		{"<a><!ELEMENT b></a>", "DOCTYPE"},
		{"<a>&x;</a>", "reference"},
		{"<a>a & b</a>", "reference"},
		{"<a>&</a>", "reference"},
		{"<a>&;</a>", "reference"},
		{"<a>&#0;</a>", "reference"},
		{"<a>&#xd800;</a>", "reference"},
		{"<a>&#x110000;</a>", "reference"},
		{"<a>&#-1;</a>", "reference"},
		{"<a>&#X41;</a>", "reference"},
		{"<a>&#0000000000000000000065;</a>", "reference"},
		{"<a b='&x;'/>", "reference"},
		{"<a>]]></a>", "]]>"},
		{"<a>\x00</a>", "control"},
		{"<a><![CDATA[\x00]]></a>", "control"},
		{"<a>\x1b</a>", "control"},
		{"<a>\uffff</a>", "control"},
		{"<a>\xff</a>", "UTF-8"},
		{"<a b='\xff'/>", "UTF-8"},
		{"<a b/>", "no value"},
		{"<a b=c/>", "not quoted"},
		{"<a b=", "not quoted"},
		{"<a b='c/>", "no ' at"},
		{"<a b='<'/>", "< in"},
		{"<a b='1'c='2'/>", "not ended"},
		{"<a b='1' b='2'/>", "two attributes"},
		{"<a xmlns:q='u' xmlns:s='u' q:b='1' s:b='2'/>", "two attributes"},
		{"<a xmlns:q='u' xmlns:q='v'/>", "two attributes"},
		{"<a", "not ended"},
		{"<a /", "no name"},
		{"<", "no name"},
		{"<1/>", "no name"},
		{"<:a/>", "no name"},
		{"<a:/>", "no name"},
		{"<a:b:c/>", "no name"},
		{"<\u00e4/>", "no name"},
		{"<q:a/>", "not declared"},
		{"<a q:b=''/>", "not declared"},
		{"<b><a xmlns:q='u'/><q:c/></b>", "not declared"},
		{"<a xmlns:q=''/>", "stands for nothing"},
		{"<a xmlns:xml='u'/>", "reserved"},
		{"<a xmlns:xmlns='u'/>", "reserved"},
		{"<a><!-- ", "no --> at"},
		{"<a><![CDATA[ ]>", "no ]]> at"},
		{"<?xml ", "no ?> at"},
		{"<?xml version='1.0' encoding='utf-16'?><a/>", "write UTF-8"},
		{"<?xml version='1.0' encoding=?><a/>", "write UTF-8"},
		{"<" + strings.Repeat("a", maxName+1) + "/>", "no name"},
		{"<a xmlns='" + strings.Repeat("a", maxName+1) + "'/>", "namespace longer"},
		{strings.Repeat("<a>", maxDepth+1), "deeper"},
		{wide(maxNodes, "<b/>"), "more than"},
		{wide(maxNodes, "<![CDATA[x]]>"), "more than"},
		{"<a" + many(maxAttributes+1, " a%d=''") + "/>", "attributes"},
		{"<a" + many(2*maxAttributes+1, " xmlns:a%d='u'") + "/>", "attributes"},
		{"<a" + many(60, " xmlns:a%d='u'") + "><b xmlns:x='u'/></a>", "prefixes"},
		{"<a xmlns:q='u'" + many(maxForeign+1, " q:a%d=''") + "/>", "with prefixes"},
		{strings.Repeat(" ", maxDocument+1), "longer"},
	} {
		_, err := parseXML(c[0], maxNodes)
		require.ErrorIs(t, err, errXML, "%.100q", c[0])
		require.ErrorContains(t, err, c[1], "%.100q", c[0])
		require.False(t, strings.ContainsAny(err.Error(), "\r\n\x00"), "safe to log")
	}
}

// TestXMLAccepts checks what is read without complaint: any prefixes, default namespaces and nested
// declarations (RVP-108), and the liberties of old clients (facts, 9).
func TestXMLAccepts(t *testing.T) {
	for _, doc := range []string{
		"<r:a><d:b>x</d:b></r:a>", // letters that are not declared
		"\ufeff<?xml version='1.0' encoding=\"utf-8\" standalone='yes'?>\r\n<q:a xmlns:q='http://schemas.microsoft.com/rvp/'><b xmlns='DAV:'>x</b></q:a>\r\n",
		"\n<?xml version=\"1.0\" encoding='US-ASCII'?><a xmlns='http://schemas.microsoft.com/rvp/'><b xmlns='DAV:'>x</b ></a >",
		"<!-- x --><r:a xmlns:q='urn:y'><q:b xmlns:q='DAV:'><?y?>x</q:b><!-- <c> --></r:a><!-- --><?z?>",
		"<r:a\txmlns:d\n=\r'DAV:' foo=\"'\" ><d:b\n>&#x78;</d:b\n></r:a>",
		"<A:a xmlns:A=\"http://schemas.microsoft.com/rvp\" xmlns:D='dav:'><D:b><![CDATA[x]]></D:b></A:a>",
	} {
		e, err := parseXML(doc, 8)
		require.NoError(t, err, doc)
		require.Equal(t, spaceRVP, e.node().name.Space, doc)
		require.Equal(t, "<d:b>x</d:b>", e.inner(), doc)
		b, ok := e.only()
		require.True(t, ok, doc)
		require.Equal(t, "x", b.text(), doc)
	}
	deep, err := parseXML(strings.Repeat("<a>", maxDepth)+strings.Repeat("</a>", maxDepth), maxNodes)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("<a>", maxDepth-2)+"<a/>"+strings.Repeat("</a>", maxDepth-2), deep.inner())
}

// TestXMLAmplification checks that declaring namespaces anew does not make a document much longer.
func TestXMLAmplification(t *testing.T) {
	space := strings.Repeat("&quot;", maxName)
	doc := "<d:propertyupdate xmlns:q='" + space + "'><d:set><d:prop><r:p>" + strings.Repeat("<q:a/>", maxNodes-4) +
		"</r:p></d:prop></d:set></d:propertyupdate>"
	changes, err := parsePropertyUpdate([]byte(doc))
	require.NoError(t, err)
	require.Less(t, len(changes[0].Lease.Value), maxDocument)
}

// FuzzXML checks that reading what inner has written gives the same again, that it holds no character that XML cannot,
// that the names in it are those that encoding/xml finds, and that no text outgrows its document by more than escaping
// and declarations do.
func FuzzXML(f *testing.F) {
	for _, s := range []string{
		"<a>x</a>", "<r:a xmlns:q='urn:q'><q:b q:c='1' d='&#13;'>t<![CDATA[<]]>&amp; </q:b><e/></r:a>",
		"<a xmlns='urn:x'><b xmlns=''/> <c/>&#32;<d>\r\n</d></a>", "<?xml version='1.0'?><!-- --><a>]]&gt;</a>",
		"<a><b xml:lang='e'> x <c/> y </b></a>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := parseXML(s, maxNodes/2)
		if err != nil {
			require.ErrorIs(t, err, errXML)
			return
		}
		inner := e.inner()
		require.LessOrEqual(t, len(inner), len(s)*(8*maxName))
		require.NoError(t, checkText(strings.ReplaceAll(inner, "&", "")))
		doc := "<r:p xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/' xmlns:a='http://schemas.microsoft.com/rvp/acl/'>" + inner + "</r:p>"
		again, err := parseXML(doc, maxNodes)
		require.NoError(t, err, doc)
		require.Equal(t, inner, again.inner())
		require.Equal(t, stdNames(t, doc), ownNames(again))
	})
}
