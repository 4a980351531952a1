package charset

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// NewReader is [Decode] as a stream. Errors are those of r. For a label that is not known, the first 8 KiB decide how r
// is read, so that a later octet that is no UTF-8 becomes U+FFFD.
func NewReader(label string, r io.Reader) (decoded io.Reader, known bool) {
	if c := lookup(label); c != nil {
		return transform.NewReader(r, c.decoder()), true
	}
	return &guessReader{src: r}, false
}

const guessSize = 8 << 10

// guessReader decides when it is read first.
type guessReader struct {
	src, decoded io.Reader
}

func (g *guessReader) Read(p []byte) (int, error) {
	if g.decoded == nil {
		sample := make([]byte, guessSize)
		n, err := io.ReadFull(g.src, sample)
		sample = sample[:n]
		if err == nil {
			sample = wholeRunes(sample)
		}
		var rest io.Reader = g.src
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			rest = failed{err}
		}
		g.decoded = transform.NewReader(io.MultiReader(bytes.NewReader(sample[:n]), rest), guess(sample).decoder())
	}
	return g.decoded.Read(p)
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
