package charset

import (
	"encoding/binary"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// single is a charset in which each octet is a character. Its tables are made when they are needed first.
type single struct {
	tables func() *tables
}

// tables lead from octets to characters and back.
type tables struct {
	runes [256]rune
	utf8  [256][utf8.UTFMax]byte // of runes
	size  [256]uint8             // of utf8
	octet map[rune]byte          // above ASCII, and all if ASCII is not at its place
	ascii bool                   // the lower half is ASCII
}

func newSingle(runes func() [256]rune) *single {
	return &single{sync.OnceValue(func() *tables {
		t := &tables{runes: runes(), octet: map[rune]byte{}, ascii: true}
		for c, r := range t.runes {
			t.size[c] = uint8(utf8.EncodeRune(t.utf8[c][:], r))
			if _, ok := t.octet[r]; !ok && r != utf8.RuneError {
				t.octet[r] = byte(c)
			}
			t.ascii = t.ascii && (c >= utf8.RuneSelf || r == rune(c))
		}
		return t
	})}
}

func fromCharmap(m *charmap.Charmap) *single {
	return newSingle(func() (runes [256]rune) {
		for c := range runes {
			runes[c] = m.DecodeByte(byte(c))
		}
		return runes
	})
}

// fromTable takes the constants of tables.go.
func fromTable(low, high string) *single {
	return newSingle(func() (runes [256]rune) {
		for c := range runes {
			runes[c] = rune(c)
		}
		c := utf8.RuneSelf
		for _, r := range high {
			runes[c] = r
			c++
		}
		for low != "" {
			r, n := utf8.DecodeRuneInString(low[1:])
			runes[low[0]] = r
			low = low[1+n:]
		}
		return runes
	})
}

// ascii is US-ASCII for writing.
func ascii() *single {
	return newSingle(func() (runes [256]rune) {
		for c := range runes {
			runes[c] = utf8.RuneError
			if c < utf8.RuneSelf {
				runes[c] = rune(c)
			}
		}
		return runes
	})
}

// withoutC1 is for writing a charset that is read as one with more characters from 0x80 to 0x9f.
func withoutC1(m *charmap.Charmap) *single {
	return newSingle(func() [256]rune {
		runes := fromCharmap(m).tables().runes
		for c := 0x80; c < 0xa0; c++ {
			runes[c] = utf8.RuneError
		}
		return runes
	})
}

// decode returns b in UTF-8.
func (t *tables) decode(b []byte) string {
	size := 0
	for _, c := range b {
		size += int(t.size[c])
	}
	var s strings.Builder
	s.Grow(size)
	var box [1024]byte
	for len(b) > 0 {
		wrote, took, _ := t.Transform(box[:], b, true)
		s.Write(box[:wrote])
		b = b[took:]
	}
	return s.String()
}

// same counts the octets at the start of b that stand for themselves.
func (t *tables) same(b []byte) int {
	if t.ascii {
		return asciiPrefix(b)
	}
	return 0
}

// encode appends s and reports whether all of it could be written.
func (t *tables) encode(dst []byte, s string) ([]byte, bool) {
	whole := true
	for _, r := range s {
		c, ok := byte(r), r < utf8.RuneSelf && t.ascii
		if !ok {
			c, ok = t.octet[r]
		}
		if !ok {
			c, whole = t.octet['?'], false
		}
		dst = append(dst, c)
	}
	return dst, whole
}

// Transform decodes.
func (t *tables) Transform(dst, src []byte, _ bool) (wrote, took int, err error) {
	for took < len(src) {
		if n := t.same(src[took:]); n > 0 {
			n = copy(dst[wrote:], src[took:took+n])
			wrote += n
			took += n
		}
		for took < len(src) && (src[took] >= utf8.RuneSelf || !t.ascii) {
			c := src[took]
			if len(dst)-wrote < utf8.UTFMax {
				return wrote, took, transform.ErrShortDst
			}
			copy(dst[wrote:], t.utf8[c][:])
			wrote += int(t.size[c])
			took++
		}
		if wrote == len(dst) && took < len(src) {
			return wrote, took, transform.ErrShortDst
		}
	}
	return wrote, took, nil
}

// Reset does nothing: there is no state.
func (t *tables) Reset() {}

// asciiPrefix counts the octets before the first one above 127.
func asciiPrefix(b []byte) int {
	i := 0
	for ; len(b)-i >= 8; i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}
