package transfer

import (
	"strconv"
	"strings"
)

// yHeader reads "=ybegin", whose arguments are given, and "=ypart", which may be the first line of rest.
func yHeader(src []byte, args string, rest []byte, end bool) (h *header, need bool) {
	attrs, name, ok := strings.Cut(" "+args, " name=")
	size, hasSize := yNumber(attrs, "size")
	_, hasLine := yNumber(attrs, "line")
	if !ok || !hasSize || !hasLine {
		return nil, false
	}
	h = &header{File: File{Encoding: YEnc, Name: cleanName(strings.Trim(name, ` "`)), Size: size}, length: len(src) - len(rest)}
	part, inParts := yNumber(attrs, "part")
	if !inParts || part < 1 || part > maxParts {
		return h, false
	}
	h.Part = int(part)
	if total, ok := yNumber(attrs, "total"); ok && total <= maxParts {
		h.Total = int(total)
	}
	line, after, ok := cutLine(rest, maxHeaderLine)
	if !ok && !end && len(rest) < maxHeaderLine {
		return nil, true
	}
	attrs, ok = strings.CutPrefix(line, "=ypart ")
	first, ok1 := yNumber(attrs, "begin")
	last, ok2 := yNumber(attrs, "end")
	if !ok || !ok1 || !ok2 || first < 1 || last < first-1 {
		h.noPart = true
		return h, false
	}
	h.length = len(src) - len(after)
	h.Begin, h.PartSize = first-1, last-first+1
	return h, false
}

// maxParts bounds part numbers, so that they fit an int anywhere.
const maxParts = 1<<31 - 1

// yNumber finds key=number among attributes.
func yNumber(attrs, key string) (int64, bool) {
	value, ok := yValue(attrs, key)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(value, 10, 64)
	return n, err == nil && n >= 0
}

func yValue(attrs, key string) (string, bool) {
	for word := range strings.FieldsSeq(attrs) {
		if k, v, ok := strings.Cut(word, "="); ok && k == key {
			return v, true
		}
	}
	return "", false
}
