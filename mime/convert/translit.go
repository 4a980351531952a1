package convert

import (
	"github.com/wirepost/wirepost/internal/latin"
	"github.com/wirepost/wirepost/mime/charset"
)

// inASCII has what typographic characters are in ASCII. None is longer than twice its UTF-8.
var inASCII = map[rune]string{
	'\u00a0': " ", '\u00ab': "<<", '\u00bb': ">>", '\u00ad': "", '\u00a9': "(C)", '\u00ae': "(R)", '\u00b7': "*", '\u00d7': "x",
	'\u00bc': "1/4", '\u00bd': "1/2", '\u00be': "3/4",
	'\u2002': " ", '\u2003': " ", '\u2007': " ", '\u2009': " ", '\u200a': " ", '\u202f': " ", '\u200b': "", '\u2060': "", '\ufeff': "",
	'\u2010': "-", '\u2011': "-", '\u2012': "-", '\u2013': "-", '\u2014': "--", '\u2015': "--", '\u2212': "-",
	'\u2018': "'", '\u2019': "'", '\u201a': "'", '\u201b': "'", '\u2032': "'", '\u2039': "<", '\u203a': ">",
	'\u201c': `"`, '\u201d': `"`, '\u201e': `"`, '\u201f': `"`, '\u2033': `"`,
	'\u2022': "*", '\u2023': "*", '\u2026': "...", '\u2028': " ", '\u2029': " ", '\u2044': "/", '\u20ac': "EUR", '\u2122': "(TM)",
	'\u2190': "<-", '\u2192': "->", '\u2194': "<->", '\u21d2': "=>", '\ufb00': "ff", '\ufb01': "fi", '\ufb02': "fl", '\u2713': "x",
}

// transliteration returns what is to be written for the typographic characters that a charset lacks.
func transliteration(label string) map[rune]string {
	lacking := map[rune]string{}
	for r, s := range inASCII {
		if _, whole := charset.Encode(label, string(r)); !whole {
			lacking[r] = s
		}
	}
	return lacking
}

// baseOf returns the base letters of a letter that a charset lacks, or "".
func baseOf(label string, r rune) string {
	s := latin.Base(r)
	if s == "" {
		return ""
	}
	if _, whole := charset.Encode(label, string(r)); whole {
		return ""
	}
	return s
}
