package rtf_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

func ExampleText() {
	doc := rtf.Decompress(rtf.Compress(rtf.FromText("Grüße\naus {Köln}")), 0, nil)
	fmt.Printf("%q\n", rtf.Text(doc, nil))
	// Output: "Grüße\r\naus {Köln}"
}

func ExampleHTML() {
	doc := `{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <b>}\htmlrtf \b \htmlrtf0 a {\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0  b{\*\htmltag72 </b>}}`
	fmt.Println(rtf.HTML([]byte(doc), nil))
	// Output: <b>a &lt; b</b>
}

func TestText(t *testing.T) {
	for name, tc := range map[string]struct{ doc, text string }{
		"plain":             {`{\rtf1 hello}`, "hello"},
		"lines":             {"{\\rtf1 a\r\nb\\par c\\line d\\\ne}", "ab\r\nc\r\nd\r\ne"},
		"escapes":           {`{\rtf1 \\\{\}\~\_\-x}`, "\\{}\u00a0\u2011x"},
		"western":           {`{\rtf1\ansi\ansicpg1252 f\'fcr \'80}`, "für €"},
		"cyrillic page":     {`{\rtf1\ansi\ansicpg1251 \'cf\'f0}`, "Пр"},
		"fonts":             {`{\rtf1\ansi\deff0{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\f1\'cf\f0\'cf\plain\'cf}`, "ПÏÏ"},
		"font of a group":   {`{\rtf1{\fonttbl{\f1\fcharset204 B;}}{\f1 \'cf}\'cf}`, "ПÏ"},
		"two octets":        {`{\rtf1\ansi\ansicpg932 \'93\'fa\'96{}\'7b}`, "日\ufffd{"},
		"octet and raw":     {`{\rtf1\ansi\ansicpg932 \'93\'fa\'96{\b0}}`, "日\ufffd"},
		"unicode":           {`{\rtf1 \u8364?\u-10179?\u-8704?x}`, "€😀x"},
		"uc":                {`{\rtf1\uc2 \u8364ab{\uc0 \u8364c}\u8364\'41\'42d}`, "€€c€d"},
		"uc ends at braces": {`{\rtf1\uc9 {\u8364}abc}`, "€abc"},
		"lone surrogates":   {`{\rtf1 \u-10179?x\u-8704?}`, "\ufffdx\ufffd"},
		"two highs":         {`{\rtf1 \u-10179?\u-10179?}`, "\ufffd\ufffd"},
		"no NUL":            {"{\\rtf1 a\x00b\\'00c\\u0?}", "ab\ufffdc\ufffd"},
		"destinations":      {`{\rtf1{\info{\title T}}{\*\unknown x}{\colortbl;\red1;}{\stylesheet{S;}}{\pict 00}t}`, "t"},
		"field":             {`{\rtf1{\field{\*\fldinst HYPERLINK "u"}{\fldrslt link}}}`, "link"},
		"binary":            {`{\rtf1 a\bin5 {}}{}b}`, "ab"},
		"table":             {`{\rtf1\trowd a\cell b\cell\row c}`, "a\tb\t\r\nc"},
		"punctuation":       {`{\rtf1\lquote\rquote\ldblquote\rdblquote\bullet\endash\emdash}`, "‘’“”•–—"},
		"spaces":            {"{\\rtf1 a\\enspace\\emspace\\zwj\\zwnj\\\tb}", "a\u2002\u2003\u200d\u200c\tb"},
		"seen in HTML's":    {`{\rtf1\fromhtml1{\*\htmltag1 <b>}\htmlrtf \b \htmlrtf0 x}`, "x"},
		"cut":               {`{\rtf1 a{b`, "ab"},
		"extra brace":       {`{\rtf1 a}}b`, "ab"},
		"not RTF":           {`hello`, "hello"},
		"star alone":        {`{\rtf1{\*x}\*{y}{\*\~}}`, "xy\u00a0"},
		"empty":             {``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.text, rtf.Text([]byte(tc.doc), nil))
		})
	}
}

