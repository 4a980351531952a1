package charset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// set is a character set that ISO 2022 can switch to.
type set uint8

const (
	setASCII set = iota
	setRoman     // JIS X 0201, but for two characters ASCII
	setKatakana
	setJIS0208
	setJIS0212
	setGB2312
	setKSC5601
	setLatin1 // the upper half of ISO-8859-1
	setGreek  // and of ISO-8859-7
	setOther  // of two octets, whose table we lack
)

// escapes has the sequences after ESC, which set they name, and where it goes.
var escapes = []struct {
	sequence string
	set      set
	place    int
}{
	{"(B", setASCII, 0},
	{"(J", setRoman, 0},
	{"(H", setRoman, 0},
	{"(I", setKatakana, 0}, // RFC 1468
	{"$@", setJIS0208, 0},
	{"$B", setJIS0208, 0},
	{"$(@", setJIS0208, 0},
	{"$(B", setJIS0208, 0},
	{"$(D", setJIS0212, 0}, // RFC 2237
	{"$A", setGB2312, 0},
	{"$(A", setGB2312, 0},
	{"$(C", setKSC5601, 0}, // RFC 1554
	{".A", setLatin1, 2},
	{".F", setGreek, 2},
	{"$)C", setKSC5601, 1}, // RFC 1557
	{"$)A", setGB2312, 1},
	{"$)G", setOther, 1},
	{"$)E", setOther, 1}, // RFC 1922
	{"$*H", setOther, 2},
}

// convert appends a character of a set, given as the EUC or ISO 8859 charset has it that contains the set.
func (d *iso2022Decoder) convert(dst []byte, s set, c ...byte) []byte {
	n := copy(d.in[:], c) // c stays where it is
	n, _, err := d.decoder(s).Transform(d.out[:], d.in[:n], true)
	if r, size := utf8.DecodeRune(d.out[:n]); err == nil && size == n {
		return utf8.AppendRune(dst, r)
	}
	return utf8.AppendRune(dst, utf8.RuneError) // one for both octets
}

// pairs converts many characters at once, if there are many that are sound. What it leaves is for octet.
func (d *iso2022Decoder) pairs(dst, src []byte) (wrote, took int) {
	s := d.sets[0]
	if d.shifted {
		s = d.sets[1]
	}
	if s != setJIS0208 && s != setGB2312 && s != setKSC5601 || d.lead != 0 || d.single || len(d.escape) > 0 {
		return 0, 0
	}
	n := 0
	for n < min(len(src), len(d.in)) && ' ' < src[n] && src[n] < 0x7f {
		d.in[n] = src[n] | 0x80
		n++
	}
	n -= n % 2
	if n < 4 || len(dst) < n/2*utf8.UTFMax {
		return 0, 0
	}
	wrote, _, err := d.decoder(s).Transform(dst, d.in[:n], true)
	if err != nil || utf8.RuneCount(dst[:wrote]) != n/2 || bytes.Contains(dst[:wrote], []byte("\uFFFD")) {
		return 0, 0
	}
	return wrote, n
}

// decoder returns what decodes a set.
func (d *iso2022Decoder) decoder(s set) transform.Transformer {
	if d.decoders[s] == nil {
		switch s {
		case setKatakana, setJIS0208, setJIS0212:
			d.decoders[s] = japanese.EUCJP.NewDecoder()
		case setGB2312:
			d.decoders[s] = simplifiedchinese.GBK.NewDecoder()
		case setKSC5601:
			d.decoders[s] = korean.EUCKR.NewDecoder()
		case setLatin1:
			d.decoders[s] = charmap.ISO8859_1.NewDecoder()
		case setGreek:
			d.decoders[s] = charmap.ISO8859_7.NewDecoder()
		}
	}
	return d.decoders[s]
}
