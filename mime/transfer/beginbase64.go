package transfer

import "bytes"

// maxFileLine is how long a line of begin-base64 may be. It is less than maxToken, so that the limit is the same
// wherever the input is cut.
const maxFileLine = 1000

// base64Block decodes what follows a begin-base64 line.
type base64Block struct{ dec base64Decoder }

func (b *base64Block) decode(dst, src []byte, pos int64, end bool) (wrote, took int, done bool) {
	if pos > 0 && b.dec.pos == 0 {
		b.dec.pos, b.dec.line = pos, pos
	}
	for took < len(src) && len(dst)-wrote >= maxToken {
		s := src[took:]
		i := bytes.IndexByte(s, '\n')
		if i < 0 && !end && len(s) < maxToken {
			return wrote, took, false
		}
		text, length := s, len(s)
		if i >= 0 {
			text, _ = cutLineEnd(s[:i+1])
			length = i + 1
		}
		if string(text) == base64End {
			w, _ := b.dec.decode(dst[wrote:], nil, true)
			return wrote + w, took + length, true
		}
		if !looksBase64(string(text)) || len(text) > maxFileLine {
			b.dec.report.add(MissingEnd, pos+int64(took))
			w, _ := b.dec.decode(dst[wrote:], nil, true)
			return wrote + w, took, true
		}
		w, _ := b.dec.decode(dst[wrote:], s[:length], false)
		wrote += w
		took += length
	}
	if end && took == len(src) {
		b.dec.report.add(MissingEnd, pos+int64(took))
		w, _ := b.dec.decode(dst[wrote:], nil, true)
		return wrote + w, took, true
	}
	return wrote, took, false
}
