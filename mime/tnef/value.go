package tnef

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf16"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef/internal/codepage"
)

// What the reader of properties finds wrong.
const (
	ShortProperties defect.Kind = "TNEF property list that ends early"
	LongProperties  defect.Kind = "TNEF property list with octets after its end"
	UnknownType     defect.Kind = "TNEF property of an unknown type"
	UnknownNameKind defect.Kind = "TNEF property with an unknown kind of name"
	OddCount        defect.Kind = "TNEF property that should be one value and is not"
	OddUTF16        defect.Kind = "TNEF text in UTF-16 with half a character"
)

// A reader reads the properties in an attribute. When it is bad, it has told why, and reads only zeros.
type reader struct {
	*frame
	b      []byte
	pos    int
	offset int64
	bad    bool
	object int         // where the data of the last PtypObject is
	embed  *Attachment // what gets the message that these properties embed, if any
}

func (f *frame) reader(a attribute) *reader {
	return &reader{frame: f, b: a.data, offset: a.offset}
}

func (r *reader) left() int { return len(r.b) - r.pos }

func (r *reader) report(k defect.Kind) { r.defects.Add(k, r.offset+int64(r.pos)) }

func (r *reader) fail() {
	if !r.bad {
		r.report(ShortProperties)
	}
	r.bad = true
}

// end tells of octets that nobody asked for.
func (r *reader) end() {
	if !r.bad && r.left() >= 4 {
		r.report(LongProperties)
	}
}

