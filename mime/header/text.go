package header

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of encoded words.
const (
	LongWord     defect.Kind = "an encoded word longer than 75 octets"
	BrokenWord   defect.Kind = "an encoded word that cannot be decoded"
	SpaceInWord  defect.Kind = "white space within an encoded word"
	AdjacentWord defect.Kind = "an encoded word without white space around it"
)

// MaxText is how many octets of text [DecodeText] returns at most, and how long text can be that is encoded, and the
// value of a parameter.
const MaxText = 64 << 10

// maxEncoded bounds what adjacent encoded words are collected to, before they are decoded; UTF-32 has four octets for one.
const maxEncoded = 4 * MaxText

// DecodeText reads unstructured text (RFC 5322, 3.2.5; RFC 2047): it unfolds the value, trims it and decodes encoded words,
// wherever they are. A character that is split over words is whole again. A word that cannot be decoded stays as it is.
// What exceeds [MaxText] is dropped.
func DecodeText(value string, found *defect.List) string {
	s := Unfold(trimSpace(value))
	if !strings.Contains(s, "=?") {
		if s = clean(s, found); len(s) > MaxText {
			found.Add(TooLong, MaxText)
			s = cut(s, MaxText)
		}
		return s
	}
	return decodeWords(s, found)
}

// decodeWords decodes the encoded words in s.
func decodeWords(s string, found *defect.List) string {
	d := decoder{found: found, out: make([]byte, 0, min(len(s), MaxText)), pending: make([]byte, 0, min(len(s), 1024))}
	done := 0 // s[:done] is decoded
	for i := 0; len(d.out) <= MaxText; {
		next := strings.Index(s[i:], "=?")
		if next < 0 {
			break
		}
		i += next
		w, end, ok := cutWord(s, i, found)
		if !ok {
			i = end
			continue
		}
		d.plain(s[done:i])
		if i > 0 && !is(s[i-1], isSpace) && s[i-1] != '(' || end < len(s) && !is(s[end], isSpace) && s[end] != ')' {
			found.Add(AdjacentWord, int64(i))
		}
		if end-i > maxWordLen {
			found.Add(LongWord, int64(i))
		}
		d.word(w)
		i, done = end, end
	}
	d.plain(s[done:])
	d.flush()
	if len(d.out) > MaxText {
		found.Add(TooLong, MaxText)
		return cut(string(d.out), MaxText)
	}
	return string(d.out)
}

// A decoder joins what is decoded.
type decoder struct {
	found   *defect.List
	out     []byte
	pending []byte // of adjacent words of the same charset, not yet decoded
	label   string // their charset
	after   bool   // the last thing added was a word
}

// plain adds what is between encoded words; white space alone is dropped between two of them (RFC 2047, 6.2).
func (d *decoder) plain(s string) {
	if s == "" || d.after && all(s, isSpace) {
		return
	}
	d.flush()
	d.after = false
	s = clean(s, d.found)
	d.out = append(d.out, cut(s, MaxText+1)...)
}

func (d *decoder) word(w encodedWord) {
	if !ascii.EqualFold(d.label, w.charset) || len(d.pending) > maxEncoded {
		d.flush()
		d.label = w.charset
	}
	d.pending = w.decode(d.pending, d.found)
	d.after = true
}

func (d *decoder) flush() {
	if len(d.pending) == 0 {
		return
	}
	text := d.pending
	if !isUTF8(d.label, text) {
		text = []byte(decode(d.label, text, d.found))
	}
	if blank(text) { // which may be encoded to get past a check
		d.found.Add(Controls, -1)
	}
	d.out = append(d.out, text...)
	d.pending = d.pending[:0]
}
