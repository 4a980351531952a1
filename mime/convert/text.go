package convert

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/charset"
)

// A textForm says how text is to be written.
type textForm struct {
	charset string
	width   int // in characters; 0 is no wrapping
	most    int // octets of a line in UTF-8; 0 is no limit
	lacking map[rune]string
}

// form is how a text in a charset is written.
func (o *Options) form(label string, width, most int) textForm {
	f := textForm{charset: label, width: width, most: most}
	if o.Transliterate {
		f.lacking = transliteration(label)
	}
	return f
}

// maxPiece is how much of a line is held.
const maxPiece = 4 << 10

// A textReader reads text, in UTF-8 with any line ends, as a textForm says. Lines end in CRLF then, and the last one has
// an end if it had one. Files in uuencode stay as they are.
type textReader struct {
	textForm
	src    *bufio.Reader
	out    bytes.Buffer
	carry  []byte // what was left of the last piece
	err    error
	inFile bool
	begun  bool // the last piece was the start of a line that goes on
	lost   bool // a character was replaced
	wide   bool // there are characters beyond ASCII
}

// newTextReader returns a reader of the text r as it is to be written.
func newTextReader(r io.Reader, f textForm) *textReader {
	return &textReader{textForm: f, src: bufio.NewReaderSize(r, maxPiece)}
}

// Read implements io.Reader.
func (t *textReader) Read(p []byte) (int, error) {
	for t.out.Len() < len(p) && t.err == nil {
		t.piece()
	}
	if t.out.Len() > 0 || len(p) == 0 {
		return t.out.Read(p)
	}
	return 0, t.err
}

// piece takes a line, or as much of it as is held.
func (t *textReader) piece() {
	b, err := t.src.ReadSlice('\n')
	if len(t.carry) > 0 {
		b = append(t.carry, b...)
		t.carry = nil
	}
	ended := err == nil
	if err == bufio.ErrBufferFull {
		if n := incomplete(b); n > 0 { // the rest comes with the next piece
			t.carry = append(t.carry, b[len(b)-n:]...)
			b = b[:len(b)-n]
		}
		err = nil
	}
	t.err = err
	if bytes.IndexByte(b, 0) >= 0 { // RFC 5322, 4: no text has it
		b = bytes.ReplaceAll(b, []byte{0}, []byte{' '})
	}
	if ended {
		b = bytes.TrimSuffix(b[:len(b)-1], []byte{'\r'})
	}
	if len(b) == 0 && !ended {
		return
	}
	for {
		i := bytes.IndexByte(b, '\r') // alone, it ends a line as well
		if i < 0 {
			break
		}
		t.line(b[:i], true)
		if b = b[i+1:]; len(b) == 0 && !ended {
			return
		}
	}
	t.line(b, ended)
}

// incomplete is how many octets at the end of b are the start of a character, or of the end of a line.
func incomplete(b []byte) int {
	if len(b) > 0 && b[len(b)-1] == '\r' {
		return 1
	}
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if utf8.FullRune(b[len(b)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}

// line writes a line, or a piece of one.
func (t *textReader) line(b []byte, ended bool) {
	starts := !t.begun
	t.begun = !ended
	switch {
	case starts && t.inFile:
		t.inFile = uuLine(b)
	case starts:
		t.inFile = uuBegin(b)
	}
	if t.inFile || t.width == 0 && t.most == 0 {
		t.put(b)
	} else {
		t.wrapped(t.transliterated(b), ended)
	}
	if ended {
		t.out.WriteString("\r\n")
	}
}

// wrapped writes a line as several, if it is too long. Of a line that goes on, the last of them is kept for the next piece.
func (t *textReader) wrapped(b []byte, ended bool) {
	for {
		line, rest := cutLine(b, t.width, t.most)
		if len(rest) == 0 && !ended && t.err == nil {
			t.carry = append(append([]byte(nil), line...), t.carry...)
			t.begun = false
			return
		}
		t.encode(line)
		if len(rest) == 0 {
			return
		}
		t.out.WriteString("\r\n")
		b = rest
	}
}

func (t *textReader) put(b []byte) { t.encode(t.transliterated(b)) }

// transliterated replaces what the charset lacks.
func (t *textReader) transliterated(b []byte) []byte {
	if len(t.lacking) == 0 || asciiOnly(b) {
		return b
	}
	out := make([]byte, 0, len(b))
	for _, r := range string(b) {
		s, ok := t.lacking[r]
		if !ok {
			s = baseOf(t.charset, r)
		}
		if ok || s != "" {
			out, t.lost = append(out, s...), true
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

func (t *textReader) encode(b []byte) {
	if asciiOnly(b) {
		t.out.Write(b)
		return
	}
	t.wide = true
	octets, whole := charset.Encode(t.charset, string(b))
	t.lost = t.lost || !whole
	t.out.Write(octets)
}

func asciiOnly(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// uuBegin reports whether a line begins a file in uuencode: "begin 644 name".
func uuBegin(b []byte) bool {
	const longest = 300
	b, ok := bytes.CutPrefix(b[:min(len(b), longest+1)], []byte("begin "))
	if len(b) > longest-len("begin ") {
		return false
	}
	n := 0
	for ok && n < len(b) && '0' <= b[n] && b[n] <= '7' {
		n++
	}
	return ok && (n == 3 || n == 4) && n+1 < len(b) && b[n] == ' '
}

// uuLine reports whether a line can be one of a file in uuencode: its first character tells its length.
func uuLine(b []byte) bool {
	if len(b) == 0 || b[0] < ' ' || b[0] > '`' {
		return false
	}
	octets := int(b[0]-' ') & 63
	want := 1 + (octets+2)/3*4
	if len(b) < want-3 || len(b) > want+2 { // some leave blanks out, or add a checksum
		return false
	}
	return !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' || r > '`' })
}
