package codepage_test

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/tnef/internal/codepage"
)

func ExampleDecode() {
	s, known := codepage.Decode(1251, []byte("\xcf\xf0\xe8\xe2\xe5\xf2"))
	fmt.Println(s, known)
	// Output: Привет true
}

func TestBothWays(t *testing.T) {
	for page, tc := range map[int]struct{ octets, text string }{
		1252:  {"\x80 f\xfcr", "€ für"},
		1251:  {"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
		437:   {"\x81ber", "über"},
		850:   {"\x84rger", "ärger"},
		866:   {"\x8f\xe0\xa8", "При"},
		932:   {"\x93\xfa\x96\x7b", "日本"},
		936:   {"\xd6\xd0\xb9\xfa", "中国"},
		949:   {"\xc7\xd1\xb1\xdb", "한글"},
		950:   {"\xa4\xa4\xb0\xea", "中國"},
		1200:  {"A\x00\xac\x20", "A€"},
		28592: {"\xb9", "š"},
		28605: {"\xa4", "€"},
		50220: {"\x1b$BF|K\\\x1b(B", "日本"},
		65001: {"für", "für"},
	} {
		got, known := codepage.Decode(page, []byte(tc.octets))
		require.True(t, known, page)
		require.Equal(t, tc.text, got, page)
		back, exact := codepage.Encode(page, tc.text)
		require.True(t, exact, page)
		require.Equal(t, tc.octets, string(back), page)
	}
}

func TestEveryPageHasASCII(t *testing.T) {
	pages := []int{
		437, 850, 852, 855, 858, 860, 862, 863, 865, 866, 874, 932, 936, 949, 950, 1361, 10000, 10007, 20127, 20866,
		20932, 21866, 38598, 50220, 50221, 50222, 51932, 51949, 52936, 54936, 65001,
	}
	for page := 1250; page <= 1258; page++ {
		pages = append(pages, page)
	}
	for page := 28591; page <= 28606; page++ {
		if page != 28601 && page != 28602 { // ISO 8859-11 and -12 have no code page
			pages = append(pages, page)
		}
	}
	for _, page := range pages {
		got, known := codepage.Decode(page, []byte("Hello, 123\r\n"))
		require.True(t, known, page)
		require.Equal(t, "Hello, 123\r\n", got)
		b, exact := codepage.Encode(page, "Hello, 123\r\n")
		require.True(t, exact, page)
		require.Equal(t, "Hello, 123\r\n", string(b))
	}
	for _, page := range []int{0, 1249, 1259, 28590, 28601, 28602, 28607} {
		_, known := codepage.Decode(page, nil)
		require.False(t, known, page)
	}
}

func TestUnknownIsWestern(t *testing.T) {
	got, known := codepage.Decode(4711, []byte("f\xfcr"))
	require.False(t, known)
	require.Equal(t, "für", got)
	_, known = codepage.Decode(4711, []byte("for"))
	require.False(t, known)
	_, exact := codepage.Encode(4711, "a")
	require.False(t, exact)
}

func TestNotEncodable(t *testing.T) {
	for _, page := range []int{1252, 932, 28591, 50220} {
		_, exact := codepage.Encode(page, "a \u0e01 b")
		require.False(t, exact, page)
	}
	_, exact := codepage.Encode(codepage.UTF8, "\xff")
	require.False(t, exact)
}

// FuzzDecode: the result is UTF-8, no longer than three octets for each one read (and one U+FFFD), and what Encode
// calls exact is exact.
func FuzzDecode(f *testing.F) {
	for _, page := range []int{437, 932, 936, 949, 950, 1200, 1252, 20127, 50220, 52936, 54936, 65001} {
		f.Add(page, []byte("a\x80\xfe\x1b$B!"))
	}
	f.Fuzz(func(t *testing.T, page int, b []byte) {
		s, _ := codepage.Decode(page, b)
		require.True(t, utf8.ValidString(s))
		require.LessOrEqual(t, len(s), 3*len(b)+6)
		if enc, exact := codepage.Encode(page, s); exact {
			again, _ := codepage.Decode(page, enc)
			require.Equal(t, s, again)
		}
	})
}
