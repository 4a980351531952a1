// Package codepage turns text in one of Windows' numbered code pages into UTF-8 and back. TNEF and RTF name their
// character sets by these numbers alone.
package codepage

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// The code pages that other code has to name.
const (
	UTF16LE = 1200
	Western = 1252 // what is meant where none is named
	UTF8    = 65001
)

// Decode returns b as UTF-8. Octets that mean nothing become U+FFFD. It reports whether the code page is known; an
// unknown one is read as Western.
func Decode(page int, b []byte) (string, bool) {
	if page == UTF8 || page != UTF16LE && isASCII(b) && !stateful(page) {
		return strings.ToValidUTF8(string(b), "\uFFFD"), page == UTF8 || find(page) != nil
	}
	enc := find(page)
	known := enc != nil
	if !known {
		enc = charmap.Windows1252
	}
	s, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return strings.Repeat("\uFFFD", min(len(b), 1)), known
	}
	return strings.ToValidUTF8(string(s), "\uFFFD"), known
}

// Encode returns s in a code page. It reports whether the octets, read again, give s.
func Encode(page int, s string) ([]byte, bool) {
	if page == UTF8 {
		return []byte(s), utf8.ValidString(s)
	}
	enc := find(page)
	if enc == nil {
		return nil, false
	}
	b, err := enc.NewEncoder().Bytes([]byte(s))
	if err != nil {
		return nil, false
	}
	back, _ := Decode(page, b)
	return b, back == s
}

// stateful reports whether ASCII octets of a code page may mean other characters.
func stateful(page int) bool {
	return page == UTF16LE || page >= 50220 && page <= 50229 || page == 52936
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0x1b {
			return false
		}
	}
	return true
}

// find returns the encoding of a code page, nil if there is none.
func find(page int) encoding.Encoding {
	switch page {
	case 932:
		return japanese.ShiftJIS
	case 936:
		return simplifiedchinese.GBK
	case 949, 1361, 51949:
		return korean.EUCKR
	case 950:
		return traditionalchinese.Big5
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case 20932, 51932:
		return japanese.EUCJP
	case 50220, 50221, 50222:
		return japanese.ISO2022JP
	case 52936:
		return simplifiedchinese.HZGB2312
	case 54936:
		return simplifiedchinese.GB18030
	}
	if m := single(page); m != nil {
		return m
	}
	return nil
}

// single returns the code pages of one octet per character.
func single(page int) *charmap.Charmap {
	switch page {
	case Western, 20127:
		return charmap.Windows1252
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 855:
		return charmap.CodePage855
	case 858:
		return charmap.CodePage858
	case 860:
		return charmap.CodePage860
	case 862:
		return charmap.CodePage862
	case 863:
		return charmap.CodePage863
	case 865:
		return charmap.CodePage865
	case 866:
		return charmap.CodePage866
	case 874:
		return charmap.Windows874
	case 10000:
		return charmap.Macintosh
	case 10007:
		return charmap.MacintoshCyrillic
	case 20866:
		return charmap.KOI8R
	case 21866:
		return charmap.KOI8U
	case 38598:
		return charmap.ISO8859_8
	}
	return family(page)
}

// family returns the code pages of the two great families, Windows' own and ISO 8859.
func family(page int) *charmap.Charmap {
	windows := [...]*charmap.Charmap{
		charmap.Windows1250, charmap.Windows1251, charmap.Windows1252, charmap.Windows1253, charmap.Windows1254,
		charmap.Windows1255, charmap.Windows1256, charmap.Windows1257, charmap.Windows1258,
	}
	iso := [...]*charmap.Charmap{
		charmap.ISO8859_1, charmap.ISO8859_2, charmap.ISO8859_3, charmap.ISO8859_4, charmap.ISO8859_5,
		charmap.ISO8859_6, charmap.ISO8859_7, charmap.ISO8859_8, charmap.ISO8859_9, charmap.ISO8859_10, nil, nil,
		charmap.ISO8859_13, charmap.ISO8859_14, charmap.ISO8859_15, charmap.ISO8859_16,
	}
	switch {
	case page >= 1250 && page < 1250+len(windows):
		return windows[page-1250]
	case page >= 28591 && page < 28591+len(iso):
		return iso[page-28591]
	}
	return nil
}
