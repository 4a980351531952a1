package deflate

// block reads the header of a block (RFC 1951, 3.2.3).
func (r *Reader) block() error {
	v, err := r.take(3)
	if err != nil {
		return err
	}
	r.final = v&1 != 0
	switch v >> 1 {
	case 0:
		r.step = atStored
	case 1:
		r.fixed()
		r.step = inBlock
	case 2:
		r.step = atLengths
	default:
		return ErrCorrupt
	}
	return nil
}

// stored reads the size of a stored block (RFC 1951, 3.2.4).
func (r *Reader) stored() error {
	if _, err := r.take(r.n % 8); err != nil {
		return err
	}
	size, err := r.take(16)
	if err != nil {
		return err
	}
	check, err := r.take(16)
	if err != nil {
		return err
	}
	if size != check^0xffff {
		return ErrCorrupt
	}
	r.step, r.left = inStored, size
	return nil
}

// fixed sets the codes of RFC 1951, 3.2.6.
func (r *Reader) fixed() {
	l := &r.lengths
	for i := range 288 {
		switch {
		case i < 144:
			l[i] = 8
		case i < 256:
			l[i] = 9
		case i < 280:
			l[i] = 7
		default:
			l[i] = 8
		}
	}
	r.literal.set(l[:288])
	for i := range 32 {
		l[i] = 5
	}
	r.dist.set(l[:32])
}

// numbers reads how many lengths there are (RFC 1951, 3.2.7).
func (r *Reader) numbers() error {
	v, err := r.take(14)
	if err != nil {
		return err
	}
	r.lits, r.dists, r.order = v&31+257, v>>5&31+1, v>>10+4
	if r.lits > 286 || r.dists > 30 {
		return ErrCorrupt
	}
	r.have, r.lengths = 0, [320]uint8{}
	r.step = inOrder
	return nil
}

// orders is the order in which the lengths of lengths come.
var orders = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func (r *Reader) lengthsOfLengths() error {
	v, err := r.take(3)
	if err != nil {
		return err
	}
	r.lengths[orders[r.have]] = uint8(v)
	if r.have++; r.have < r.order {
		return nil
	}
	if !r.dist.set(r.lengths[:19]) { // the code of the lengths, for now
		return ErrCorrupt
	}
	r.have, r.lengths = 0, [320]uint8{}
	r.step = inLengths
	return nil
}

// length reads a length, or a run of them.
func (r *Reader) length() error {
	s, err := r.symbol(&r.dist)
	if err != nil {
		return err
	}
	value, extra, least := uint8(s), uint(0), 1
	switch s {
	case 16:
		if r.have == 0 {
			return ErrCorrupt
		}
		value, extra, least = r.lengths[r.have-1], 2, 3
	case 17:
		value, extra, least = 0, 3, 3
	case 18:
		value, extra, least = 0, 7, 11
	}
	more, err := r.take(extra)
	if err != nil {
		return err
	}
	all := r.lits + r.dists
	if r.have+least+more > all {
		return ErrCorrupt
	}
	for range least + more {
		r.lengths[r.have] = value
		r.have++
	}
	if r.have < all {
		return nil
	}
	if !r.literal.set(r.lengths[:r.lits]) || !r.dist.set(r.lengths[r.lits:all]) {
		return ErrCorrupt
	}
	r.step = inBlock
	return nil
}

const endOfBlock = 256

// What a symbol beyond endOfBlock stands for: a length of at least this, with so
// many bits more; and the same for distances (RFC 1951, 3.2.5).
var (
	lengthBase = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthBits = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase   = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
)

// octet reads a symbol of a block: an octet, or the beginning of a repetition.
func (r *Reader) octet() (int, error) {
	s, err := r.symbol(&r.literal)
	switch {
	case err != nil:
		return -1, err
	case s < endOfBlock:
		return s, nil
	case s == endOfBlock:
		r.endBlock()
		return -1, nil
	case s-endOfBlock > len(lengthBase):
		return -1, ErrCorrupt
	}
	s -= endOfBlock + 1
	more, err := r.take(uint(lengthBits[s]))
	if err != nil {
		return -1, err
	}
	length := int(lengthBase[s]) + more
	d, err := r.symbol(&r.dist)
	if err != nil {
		return -1, err
	}
	if d >= len(distBase) {
		return -1, ErrCorrupt
	}
	more, err = r.take(uint(max(d/2-1, 0)))
	if err != nil {
		return -1, err
	}
	back := int(distBase[d]) + more
	if back > r.filled {
		return -1, ErrCorrupt
	}
	r.left, r.back, r.step = length, back, inRepeated
	return -1, nil
}