// take returns the next n octets and passes over those that fill up to a multiple of four; the last of these may be
// missing.
func (r *reader) take(n int64) []byte {
	if r.bad || n > int64(r.left()) {
		r.fail()
		return nil
	}
	v := r.b[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos = min(r.pos+(int(n)+3)&^3, len(r.b))
	return v
}

func (r *reader) uint16() uint16 {
	if v := r.take(2); v != nil {
		return binary.LittleEndian.Uint16(v)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if v := r.take(4); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if v := r.take(8); v != nil {
		return binary.LittleEndian.Uint64(v)
	}
	return 0
}

func (r *reader) guid() (g GUID) {
	copy(g[:], r.take(16))
	return g
}

// block reads a length and as many octets.
func (r *reader) block() []byte { return r.take(int64(r.uint32())) }

// properties reads a list: how many, then a tag, a name if it has one, and a value each (MS-OXTNEF, 2.1.3.4).
func (r *reader) properties() Properties {
	n := int64(r.uint32())
	var list Properties
	if n > 0 {
		list = make(Properties, 0, min(n, int64(r.left()/8), int64(r.frame.parser.properties)))
	}
	for range n {
		if r.left() < 4 {
			r.fail()
		}
		if r.bad {
			break
		}
		if r.frame.parser.properties == 0 {
			r.report(TooMany)
			r.bad = true
			break
		}
		r.frame.parser.properties--
		p, keep := r.property()
		if keep {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

func (r *reader) property() (p Property, keep bool) {
	p.Tag = Tag(r.uint32())
	if p.Tag.isNamed() {
		p.Name = r.name()
	}
	p.Value = r.value(p.Tag.Type())
	if o, ok := p.Value.(Object); ok && !r.bad && r.embedded(p.Tag, o) {
		return p, false
	}
	return p, !r.bad
}

func (r *reader) name() *Name {
	n := &Name{Set: r.guid()}
	switch r.uint32() {
	case 0:
		n.ID = r.uint32()
	case 1:
		n.Text = r.utf16(r.block())
	default:
		r.report(UnknownNameKind)
		r.bad = true
	}
	return n
}

// embedded reads the message that an attachment is, and reports whether it did.
func (r *reader) embedded(tag Tag, o Object) bool {
	if r.embed == nil || tag != PidTagAttachDataObject || o.IID != OLEGUID(iidMessage) || r.embed.Message != nil {
		return false
	}
	if r.depth < 1 {
		r.report(TooDeep)
		return false
	}
	r.embed.Message = new(Message)
	outer := r.defects
	r.frame.parser.defects = &r.embed.Message.Defects
	r.message(r.embed.Message, o.Data, r.offset+int64(r.object), r.depth-1)
	r.frame.parser.defects = outer
	return true
}

func (r *reader) value(t Type) any {
	if t&PtypMultiple != 0 {
		return r.values(t &^ PtypMultiple)
	}
	switch t {
	case PtypString8, PtypString, PtypBinary, PtypObject:
		n := r.uint32()
		if n != 1 {
			r.report(OddCount)
		}
		if n == 0 {
			return empty(t)
		}
		first := r.one(t)
		for range n - 1 {
			if r.block(); r.bad {
				break
			}
		}
		return first
	}
	return r.one(t)
}

// empty is the value of a property that should have one and has none.
func empty(t Type) any {
	switch t {
	case PtypBinary:
		return []byte{}
	case PtypObject:
		return Object{}
	}
	return ""
}

// one reads a single value.
func (r *reader) one(t Type) any {
	switch t {
	case PtypInteger16:
		return int16(r.uint16())
	case PtypInteger32, PtypErrorCode:
		return int32(r.uint32())
	case PtypFloating32:
		return math.Float32frombits(r.uint32())
	case PtypFloating64, PtypFloatingTime:
		return math.Float64frombits(r.uint64())
	case PtypCurrency, PtypInteger64:
		return int64(r.uint64())
	case PtypBoolean:
		return r.uint16() != 0
	case PtypTime:
		return fromFiletime(r.uint64())
	case PtypGuid:
		return r.guid()
	case PtypString8:
		return r.text(r.block())
	case PtypString:
		return r.utf16(r.block())
	case PtypBinary:
		return r.block()
	case PtypObject:
		r.object = r.pos + 4 + len(GUID{})
		b := r.block()
		if len(b) < len(GUID{}) {
			r.fail()
			return Object{}
		}
		return Object{IID: GUID(b), Data: b[len(GUID{}):]}
	}
	r.report(UnknownType)
	r.bad = true
	return nil
}

// values reads several.
func (r *reader) values(t Type) any {
	switch t {
	case PtypInteger16:
		return several[int16](r, t, 4)
	case PtypInteger32, PtypErrorCode:
		return several[int32](r, t, 4)
	case PtypFloating32:
		return several[float32](r, t, 4)
	case PtypFloating64, PtypFloatingTime:
		return several[float64](r, t, 8)
	case PtypCurrency, PtypInteger64:
		return several[int64](r, t, 8)
	case PtypBoolean:
		return several[bool](r, t, 4)
	case PtypTime:
		return several[time.Time](r, t, 8)
	case PtypGuid:
		return several[GUID](r, t, 16)
	case PtypString8, PtypString:
		return several[string](r, t, 4)
	case PtypBinary:
		return several[[]byte](r, t, 4)
	}
	r.report(UnknownType)
	r.bad = true
	return nil
}

// several reads a count and values that take at least size octets each.
func several[T any](r *reader, t Type, size int) []T {
	n := int64(r.uint32())
	if n > int64((r.left()+size-1)/size) {
		r.fail()
		return nil
	}
	out := make([]T, 0, n)
	for range n {
		v, _ := r.one(t).(T)
		out = append(out, v)
	}
	return out
}

// text decodes octets in the code page of the message, up to a NUL.
func (f *frame) text(b []byte) string {
	if f.page != codepage.UTF16LE {
		for i, c := range b {
			if c == 0 {
				b = b[:i]
				break
			}
		}
	}
	s, _ := codepage.Decode(f.page, b)
	return upToNUL(s)
}

func upToNUL(s string) string {
	for i := range len(s) {
		if s[i] == 0 {
			return s[:i]
		}
	}
	return s
}

// utf16 decodes up to a NUL.
func (r *reader) utf16(b []byte) string {
	if len(b)%2 != 0 {
		r.report(OddUTF16)
	}
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		u := binary.LittleEndian.Uint16(b)
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}
