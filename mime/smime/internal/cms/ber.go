package cms

import "fmt"

// MaxDepth is how deep elements may nest. What openssl writes nests 16 deep, certificates included.
const MaxDepth = 32

// Universal tags in BER's identifier octet (ITU-T X.690, 8.1.2).
const (
	tagOctetString = 0x04
	constructed    = 0x20
	highTag        = 0x1f
	indefinite     = 0x80
)

// Normalise turns one BER element into DER as far as signatures and parsers need it: all lengths definite and minimal, and
// octet strings in one piece. It copies only if something is to be changed. Nothing may follow the element.
//
// It does not sort sets: the signed attributes are checked in the order in which they were sent.
func Normalise(ber []byte) ([]byte, error) {
	n, isDER, err := scan(ber, 0)
	switch {
	case err != nil:
		return nil, err
	case n != len(ber):
		return nil, fmt.Errorf("%w: %d octets after the end", ErrMalformed, len(ber)-n)
	case isDER:
		return ber, nil
	}
	out, _ := rewrite(make([]byte, 0, len(ber)+8), ber)
	return out, nil
}

// A head is the beginning of an element: its identifier octet and its length, -1 if that is indefinite.
type head struct {
	tag    byte
	size   int // of the head itself
	length int
	short  bool // the length is as DER wants it
}

func readHead(b []byte) (head, error) {
	if len(b) < 2 {
		return head{}, fmt.Errorf("%w: it ends within an element", ErrMalformed)
	}
	h := head{tag: b[0], size: 2, length: int(b[1]), short: true}
	switch {
	case h.tag&highTag == highTag:
		return head{}, fmt.Errorf("%w: a tag above 30", ErrMalformed)
	case h.tag == 0:
		return head{}, fmt.Errorf("%w: an end without its beginning", ErrMalformed)
	case h.length < indefinite:
	case h.length == indefinite:
		if h.tag&constructed == 0 {
			return head{}, fmt.Errorf("%w: a primitive element of indefinite length", ErrMalformed)
		}
		h.length, h.short = -1, false
		return h, nil
	default:
		digits := h.length - indefinite
		if digits > 8 || len(b) < 2+digits {
			return head{}, fmt.Errorf("%w: the length of a length", ErrMalformed)
		}
		length := uint64(0)
		for _, d := range b[2 : 2+digits] {
			length = length<<8 | uint64(d)
		}
		if length > uint64(len(b)) {
			return head{}, fmt.Errorf("%w: it ends within an element", ErrMalformed)
		}
		h.length, h.size = int(length), 2+digits
		h.short = h.size == headSize(h.length)
	}
	if h.length > len(b)-h.size {
		return head{}, fmt.Errorf("%w: it ends within an element", ErrMalformed)
	}
	return h, nil
}

// scan checks one element and all within it and returns its size.
func scan(b []byte, depth int) (size int, isDER bool, err error) {
	if depth == MaxDepth {
		return 0, false, fmt.Errorf("%w: more than %d levels", ErrMalformed, MaxDepth)
	}
	h, err := readHead(b)
	if err != nil {
		return 0, false, err
	}
	if h.tag&constructed == 0 {
		return h.size + h.length, h.short, nil
	}
	isDER = h.short && h.tag != tagOctetString|constructed
	for rest := body(b, h); ; {
		if len(rest) == 0 {
			if h.length < 0 {
				return 0, false, fmt.Errorf("%w: an element without an end", ErrMalformed)
			}
			return h.size + h.length, isDER, nil
		}
		if h.length < 0 && isEnd(rest) {
			return len(b) - len(rest) + 2, false, nil
		}
		if h.tag == tagOctetString|constructed && rest[0]&^constructed != tagOctetString {
			return 0, false, fmt.Errorf("%w: an octet string made of something else", ErrMalformed)
		}
		n, der, err := scan(rest, depth+1)
		if err != nil {
			return 0, false, err
		}
		rest, isDER = rest[n:], isDER && der
	}
}

// body is what follows the head: the content, or if the length is indefinite, all the rest.
func body(b []byte, h head) []byte {
	if h.length < 0 {
		return b[h.size:]
	}
	return b[h.size : h.size+h.length]
}

func isEnd(b []byte) bool { return len(b) >= 2 && b[0] == 0 && b[1] == 0 }

// rewrite appends the DER of one element that scan has accepted, and returns what follows that.
func rewrite(out, b []byte) (longer, rest []byte) {
	h, _ := readHead(b)
	start := len(out)
	flat := h.tag&^constructed == tagOctetString
	if out, rest = content(out, b, h, flat); flat {
		h.tag &^= constructed
	}
	length := len(out) - start
	size := headSize(length)
	out = append(out, make([]byte, size)...)
	copy(out[start+size:], out[start:start+length])
	putHead(out[start:start+size], h.tag, length)
	return out, rest
}

// content appends the content of an element. Of the pieces of a flat one it takes the content only.
func content(out, b []byte, h head, flat bool) (longer, rest []byte) {
	inner := body(b, h)
	if h.tag&constructed == 0 {
		return append(out, inner...), b[h.size+h.length:]
	}
	for len(inner) > 0 && !(h.length < 0 && isEnd(inner)) {
		if flat {
			piece, _ := readHead(inner)
			out, inner = content(out, inner, piece, true)
		} else {
			out, inner = rewrite(out, inner)
		}
	}
	if h.length < 0 {
		return out, inner[2:]
	}
	return out, b[h.size+h.length:]
}

// headSize is the size of the head of a DER element with a tag below 31.
func headSize(length int) int {
	size := 2
	if length >= indefinite {
		for ; length > 0; length >>= 8 {
			size++
		}
	}
	return size
}

func putHead(dst []byte, tag byte, length int) {
	dst[0] = tag
	if len(dst) == 2 {
		dst[1] = byte(length)
		return
	}
	dst[1] = indefinite | byte(len(dst)-2)
	for i := len(dst) - 1; i > 1; i-- {
		dst[i] = byte(length)
		length >>= 8
	}
}
