package transfer

import (
	"bytes"
	"io/fs"
	"strconv"
	"strings"
)

// header is what starts a file.
type header struct {
	File
	length int // of the lines that were read
	noPart bool
}

// block returns what decodes the file.
func (h *header) block(r *report) block {
	switch h.Encoding {
	case YEnc:
		return newYBlock(&h.File, r, h.noPart)
	case Base64:
		return &base64Block{dec: base64Decoder{report: r}}
	}
	return &uuBlock{report: r}
}

// maxHeaderLine bounds the line that begins a file.
const maxHeaderLine = 512

// parseHeader looks for a header at the start of src, which is the start of a line. need says that more of src is needed
// to tell. Anyone may write a line that starts with "begin", so unless trust is set, the line after it has to look like
// the encoding.
func parseHeader(src []byte, end, trust bool) (h *header, need bool) {
	if !mayBegin(src) {
		return nil, false
	}
	line, rest, ok := cutLine(src, maxHeaderLine)
	if !ok {
		return nil, !end && len(src) < maxHeaderLine
	}
	if args, ok := strings.CutPrefix(line, "=ybegin "); ok {
		return yHeader(src, args, rest, end)
	}
	h = &header{File: File{Encoding: UUEncode, Size: -1}, length: len(src) - len(rest)}
	args, ok := strings.CutPrefix(line, "begin ")
	if !ok {
		if args, ok = strings.CutPrefix(line, "begin-base64 "); !ok {
			return nil, false
		}
		h.Encoding = Base64
	}
	mode, name, ok := strings.Cut(strings.TrimLeft(args, " "), " ")
	bits, err := strconv.ParseUint(mode, 8, 32)
	h.Mode, h.Name = fs.FileMode(bits)&fs.ModePerm, cleanName(name)
	if !ok || len(mode) < 3 || len(mode) > 6 || err != nil || h.Name == "" {
		return nil, false
	}
	if trust {
		return h, false
	}
	first, _, ok := cutLine(rest, maxHeaderLine)
	switch {
	case !ok && !end && len(rest) < maxHeaderLine:
		return nil, true
	case !ok && end:
		first = string(rest)
	}
	if h.Encoding == Base64 && looksBase64(first) || h.Encoding == UUEncode && looksUU(first) {
		return h, false
	}
	return nil, false
}

// mayBegin reports whether src may be the start of a header, as far as it is there.
func mayBegin(src []byte) bool {
	for _, word := range []string{"begin ", "begin-base64 ", "=ybegin "} {
		n := min(len(src), len(word))
		if string(src[:n]) == word[:n] {
			return true
		}
	}
	return false
}

// cutLine cuts the first line from src, without its end. It reports false if there is none, or it is longer than max.
func cutLine(src []byte, maxLen int) (line string, rest []byte, ok bool) {
	i := bytes.IndexByte(src[:min(len(src), maxLen)], '\n')
	if i < 0 {
		return "", src, false
	}
	text, _ := cutLineEnd(src[:i+1])
	return string(text), src[i+1:], true
}

// looksBase64 reports whether a line may be the first of a begin-base64 block.
func looksBase64(line string) bool {
	if line == base64End {
		return true
	}
	for i := range len(line) {
		if base64Values[0][line[i]] == no64 && line[i] != '=' {
			return false
		}
	}
	return line != "" && len(line)%4 == 0
}

// looksUU reports whether a line may be the first of a uuencoded block. It may have lost blanks at its end.
func looksUU(line string) bool {
	if line == uuEnd {
		return true
	}
	text := []byte(line)
	n, ok := uuLength(text)
	return ok && 2*(len(text)-1) >= uuEncoded(n)
}
