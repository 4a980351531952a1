package charset

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// bom is the mark that some senders put before UTF-8.
const bom = "\uFEFF"

// utf8Decoder passes valid UTF-8 and puts U+FFFD for the rest.
type utf8Decoder struct {
	inText  bool // there is text before: a mark of byte order is none
	started bool
	repair  transform.Transformer
}

func newUTF8() transform.Transformer {
	return &utf8Decoder{repair: unicode.UTF8.NewDecoder()}
}

// Transform takes the longest piece that it can look at as a whole.
func (d *utf8Decoder) Transform(dst, src []byte, atEOF bool) (wrote, took int, err error) {
	if !d.started {
		n := min(len(src), len(bom))
		if string(src[:n]) == bom[:n] && n < len(bom) && !atEOF {
			return 0, 0, transform.ErrShortSrc
		}
		d.started = true
		if string(src[:n]) == bom {
			took = n
			src = src[n:]
		}
	}
	n := min(len(src), len(dst))
	for back := 0; back < utf8.UTFMax && n > 0 && n < len(src) && !utf8.RuneStart(src[n]); back++ {
		n-- // dst ends within a character
	}
	if utf8.Valid(src[:n]) {
		copy(dst, src[:n])
		took += n
		if n < len(src) {
			err = transform.ErrShortDst
		}
		return n, took, err
	}
	wrote, n, err = d.repair.Transform(dst, src, atEOF)
	return wrote, took + n, err
}

func (d *utf8Decoder) Reset() {
	d.started = d.inText
	d.repair.Reset()
}
