package deflate

// A code is a canonical Huffman code (RFC 1951, 3.2.2). Short codes are looked up,
// long ones counted through.
type code struct {
	fast    [1 << fastBits]uint16 // symbol<<4 | length, 0 if it is longer
	count   [maxBits + 1]uint16   // codes of each length
	symbols [288]uint16           // in the order of their codes
}

const (
	fastBits = 9
	maxBits  = 15
)

// set makes the code of these lengths. It reports false if there is no such code:
// more codes than there is room for, or less, but for a single one of one bit,
// and none at all.
func (h *code) set(lengths []uint8) bool {
	h.count = [maxBits + 1]uint16{}
	for _, n := range lengths {
		h.count[n]++
	}
	used := len(lengths) - int(h.count[0])
	h.count[0] = 0
	room := 1
	var next, offset [maxBits + 2]uint16
	for n := 1; n <= maxBits; n++ {
		room = room<<1 - int(h.count[n])
		if room < 0 {
			return false
		}
		next[n+1] = (next[n] + h.count[n]) << 1
		offset[n+1] = offset[n] + h.count[n]
	}
	if room > 0 && (used > 1 || used == 1 && h.count[1] != 1) {
		return false
	}
	h.fast = [1 << fastBits]uint16{}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		h.symbols[offset[n]] = uint16(symbol)
		offset[n]++
		bits := reversed(next[n], n)
		next[n]++
		for ; n <= fastBits && bits < 1<<fastBits; bits += 1 << n {
			h.fast[bits] = uint16(symbol)<<4 | uint16(n)
		}
	}
	return true
}

// reversed turns a code around: its first bit is the lowest.
func reversed(bits uint16, n uint8) (out int) {
	for range n {
		out = out<<1 | int(bits&1)
		bits >>= 1
	}
	return out
}

// find returns the symbol whose code the lowest of n bits begin with, and its
// length: 0 if they are too few, more than maxBits if no code is like that.
func (h *code) find(bits uint64, n uint) (symbol int, length uint) {
	if e := h.fast[bits&(1<<fastBits-1)]; e != 0 {
		if length = uint(e & 15); length <= n {
			return int(e >> 4), length
		}
		return 0, 0
	}
	word, first, index := 0, 0, 0
	for length = 1; length <= maxBits; length++ {
		if length > n {
			return 0, 0
		}
		word |= int(bits & 1)
		bits >>= 1
		count := int(h.count[length])
		if word-count < first {
			return int(h.symbols[index+word-first]), length
		}
		index += count
		first = (first + count) << 1
		word <<= 1
	}
	return 0, maxBits + 1
}
