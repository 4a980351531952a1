package charset_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"github.com/wirepost/wirepost/mime/charset"
)

func TestCanonical(t *testing.T) {
	for label, want := range map[string]string{
		"iso-8859-1": "ISO-8859-1", "latin1": "ISO-8859-1", "Latin-1": "ISO-8859-1", "ISO_8859-1:1987": "ISO-8859-1",
		"3Diso-8859-1": "ISO-8859-1", "\"iso-8859-1\"": "ISO-8859-1", "iso-8859-15": "ISO-8859-15", "iso8859_9": "ISO-8859-9",
		"us-ascii": "US-ASCII", "ANSI_X3.4-1968": "US-ASCII", "utf_8": "UTF-8", "UTF8": "UTF-8", "utf-8*en": "UTF-8",
		"utf-8; format=flowed": "UTF-8", "utf-8 (really)": "UTF-8", "unicode-1-1-utf-7": "UTF-7", "utf-7": "UTF-7",
		"cp932": "Shift_JIS", "CP 932": "Shift_JIS", "932": "Shift_JIS", "x-sjis": "Shift_JIS", "136": "Big5",
		"x-windows-1252": "windows-1252", "windows1252": "windows-1252", "ks_c_5601-1987": "EUC-KR", "x-gbk": "GBK",
		"x-user-defined": "", "": "", "utf-8\xff": "", "ut\u017f-8": "", strings.Repeat("a", 100): "",
		"tis-620": "TIS-620", "iso-2022-jp-2": "ISO-2022-JP-2", "x-mac-ce": "x-mac-ce", "koi8-r": "KOI8-R", "koi8-t": "KOI8-T",
	} {
		require.Equal(t, want, charset.Canonical(label), label)
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct{ label, in, want string }{
		{"utf-8", "caf\xc3\xa9", "café"},
		{"utf-8", "\xef\xbb\xbfcaf\xc3\xa9", "café"},
		{"utf-8", "a\xffb\xe2\x82", "a\uFFFDb\uFFFD"},
		{"iso-8859-1", "\x80 \xe9", "€ é"},
		{"us-ascii", "\x93\xe9\x94", "“é”"},
		{"iso-8859-2", "\xb1", "ą"},
		{"koi8-r", "\xf0\xd2\xc9", "При"},
		{"cp864", "100%", "100٪"},
		{"viscii", "\x02a\xd5", "Ẳaạ"},
		{"iso-2022-jp", "\x1b$B$3$s\x1b(B!", "こん!"},
		{"iso-2022-jp", "\x1b$B$3$s\r\nplain", "こん\r\nplain"},
		{"iso-2022-jp", "\x1b(J\\~\x1b(I1\x1b(B\\", "¥‾ｱ\\"},
		{"iso-2022-jp-1", "\x1b$(D0!\x1b(B", "丂"},
		{"iso-2022-jp-2", "\x1b$A0!\x1b$(C0!\x1b(B\x1b.A\x1bNi\x1b.F\x1bNa", "啊가éα"},
		{"iso-2022-kr", "\x1b$)CA\x0e0!\x0fB", "A가B"},
		{"iso-2022-cn", "\x1b$)A\x0e0!\x0f!", "啊!"},
		{"iso-2022-cn", "\x1b$)G\x0e0!\x0f!", "\uFFFD!"},
		{"iso-2022-jp", "\x1b$B$\x1b(Ba\x1b$", "\uFFFDa\uFFFD"},
		{"iso-2022-jp", "\x7f\xe9", "\x7f\uFFFD"},
		{"iso-2022-jp", "\x1b[1ma\xe9", "\uFFFD[1ma\uFFFD"},
		{"hz-gb-2312", "~{0!~}~~", "啊~"},
		{"gb2312", "\xb0\xa1\x81\x30\x81\x30", "啊\u0080"},
		{"euc-kr", "\xb0\xa1", "가"},
		{"big5", "\xa4\xa4", "中"},
		{"shift_jis", "\x82\xb1\x5c", "こ\\"},
		{"utf-16", "\xff\xfea\x00", "a"},
		{"utf-16", "\x00a", "a"},
		{"utf-16le", "a\x00\x3d\xd8\x00\xde", "a😀"},
		{"utf-32", "\xff\xfe\x00\x00a\x00\x00\x00", "a"},
		{"utf-32be", "\x00\x01\xf6\x00", "😀"},
		{"utf-16le", "\xff\xfea\x00", "a"},
		{"utf-16le", "\xfe\xff\x00a", "a"},
		{"utf-16be", "\xfe\xff\x00a\xfe\xff", "a\ufeff"},
		{"utf-32le", "\xff\xfe\x00\x00a\x00\x00\x00", "a"},
		{"utf-32be", "\x00\x00\x00a\x00", "a\uFFFD"},
		{"utf-7", "Hi Mom +Jjo-!+-", "Hi Mom ☺!+"},
		{"utf-7", "A+ImIDkQ.", "A≢Α."},
		{"utf-7", "+2D3eAA-x+2D0-y+2D0", "😀x\uFFFDy\uFFFD"},
		{"utf-7", "+3gA-\xe9", "\uFFFD\uFFFD"},
	} {
		got, known := charset.Decode(tt.label, []byte(tt.in))
		require.True(t, known, tt.label)
		require.Equal(t, tt.want, got, "%s %q", tt.label, tt.in)
		r, known := charset.NewReader(tt.label, iotest.OneByteReader(strings.NewReader(tt.in)))
		require.True(t, known, tt.label)
		streamed, err := io.ReadAll(iotest.OneByteReader(r))
		require.NoError(t, err)
		require.Equal(t, tt.want, string(streamed), "%s %q", tt.label, tt.in)
	}
}

func TestUnknownLabel(t *testing.T) {
	long := strings.Repeat("x", 8<<10-1) + "é and more"
	for in, want := range map[string]string{"caf\xe9": "café", "café": "café", "": "", long: long, "\xe9" + long: "é" + long[:8<<10-1] + "Ã© and more", long + long: long + long, strings.Repeat("x", 9000) + "\xe9": strings.Repeat("x", 9000) + "é", "\ufeffé": "é", "x\ufeff": "x\ufeff"} {
		got, known := charset.Decode("x-unknown-one", []byte(in))
		require.False(t, known)
		require.Equal(t, want, got)
		for _, way := range []func(io.Reader) io.Reader{iotest.HalfReader, iotest.OneByteReader, iotest.DataErrReader} {
			r, known := charset.NewReader("x-unknown-one", way(strings.NewReader(in)))
			require.False(t, known)
			streamed, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, want, string(streamed))
		}
	}
}

