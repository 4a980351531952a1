package latin

import "golang.org/x/text/unicode/norm"

// First and Last bound the letters that Base looks at: the Latin blocks of Unicode up to Latin Extended-B, and
// Latin Extended Additional.
const (
	First = '\u00c0'
	Last  = '\u1eff'
)

// Base returns the ASCII letters that a letter is made from, without what is above, below or across it, or "" for what is
// none: "u" of ü in whatever language, "ss" of ß, "ae" of æ.
func Base(r rune) string {
	if r < First || r > Last {
		return ""
	}
	if s := undecomposed(r); s != "" {
		return s
	}
	var room [8]byte
	first := norm.NFD.AppendString(room[:0], string(r))[0]
	if 'a' <= first && first <= 'z' || 'A' <= first && first <= 'Z' {
		return string(rune(first))
	}
	return ""
}

// undecomposed are the letters that have no decomposition in Unicode.
func undecomposed(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ẞ':
		return "SS"
	case 'æ':
		return "ae"
	case 'Æ':
		return "AE"
	case 'œ':
		return "oe"
	case 'Œ':
		return "OE"
	case 'ø':
		return "o"
	case 'Ø':
		return "O"
	case 'đ', 'ð':
		return "d"
	case 'Đ', 'Ð':
		return "D"
	case 'ħ':
		return "h"
	case 'Ħ':
		return "H"
	case 'ı':
		return "i"
	case 'ł':
		return "l"
	case 'Ł':
		return "L"
	case 'ŋ':
		return "n"
	case 'Ŋ':
		return "N"
	case 'ŧ':
		return "t"
	case 'Ŧ':
		return "T"
	case 'þ':
		return "th"
	case 'Þ':
		return "TH"
	}
	return ""
}
