package ntlm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrMalformed is wrapped by the errors about messages that are not as
// MS-NLMP, 2.2.1, has them.
var ErrMalformed = errors.New("ntlm: malformed message")

// maxMessage bounds a message. Those of Windows have a few hundred octets, and
// with long DNS names not twice as many.
const maxMessage = 16 << 10

// signature begins every message.
const signature = "NTLMSSP\x00"

const (
	typeNegotiate    = 1
	typeChallenge    = 2
	typeAuthenticate = 3
)

// A message is one that is being read. It keeps account of which parts of its
// payload are taken, so that no two fields share octets.
type message struct {
	b     []byte
	taken [][2]int // begin and end
}

// open checks what all messages begin with.
func open(b []byte, kind uint32, header int) (*message, error) {
	switch {
	case len(b) > maxMessage:
		return nil, fmt.Errorf("%w: %d octets are too many", ErrMalformed, len(b))
	case len(b) < header || string(b[:8]) != signature:
		return nil, fmt.Errorf("%w: no NTLMSSP message", ErrMalformed)
	case binary.LittleEndian.Uint32(b[8:]) != kind:
		return nil, fmt.Errorf("%w: message %d where %d belongs", ErrMalformed, binary.LittleEndian.Uint32(b[8:]), kind)
	}
	return &message{b: b}, nil
}

// field returns what the length and offset at b[at:] point to. The offset of an
// empty field means nothing: Authen::NTLM puts there what it likes. The second
// length is not looked at either (MS-NLMP, 2.2.1.1: it must be ignored).
func (m *message) field(at, header int) ([]byte, error) {
	n := int(binary.LittleEndian.Uint16(m.b[at:]))
	if n == 0 {
		return nil, nil
	}
	offset := binary.LittleEndian.Uint32(m.b[at+4:])
	if offset < uint32(header) || uint64(offset)+uint64(n) > uint64(len(m.b)) {
		return nil, fmt.Errorf("%w: a field points outside of it", ErrMalformed)
	}
	begin, end := int(offset), int(offset)+n
	if slices.ContainsFunc(m.taken, func(t [2]int) bool { return begin < t[1] && t[0] < end }) {
		return nil, fmt.Errorf("%w: fields overlap", ErrMalformed)
	}
	m.taken = append(m.taken, [2]int{begin, end})
	return m.b[begin:end:end], nil
}

// start is where the payload begins, and so where the header ends.
func (m *message) start() int {
	first := len(m.b)
	for _, t := range m.taken {
		first = min(first, t[0])
	}
	return first
}

// A builder is a message that is being written: a header of fixed size, and the
// payload behind it.
type builder struct{ b []byte }

func build(kind uint32, header int) *builder {
	b := make([]byte, header, 512)
	copy(b, signature)
	binary.LittleEndian.PutUint32(b[8:], kind)
	return &builder{b}
}

// field appends to the payload and points to it at b[at:]. An empty field
// points behind what is there, as Windows does it.
func (m *builder) field(at int, content []byte) {
	n := uint16(min(len(content), maxMessage))
	binary.LittleEndian.PutUint16(m.b[at:], n)
	binary.LittleEndian.PutUint16(m.b[at+2:], n)
	binary.LittleEndian.PutUint32(m.b[at+4:], uint32(len(m.b)))
	m.b = append(m.b, content[:n]...)
}