func TestCharsets(t *testing.T) {
	for charset, want := range map[int]string{
		0: "é", 1: "é", 77: "È", 161: "ι", 162: "é", 163: "é", 177: "י", 178: "é", 186: "é", 204: "й", 222: "้",
		238: "é", 254: "Θ", 255: "Ú",
	} {
		doc := fmt.Sprintf(`{\rtf1\ansi{\fonttbl{\f5\fcharset%d x;}}\f5\'e9}`, charset)
		require.Equal(t, want, rtf.Text([]byte(doc), nil), charset)
	}
	for charset, want := range map[int]string{129: "가", 130: "가", 134: "啊", 136: "陛"} {
		doc := fmt.Sprintf(`{\rtf1\ansi{\fonttbl{\f5\fcharset%d x;}}\f5\'b0\'a1}`, charset)
		require.Equal(t, want, rtf.Text([]byte(doc), nil), charset)
	}
	for word, want := range map[string]string{
		"mac": "È", "pc": "Θ", "pca": "Ú", "ansi": "é", "ansicpg1251": "й",
	} {
		require.Equal(t, want, rtf.Text([]byte(`{\rtf1{\`+word+`}\`+word+` \'e9}`), nil), word)
	}
}

func TestHTML(t *testing.T) {
	head := `{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss;}{\f1\fcharset204;}}`
	for name, tc := range map[string]struct{ doc, html string }{
		"markup":       {`{\*\htmltag19 <html>}{\*\htmltag64}\htmlrtf\par\htmlrtf0 x{\*\htmltag27 </html>}`, "<html>x</html>"},
		"mhtmltag":     {`{\*\mhtmltag84 <a href=y>}{\*\htmltag84 <a href=x>}`, "<a href=x>"},
		"line in tag":  {`{\*\htmltag241 a\par b\line c\tab d}`, "a\r\nb\r\nc\td"},
		"entities":     {`a\~\lquote b\rquote\endash\_`, "a&nbsp;&lsquo;b&rsquo;&ndash;&shy;"},
		"htmlrtf":      {`{\htmlrtf a{b}c}d\htmlrtf1 e\htmlrtf0 f`, "df"},
		"font in skip": {`\htmlrtf{\f1\htmlrtf0 \'cf\htmlrtf}\htmlrtf0\'cf`, "ПÏ"},
		"tag's page":   {`\f1 \'cf{\*\htmltag84 \'cf}`, "ПÏ"},
		"digit first":  {`{\*\htmltag84 1}`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := []byte(head + tc.doc + "}")
			var defects defect.List
			require.Equal(t, rtf.SourceHTML, rtf.SourceOf(doc))
			require.Equal(t, tc.html, rtf.HTML(doc, &defects))
			require.Zero(t, defects.Len())
		})
	}
	require.Empty(t, rtf.HTML([]byte(`{\rtf1 x}`), nil))
}

func TestSourceOf(t *testing.T) {
	for doc, want := range map[string]rtf.Source{
		`{\rtf1\ansi\fromtext x}`:                      rtf.SourceText,
		`{\rtf1\ansi\fromhtml1 x}`:                     rtf.SourceHTML,
		`{\rtf1\ansi\fromhtml2 x}`:                     rtf.SourceNative,
		`{\rtf1 \fromhtml1 x}`:                         rtf.SourceHTML,
		`{\rtf1 x\fromhtml1 x}`:                        rtf.SourceNative,
		`{\rtf1\a\b\c\d\e\f\g\h\i\fromhtml1 too late}`: rtf.SourceNative,
		``: rtf.SourceNative,
	} {
		require.Equal(t, want, rtf.SourceOf([]byte(doc)), doc)
	}
}

func TestDefects(t *testing.T) {
	for doc, want := range map[string]defect.Kind{
		`hello`:                    rtf.NotRTF,
		`{\rtf1`:                   rtf.UnclosedGroup,
		`{\rtf1}}`:                 rtf.ExtraBrace,
		`{\rtf1 \'xy}`:             rtf.BadEscape,
		`{\rtf1 \'`:                rtf.BadEscape,
		`{\rtf1 \bin99 x}`:         rtf.ShortBinary,
		`{\rtf1 \u-10179?}`:        rtf.LoneSurrogate,
		`{\rtf1\ansicpg4711 \'80}`: rtf.UnknownCharset,
		`{\rtf1\abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz }`:        rtf.LongWord,
		`{\rtf1` + strings.Repeat("{", 2000) + "x" + strings.Repeat("}", 2001): rtf.DeepGroups,
	} {
		var defects defect.List
		rtf.Text([]byte(doc), &defects)
		require.True(t, defects.Has(want), doc)
		rtf.Text([]byte(doc), nil)
	}
}

func TestDeepGroupsCloseAgain(t *testing.T) {
	deep := `{\rtf1 a` + strings.Repeat("{", 100000) + "b" + strings.Repeat("}", 100000) + "c}"
	require.Equal(t, "ac", rtf.Text([]byte(deep), nil))
}

func TestFromText(t *testing.T) {
	s := "a\\b{c}\td\r\ne\nf\rg\r\rh ü € 😀 \x01\x7f"
	doc := rtf.FromText(s)
	for _, c := range doc {
		require.True(t, c == '\r' || c == '\n' || ' ' <= c && c < 0x7f, "%q", doc)
	}
	require.Equal(t, rtf.SourceText, rtf.SourceOf(doc))
	var defects defect.List
	require.Equal(t, "a\\b{c}\td\r\ne\r\nf\r\ng\r\n\r\nh ü € 😀 \x01\x7f", rtf.Text(doc, &defects))
	require.Zero(t, defects.Len())
}

// FuzzRTF: no panic; UTF-8 without NUL, at most three octets for one (and one U+FFFD); HTML only from what says so.
func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\ansicpg932\fromhtml1{\fonttbl{\f1\fcharset128 x;}}{\*\htmltag1 <p>}\htmlrtf a\htmlrtf0 \f1\'93\'fa\u-10179?\bin2 xx}`))
	f.Add([]byte(`{\rtf1\ansicpg1200 ab\'00\uc3\u65?abc\~\_\lquote}`))
	f.Add(rtf.FromText("x\ny"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var defects defect.List
		for _, s := range []string{rtf.Text(b, &defects), rtf.HTML(b, &defects)} {
			require.True(t, utf8.ValidString(s))
			require.NotContains(t, s, "\x00")
			require.LessOrEqual(t, len(s), 3*len(b)+6)
		}
		if rtf.SourceOf(b) != rtf.SourceHTML {
			require.Empty(t, rtf.HTML(b, nil))
		}
	})
}

// FuzzFromText: what FromText writes is read without a defect, and gives the text with its line ends made CRLF.
func FuzzFromText(f *testing.F) {
	f.Add("a\r\nb\rc\nd\\{}\t\x01€😀")
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n", "\x00", "\uFFFD").Replace(s)
		want = string([]rune(want))
		var defects defect.List
		require.Equal(t, want, rtf.Text(rtf.FromText(s), &defects))
		require.Zero(t, defects.Len())
	})
}
