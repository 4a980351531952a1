package rtf

import "encoding/binary"

// maxChain bounds how many earlier places are tried for each match, so that the time is linear whatever the input.
const maxChain = 48

// Compress returns a document as PidTagRtfCompressed wants it, in LZFu. A document of 4 GiB or more does not fit the
// format.
func Compress(rtf []byte) []byte {
	out := make([]byte, headerSize, headerSize+len(rtf)/2+32)
	out = squeeze(out, rtf)
	binary.LittleEndian.PutUint32(out, uint32(len(out)-headerSize+remainderOfSize))
	binary.LittleEndian.PutUint32(out[4:], uint32(len(rtf)))
	binary.LittleEndian.PutUint32(out[8:], compressed)
	binary.LittleEndian.PutUint32(out[12:], checksum(out[headerSize:]))
	return out
}

// squeeze appends the runs of LZFu: an octet of eight bits, low one first, that tell references from literals, then
// those (MS-OXRTFCP, 2.1.3.1.1). A reference to the place that would be written next is the end.
func squeeze(out, rtf []byte) []byte {
	var m matcher
	m.src = append(append(make([]byte, 0, len(preloaded)+len(rtf)), preloaded...), rtf...)
	for p := range len(preloaded) {
		m.insert(p)
	}
	control, bit := 0, 8
	token := func(isRef byte) {
		if bit == 8 {
			control, bit = len(out), 0
			out = append(out, 0)
		}
		out[control] |= isRef << bit
		bit++
	}
	p := len(preloaded)
	for p < len(m.src) {
		from, n := m.longest(p)
		if n < minMatch {
			token(0)
			out = append(out, m.src[p])
			m.insert(p)
			p++
			continue
		}
		token(1)
		out = binary.BigEndian.AppendUint16(out, uint16(from%window<<4|(n-minMatch)))
		for range n {
			m.insert(p)
			p++
		}
	}
	token(1)
	return binary.BigEndian.AppendUint16(out, uint16(p%window<<4))
}

// A matcher finds earlier copies of what comes next. Places are kept plus one, so that zero is none.
type matcher struct {
	src   []byte
	pairs [1 << 12]int32 // the last place of two octets, by their hash
	heads [1 << 13]int32 // the last place of three octets, by their hash
	prev  [window]int32  // the place before, of the same hash
}

func hash2(b []byte) uint32 { return (uint32(b[0])<<8 | uint32(b[1])) * 0x9e3779b1 >> 20 }
func hash3(b []byte) uint32 {
	return (uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])) * 0x9e3779b1 >> 19
}

// insert makes the octets at p known.
func (m *matcher) insert(p int) {
	if p+minMatch > len(m.src) {
		return
	}
	m.pairs[hash2(m.src[p:])] = int32(p + 1)
	if p+3 > len(m.src) {
		return
	}
	h := hash3(m.src[p:])
	m.prev[p%window] = m.heads[h]
	m.heads[h] = int32(p + 1)
}

// longest returns the place and length of the longest copy of what is at p. A copy may reach into itself. The place a
// whole window back is not used: it is the end mark.
func (m *matcher) longest(p int) (from, n int) {
	limit := min(maxMatch, len(m.src)-p)
	if limit < minMatch {
		return 0, 0
	}
	if limit > minMatch {
		c := int(m.heads[hash3(m.src[p:])]) - 1
		for range maxChain {
			if c < 0 || p-c >= window || n == limit {
				break
			}
			if m.src[c+n] == m.src[p+n] { // else it can't be longer
				if l := m.common(c, p, limit); l > n {
					from, n = c, l
				}
			}
			next := int(m.prev[c%window]) - 1
			if next >= c {
				break
			}
			c = next
		}
	}
	if n >= minMatch {
		return from, n
	}
	if c := int(m.pairs[hash2(m.src[p:])]) - 1; c >= 0 && p-c < window {
		return c, m.common(c, p, limit)
	}
	return 0, 0
}

func (m *matcher) common(a, b, limit int) int {
	n := 0
	for n < limit && m.src[a+n] == m.src[b+n] {
		n++
	}
	return n
}
