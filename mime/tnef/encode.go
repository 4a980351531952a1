package tnef

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/tnef/internal/codepage"
)

// An encoder appends to b; the first error stays.
type encoder struct {
	b    []byte
	page int
	err  error
}

func (e *encoder) uint32(v uint32) { e.b = binary.LittleEndian.AppendUint32(e.b, v) }
func (e *encoder) uint64(v uint64) { e.b = binary.LittleEndian.AppendUint64(e.b, v) }

func (e *encoder) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf("tnef: "+format, args...)
	}
}

func (e *encoder) pad(n int) {
	for ; n%4 != 0; n++ {
		e.b = append(e.b, 0)
	}
}

// block writes a length, octets and what fills up to a multiple of four.
func (e *encoder) block(parts ...[]byte) {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if int64(n) > math.MaxUint32 {
		e.fail("a value of %d octets is longer than a property can be", n)
		return
	}
	e.uint32(uint32(n))
	for _, p := range parts {
		e.b = append(e.b, p...)
	}
	e.pad(n)
}

func (e *encoder) properties(list Properties) {
	e.uint32(uint32(len(list)))
	for _, p := range list {
		e.property(p)
	}
}

func (e *encoder) property(p Property) {
	tag := p.Tag
	if tag.Type()&^PtypMultiple == PtypString8 && !e.fitsPage(p.Value) {
		tag = NewTag(tag.ID(), tag.Type()&PtypMultiple|PtypString)
	}
	e.uint32(uint32(tag))
	switch {
	case tag.isNamed() != (p.Name != nil):
		e.fail("property %v: an id has a Name from 0x8000 up, and only there", tag)
	case p.Name != nil:
		e.name(*p.Name)
	}
	t := tag.Type()
	if t&PtypMultiple == 0 {
		switch t {
		case PtypString8, PtypString, PtypBinary, PtypObject:
			e.uint32(1)
		}
		e.one(tag, t, p.Value)
		return
	}
	e.values(tag, t&^PtypMultiple, p.Value)
}

func (e *encoder) name(n Name) {
	e.b = append(e.b, n.Set[:]...)
	if n.Text == "" {
		e.uint32(0)
		e.uint32(n.ID)
		return
	}
	e.uint32(1)
	e.text(PtypString, n.Text)
}

// fitsPage reports whether the code page has the text of a value.
func (e *encoder) fitsPage(v any) bool {
	list, ok := v.([]string)
	if s, single := v.(string); single {
		list, ok = []string{s}, true
	}
	for _, s := range list {
		if _, exact := codepage.Encode(e.page, s); !exact {
			return false
		}
	}
	return ok
}

func (e *encoder) text(t Type, s string) {
	if strings.IndexByte(s, 0) >= 0 {
		e.fail("text with a NUL: it would end there; leave the NUL out")
		return
	}
	if t == PtypString8 {
		b, _ := codepage.Encode(e.page, s)
		if e.page == codepage.UTF16LE {
			b = append(b, 0)
		}
		e.block(b, []byte{0})
		return
	}
	b := make([]byte, 0, 2*len(s)+2)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			b = binary.LittleEndian.AppendUint16(b, uint16(high))
			r = low
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	e.block(append(b, 0, 0))
}

// fits reports whether a value is of the Go type that goes with t.
func fits(t Type, value any) bool {
	switch value.(type) {
	case int16:
		return t == PtypInteger16
	case int32:
		return t == PtypInteger32 || t == PtypErrorCode
	case float32:
		return t == PtypFloating32
	case float64:
		return t == PtypFloating64 || t == PtypFloatingTime
	case int64:
		return t == PtypCurrency || t == PtypInteger64
	case bool:
		return t == PtypBoolean
	case time.Time:
		return t == PtypTime
	case GUID:
		return t == PtypGuid
	case string:
		return t == PtypString8 || t == PtypString
	case []byte:
		return t == PtypBinary
	case Object:
		return t == PtypObject
	}
	return false
}

func (e *encoder) mismatch(tag Tag, v any) {
	e.fail("property %v can't have a value of type %T; see the list of types", tag, v)
}

// one writes a value.
func (e *encoder) one(tag Tag, t Type, value any) {
	if !fits(t, value) {
		e.mismatch(tag, value)
		return
	}
	switch v := value.(type) {
	case int16:
		e.uint32(uint32(uint16(v)))
	case int32:
		e.uint32(uint32(v))
	case float32:
		e.uint32(math.Float32bits(v))
	case float64:
		e.uint64(math.Float64bits(v))
	case int64:
		e.uint64(uint64(v))
	case bool:
		n := uint32(0)
		if v {
			n = 1
		}
		e.uint32(n)
	case time.Time:
		n, ok := toFiletime(v)
		if !ok {
			e.fail("property %v: the time %v is not between 1601 and 60056", tag, v)
		}
		e.uint64(n)
	case GUID:
		e.b = append(e.b, v[:]...)
	case string:
		e.text(t, v)
	case []byte:
		e.block(v)
	case Object:
		e.block(v.IID[:], v.Data)
	}
}

func (e *encoder) values(tag Tag, t Type, value any) {
	switch v := value.(type) {
	case []int16:
		writeSeveral(e, tag, t, v)
	case []int32:
		writeSeveral(e, tag, t, v)
	case []float32:
		writeSeveral(e, tag, t, v)
	case []float64:
		writeSeveral(e, tag, t, v)
	case []int64:
		writeSeveral(e, tag, t, v)
	case []bool:
		writeSeveral(e, tag, t, v)
	case []time.Time:
		writeSeveral(e, tag, t, v)
	case []GUID:
		writeSeveral(e, tag, t, v)
	case []string:
		writeSeveral(e, tag, t, v)
	case [][]byte:
		writeSeveral(e, tag, t, v)
	default:
		e.mismatch(tag, v)
	}
}

func writeSeveral[T any](e *encoder, tag Tag, t Type, list []T) {
	e.uint32(uint32(len(list)))
	var zero T
	if !fits(t, zero) {
		e.mismatch(tag, list)
		return
	}
	for _, v := range list {
		e.one(tag, t, v)
	}
}
