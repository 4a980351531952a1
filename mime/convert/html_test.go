package convert_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/convert"
)

func TestHTML(t *testing.T) {
	for html, want := range map[string]string{
		"<p>Hello <b>big</b>\n world</p><p>Bye":                        "Hello big world\n\nBye\n",
		"a<br>b<BR/>c":                                                 "a\nb\nc\n",
		"x &lt; y &amp;&nbsp;z &euro; &bogus;":                         "x < y & z € &bogus;\n",
		"a<script>if (x<y) {</script>b<style>p</style><!-- c > d -->c": "abc\n",
		"<a href=\"http://a.example/?x&amp;y\">here</a>, <a href='http://b.example/'>http://b.example/</a> <a href='javascript:x'>z</a>": "here <http://a.example/?x&y>, http://b.example/ z\n",
		"<ul><li>one<li><p>two</ul>three":                "* one\n\n* two\n\nthree\n",
		"<pre>a\n  b\n</pre>":                            "a\n  b\n\n",
		"<table><tr><td>a<td>b<tr><td>c</table>":         "a b\nc\n\n",
		"<title>t</title><h1>Head</h1>text<hr>more":      "Head\n\ntext\n----------------------------------------\nmore\n",
		"a <a title=\"x>y\" href=mailto:b@c>b@c</a> 1<2": "a b@c 1<2\n",
		"": "",
	} {
		_, got := run(t, "Content-Type: text/html; charset=utf-8\r\n\r\n"+html, convert.Options{Format: convert.UUEncode, NonMIMECharset: "utf-8"})
		require.Equal(t, crlf("\n"+want), got, html)
	}
}
