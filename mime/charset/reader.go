package charset

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// NewReader is [Decode] as a stream. Errors are those of r. For a label that is not known, the 8 KiB from the first octet
// beyond ASCII on decide how r is read, so that a later octet that is no UTF-8 becomes U+FFFD.
func NewReader(label string, r io.Reader) (decoded io.Reader, known bool) {
	if c := lookup(label); c != nil {
		return transform.NewReader(r, c.decoder()), true
	}
	return &guessReader{src: r}, false
}

const guessSize = 8 << 10

// guessReader passes ASCII, and decides when there is more.
type guessReader struct {
	src     io.Reader
	passed  bool      // there was ASCII
	decoded io.Reader // once it is decided
}

func (g *guessReader) Read(p []byte) (int, error) {
	if g.decoded != nil {
		return g.decoded.Read(p)
	}
	n, err := g.src.Read(p)
	ascii := asciiPrefix(p[:n])
	g.passed = g.passed || ascii > 0
	if ascii == n {
		return n, err
	}
	g.decide(p[ascii:n], err)
	if ascii > 0 {
		return ascii, nil
	}
	return g.decoded.Read(p)
}

// decide chooses how to read what starts with these octets, and goes on after them unless there is an error.
func (g *guessReader) decide(start []byte, err error) {
	text := append(make([]byte, 0, max(len(start), guessSize)), start...)
	if err == nil && len(text) < guessSize {
		var n int
		n, err = io.ReadFull(g.src, text[len(text):guessSize])
		text = text[:len(text)+n]
	}
	sample := text[:min(len(text), guessSize)]
	if err == nil || len(sample) < len(text) {
		sample = wholeRunes(sample)
	}
	rest := g.src
	switch err {
	case nil:
	case io.ErrUnexpectedEOF:
		rest = failed{io.EOF}
	default:
		rest = failed{err}
	}
	decoder := guess(sample).decoder()
	if d, ok := decoder.(*utf8Decoder); ok {
		d.inText = g.passed
	}
	g.decoded = transform.NewReader(io.MultiReader(bytes.NewReader(text), rest), decoder)
}

// failed gives an error that came early.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// wholeRunes cuts the start of a character off the end of b.
func wholeRunes(b []byte) []byte {
	for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
		if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