func TestReadErrorsPassThrough(t *testing.T) {
	for _, label := range []string{"utf-8", "iso-8859-1", "iso-2022-jp", "x-unknown-one"} {
		r, _ := charset.NewReader(label, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))))
		got, err := io.ReadAll(r)
		require.Equal(t, iotest.ErrTimeout, err, label)
		require.Equal(t, "a", string(got))
	}
}

func TestEncode(t *testing.T) {
	for _, tt := range []struct {
		label, in, want string
		whole           bool
	}{
		{"utf-8", "é", "\xc3\xa9", true},
		{"utf-8", "a\xff\uFFFD", "a?\uFFFD", false},
		{"us-ascii", "aé\u0080", "a??", false},
		{"iso-8859-1", "é€", "\xe9?", false},
		{"iso-8859-1", "\u0080\u0081", "??", false},
		{"windows-1252", "é€", "\xe9\x80", true},
		{"tis-620", "ก€", "\xa1?", false},
		{"cp864", "5٪ %", "5% ?", false},
		{"ebcdic-cp-us", "A?é", "\xc1\x6f\x51", true},
		{"ebcdic-cp-us", "€", "\x6f", false},
		{"iso-2022-jp", "こん!\nこ", "\x1b$B$3$s\x1b(B!\n\x1b$B$3\x1b(B", true},
		{"iso-2022-jp", "こ가", "\x1b$B$3\x1b(B?", false},
		{"shift_jis", "こ가\xff", "\x82\xb1??", false},
		{"utf-16le", "a\xff", "a\x00?\x00", false},
		{"utf-7", "aé", "a?", false},
		{"utf-7", "1+1", "1?1", false},
		{"x-unknown-one", "aé", "a?", false},
		{"x-unknown-one", "a", "a", false},
	} {
		got, whole := charset.Encode(tt.label, tt.in)
		require.Equal(t, tt.want, string(got), "%s %q", tt.label, tt.in)
		require.Equal(t, tt.whole, whole, "%s %q", tt.label, tt.in)
	}
}

func TestChoose(t *testing.T) {
	labels := []string{"us-ascii", "iso-8859-1", "iso-8859-15", "iso-2022-jp", "utf-8"}
	for text, want := range map[string]string{
		"abc": "us-ascii", "é": "iso-8859-1", "5 €": "iso-8859-15", "こ": "iso-2022-jp", "가": "utf-8", "\xff": "",
	} {
		require.Equal(t, want, charset.Choose(text, labels...), text)
	}
	require.Empty(t, charset.Choose("x"))
}

