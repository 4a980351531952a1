package flowed

import "unicode/utf8"

// cut returns how much of text is the next line, and whether the line flows on to the next one. A line has up to room
// characters, the blank at its end included, more only if there is no place to break it.
func (w *Writer) cut(text string, room int) (n int, flows bool) {
	if w.delSp {
		room-- // for the blank that is put there
	}
	best, chars := 0, 0
	for i, r := range text {
		if i > 0 && w.mayBreak(text, i, r) {
			best = i
		}
		switch {
		case best > 0 && (chars >= room || i+utf8.UTFMax > maxLine):
			return best, true
		case i+utf8.UTFMax > maxLine:
			return i, w.delSp
		}
		chars++
	}
	return len(text), false
}

// mayBreak reports whether the text may be broken before the character r at i. The line before it must not look like the
// start of a signature.
func (w *Writer) mayBreak(text string, i int, r rune) bool {
	before := text[i-1] == ' '
	if before && r == ' ' {
		return false // blanks stay together
	}
	if !before && !(w.delSp && (isIdeograph(r) || endsInIdeograph(text[:i]))) {
		return false
	}
	return text[:i] != Signature && !(w.delSp && text[:i] == "--")
}

func endsInIdeograph(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return isIdeograph(r)
}

// isIdeograph reports whether a character is of a script that has no blanks between words.
func isIdeograph(r rune) bool {
	return 0x2e80 <= r && r < 0xa4d0 || 0xac00 <= r && r < 0xd7b0 || 0xf900 <= r && r < 0xfb00 || 0xff00 <= r && r < 0xffef ||
		0x20000 <= r && r < 0x40000
}
