package collate

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A folder makes keys. It remembers characters that it has seen: a text has few different ones.
type folder struct {
	collation Collation
	seen      [cacheSize]character
}

const (
	cacheSize = 256
	maxShort  = 11 // octets of a key that is remembered; the longest one has 33
)

// Hangul syllables.
const (
	firstHangul = 0xac00
	lastHangul  = 0xd7a3
)

// A character is what one character becomes.
type character struct {
	r   rune
	n   uint8
	key [maxShort]byte
}

// fold appends the key of text to dst, and returns what is left of text: a character that is cut off, unless this is the
// last piece. Characters are folded one by one (RFC 5051, 2), so that it does not matter where pieces end.
func (f *folder) fold(dst, text []byte, last bool) (key, rest []byte) {
	for len(text) > 0 {
		n := asciiLen(text)
		dst = appendUpper(dst, text[:n])
		text = text[n:]
		for len(text) > 0 && text[0] >= utf8.RuneSelf {
			if f.collation == ASCIICasemap {
				dst = append(dst, text[0])
				text = text[1:]
				continue
			}
			r, size := utf8.DecodeRune(text)
			switch {
			case r != utf8.RuneError || size != 1:
				dst = f.appendRune(dst, r)
			case !last && !utf8.FullRune(text):
				return dst, text
			default:
				dst = append(dst, text[0])
			}
			text = text[size:]
		}
	}
	return dst, nil
}

// appendRune appends the key of a character beyond ASCII.
func (f *folder) appendRune(dst []byte, r rune) []byte {
	known := &f.seen[r%cacheSize]
	if known.r == r {
		return append(dst, known.key[:known.n]...)
	}
	start := len(dst)
	var room [utf8.UTFMax]byte
	title := utf8.AppendRune(room[:0], unicode.ToTitle(r))
	switch parts := norm.NFKD.Properties(title).Decomposition(); {
	case parts != nil:
		dst = append(dst, parts...)
	case firstHangul <= r && r <= lastHangul: // these are taken apart by arithmetic
		dst = norm.NFKD.AppendString(dst, string(r))
	default:
		dst = append(dst, title...)
	}
	if key := dst[start:]; len(key) <= maxShort {
		known.r, known.n = r, uint8(copy(known.key[:], key))
	}
	return dst
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// asciiLen is how many octets at the start of b are ASCII.
func asciiLen(b []byte) int {
	n := 0
	for n+8 <= len(b) && binary.LittleEndian.Uint64(b[n:])&highs == 0 {
		n += 8
	}
	for n < len(b) && b[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// appendUpper appends ASCII in capitals, eight octets at a time.
func appendUpper(dst, ascii []byte) []byte {
	start := len(dst)
	dst = append(dst, ascii...)
	b := dst[start:]
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		// An octet's high bit says that it is a letter: it carries when the octet reaches 'a', and does not yet behind 'z'.
		small := (w + (0x80-'a')*ones) &^ (w + (0x80-'z'-1)*ones) & highs
		binary.LittleEndian.PutUint64(b, w-small>>2)
		b = b[8:]
	}
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - ('a' - 'A')
		}
	}
	return dst
}