func TestDetect(t *testing.T) {
	for in, want := range map[string]string{
		"": "US-ASCII", "abc": "US-ASCII", "+ADw-": "US-ASCII", "é": "UTF-8", "é\xe2\x82": "UTF-8", "caf\xe9 au": "windows-1252",
		"\xef\xbb\xbfa": "UTF-8", "\xff\xfea\x00": "UTF-16", "\xfe\xff": "UTF-16", "\xff\xfe\x00\x00": "UTF-32",
		"\x00\x00\xfe\xff": "UTF-32", "a\x1b$B$3": "ISO-2022-JP", "\x1b$)C": "ISO-2022-KR", "\x1b$)A": "ISO-2022-CN",
		"\x1b$(D0!": "ISO-2022-JP-1", "\x1b$B$3\x1b$A0!": "ISO-2022-JP-2", "\x1b$B\xe9": "windows-1252",
	} {
		require.Equal(t, want, charset.Detect([]byte(in)), "%q", in)
	}
}

// labels has one of each kind.
var labels = []string{
	"us-ascii", "utf-8", "iso-8859-1", "windows-1252", "koi8-t", "viscii", "cp864", "ibm037", "shift_jis", "euc-jp",
	"iso-2022-jp", "iso-2022-jp-2", "iso-2022-kr", "iso-2022-cn", "euc-kr", "gb2312", "gb18030", "hz", "big5",
	"utf-16", "utf-16be", "utf-16le", "utf-32", "utf-32le", "utf-7", "x-unknown-one",
}

// FuzzDecode checks for charsets of all kinds that any octets decode to valid UTF-8, to no more than a few times their
// size, and the same however they are cut (but for unknown labels, which are guessed from more or less).
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x1b$B$3$s\x1b(B!\x1b$)C\x0e0!\x0f\x1bN"))
	f.Add([]byte("Hi +Jjo-!+-+2D3eAA \xff\xfe\x00\x00~{0!~}"))
	f.Add([]byte("\x7f"))
	f.Add([]byte("\xef\xbb\xbf\x82\xb1\x81\x30\x81\x30\xe2\x82"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, label := range labels {
			got, _ := charset.Decode(label, in)
			require.True(t, utf8.ValidString(got), label)
			require.LessOrEqual(t, len(got), 6*len(in)+3, label)
			r, _ := charset.NewReader(label, iotest.OneByteReader(bytes.NewReader(in)))
			streamed, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, got, string(streamed), label)
		}
	})
}

// FuzzEncode checks for charsets of all kinds that what was written whole reads back, and that nothing is whole but what
// does; and that what has no character of the charset is replaced by "?", one for one.
func FuzzEncode(f *testing.F) {
	f.Add("café € こん 가 😀\x1b\x0e\xff~\\")
	f.Add("00\u008100")
	f.Add("Ẳ % ٪ ก ¥ ‾")
	f.Fuzz(func(t *testing.T, in string) {
		if strings.ContainsAny(in, "\uFEFF\x1b\x0e\x0f") {
			return // marks and shifts are no text
		}
		for _, label := range labels {
			octets, whole := charset.Encode(label, in)
			back, known := charset.Decode(label, octets)
			switch label {
			case "shift_jis", "euc-jp", "iso-2022-jp", "hz", "euc-kr", "gb2312", "big5":
				continue // these have a few characters that read back as their twins
			}
			if whole {
				require.Equal(t, in, back, label)
			} else if known {
				require.Equal(t, utf8.RuneCountInString(in), utf8.RuneCountInString(back), "%s %q", label, octets)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	ascii := strings.Repeat("A line of plain English text, as most mail has it.\r\n", 1000)
	german := strings.Repeat("Die Qualit\xe4t der \xdcbersetzung h\xe4ngt davon ab, f\xfcr wen sie ist.\r\n", 1000)
	russian := strings.Repeat("\xf0\xd2\xc9\xd7\xc5\xd4, \xcd\xc9\xd2! \xeb\xc1\xcb \xc4\xc5\xcc\xc1?\r\n", 1000)
	japanese := strings.Repeat("\x1b$B$3$s$K$A$O\x1b(B, world\r\n", 1000)
	for _, bb := range []struct{ name, label, in string }{
		{"ascii", "us-ascii", ascii},
		{"ascii as utf-8", "utf-8", ascii},
		{"german", "iso-8859-1", german},
		{"russian", "koi8-r", russian},
		{"japanese", "iso-2022-jp", japanese},
		{"japanese, own", "iso-2022-jp-2", japanese},
	} {
		in := []byte(bb.in)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				charset.Decode(bb.label, in)
			}
		})
		b.Run(bb.name+"/stream", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				r, _ := charset.NewReader(bb.label, bytes.NewReader(in))
				_, _ = io.Copy(io.Discard, r)
			}
		})
	}
	b.Run("german/x-text", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(german)))
		for b.Loop() {
			_, _, _ = transform.String(charmap.Windows1252.NewDecoder(), german)
		}
	})
}
