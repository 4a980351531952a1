package charset

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// iso2022Decoder reads the charsets of the ISO-2022 family that mail has, all with one rule, since their escapes differ.
type iso2022Decoder struct {
	sets    [3]set // G0, G1 and G2
	shifted bool   // G1 is in use, not G0
	lead    byte   // the first octet of two, or 0
	escape  []byte // an escape sequence so far, ESC included
	single  bool   // the next character is of G2

	decoders [setOther]transform.Transformer // those used so far
	in       [128]byte                       // what they get
	out      [4]byte                         // and what they give, of a character
}

// shifts are the octets that switch.
const shifts = "\x1b\x0e\x0f"

// longestEscape is how long a sequence is at most, ESC included.
const longestEscape = 4

func newISO2022() transform.Transformer { return &iso2022Decoder{} }

func (d *iso2022Decoder) Transform(dst, src []byte, atEOF bool) (wrote, took int, err error) {
	const most = 3 * (longestEscape + 2) // octets that one octet can make: a sequence that was none after all
	for took < len(src) {
		if len(dst)-wrote < most {
			return wrote, took, transform.ErrShortDst
		}
		if w, t := d.pairs(dst[wrote:], src[took:]); t > 0 {
			wrote += w
			took += t
			continue
		}
		wrote = len(d.octet(dst[:wrote], src[took]))
		took++
	}
	if atEOF && (len(d.escape) > 0 || d.lead != 0) {
		if len(dst)-wrote < most {
			return wrote, took, transform.ErrShortDst
		}
		wrote = len(d.abandon(dst[:wrote]))
	}
	return wrote, took, nil
}

// octet appends what one octet completes.
func (d *iso2022Decoder) octet(dst []byte, c byte) []byte {
	if len(d.escape) > 0 {
		return d.inEscape(dst, c)
	}
	switch {
	case c == 0x1b:
		dst = d.abandon(dst)
		d.escape = append(d.escape, c)
		return dst
	case c == 0x0e || c == 0x0f:
		dst = d.abandon(dst)
		d.shifted = c == 0x0e
		return dst
	case c == '\n': // a line that lost its last escape must not take the others with it
		dst = d.abandon(dst)
		d.sets[0], d.shifted = setASCII, false
		return append(dst, c)
	case c <= ' ':
		return append(d.abandon(dst), c)
	case c == 0x7f:
		return append(d.abandon(dst), c)
	case c > 0x7f:
		return utf8.AppendRune(d.abandon(dst), utf8.RuneError)
	}
	return d.char(dst, c)
}

// inEscape appends what shows that a sequence is none.
func (d *iso2022Decoder) inEscape(dst []byte, c byte) []byte {
	d.escape = append(d.escape, c)
	sequence := string(d.escape[1:])
	if sequence == "N" { // SS2 (RFC 1554, RFC 1922)
		d.escape, d.single = d.escape[:0], true
		return dst
	}
	prefix := false
	for _, e := range escapes {
		if e.sequence == sequence {
			d.escape, d.sets[e.place] = d.escape[:0], e.set
			return dst
		}
		prefix = prefix || strings.HasPrefix(e.sequence, sequence)
	}
	if prefix {
		return dst
	}
	d.escape = d.escape[:0]
	dst = utf8.AppendRune(dst, utf8.RuneError)
	for _, c := range []byte(sequence) {
		dst = d.octet(dst, c)
	}
	return dst
}

// abandon appends U+FFFD for what was not completed.
func (d *iso2022Decoder) abandon(dst []byte) []byte {
	if d.lead == 0 && len(d.escape) == 0 {
		d.single = false
		return dst
	}
	d.lead, d.escape, d.single = 0, d.escape[:0], false
	return utf8.AppendRune(dst, utf8.RuneError)
}

// char takes a printable octet.
func (d *iso2022Decoder) char(dst []byte, c byte) []byte {
	now := d.sets[0]
	switch {
	case d.single:
		now = d.sets[2]
	case d.shifted:
		now = d.sets[1]
	}
	first := d.lead
	switch now {
	case setASCII, setRoman:
		d.single = false
		return utf8.AppendRune(dst, romanRune(c, now))
	case setKatakana:
		d.single = false
		return d.convert(dst, now, 0x8e, c|0x80)
	case setLatin1, setGreek:
		d.single = false
		return d.convert(dst, now, c|0x80)
	}
	if first == 0 {
		d.lead = c
		return dst
	}
	d.lead, d.single = 0, false
	switch now {
	case setOther:
		return utf8.AppendRune(dst, utf8.RuneError)
	case setJIS0212:
		return d.convert(dst, now, 0x8f, first|0x80, c|0x80)
	}
	return d.convert(dst, now, first|0x80, c|0x80)
}

// romanRune is the character of an octet in ASCII, or in what Japan made of it.
func romanRune(c byte, s set) rune {
	switch {
	case s == setRoman && c == '\\':
		return '\u00a5'
	case s == setRoman && c == '~':
		return '\u203e'
	}
	return rune(c)
}

func (d *iso2022Decoder) Reset() { *d = iso2022Decoder{} }
