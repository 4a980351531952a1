package summary

import (
	"encoding/binary"
	"time"
)

// Decode reads what AppendTo wrote. It reports false for what it did not write, or another version of this package did: the
// summary is to be made anew. It keeps no part of b.
func Decode(b []byte) (*Summary, bool) {
	if len(b) < 1+checksumSize || b[0] != version {
		return nil, false
	}
	end := len(b) - checksumSize
	if checksum(b[:end]) != binary.LittleEndian.Uint32(b[end:]) {
		return nil, false
	}
	s := &Summary{data: string(b)}
	d := decoder{b: s.data[1:end]}
	s.Size, s.HeaderSize = d.size(), d.size()
	for _, r := range [...]*Rendered{&s.Envelope, &s.Body, &s.BodyStructure} {
		r.ASCII = d.string()
		if r.UTF8 = d.string(); r.UTF8 == "" {
			r.UTF8 = r.ASCII
		}
	}
	s.Preview, s.index = d.string(), d.string()
	for _, text := range s.Keys.strings() {
		*text = d.string()
	}
	bits := d.octet()
	s.Reply, s.all = bits&1 != 0, bits&4 != 0
	if bits&2 != 0 {
		s.Sent = d.time()
	}
	s.References = d.references()
	s.cut = d.number()
	for i := range s.fields {
		s.fields[i] = d.string()
	}
	s.names = d.string()
	if d.bad || d.b != "" || bits > 7 || s.cut >= 1<<fieldCount || s.HeaderSize > s.Size {
		return nil, false
	}
	return s, true
}

// A decoder takes values from the front of b. Once something is wrong, it is bad for good and gives zeros.
type decoder struct {
	b   string
	bad bool
}

func (d *decoder) number() uint64 {
	n := uint64(0)
	for i := 0; i < len(d.b) && i < binary.MaxVarintLen64; i++ {
		c := d.b[i]
		if i == binary.MaxVarintLen64-1 && c > 1 {
			break
		}
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.b = d.b[i+1:]
			return n
		}
	}
	d.bad, d.b = true, ""
	return 0
}

// signed is a number in zigzag encoding.
func (d *decoder) signed() int64 {
	n := d.number()
	return int64(n>>1) ^ -int64(n&1)
}

func (d *decoder) size() int64 {
	n := int64(d.number())
	if n < 0 {
		d.bad = true
		return 0
	}
	return n
}

func (d *decoder) octet() byte {
	if d.b == "" {
		d.bad = true
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) string() string {
	n := d.number()
	if n > uint64(len(d.b)) {
		d.bad = true
		return ""
	}
	s := d.b[:n]
	d.b = d.b[n:]
	return s
}

// time reads a time with its offset from UTC, which is less than a day.
func (d *decoder) time() time.Time {
	seconds, offset := d.signed(), d.signed()
	if offset <= -86400 || offset >= 86400 {
		d.bad = true
		return time.Time{}
	}
	return time.Unix(seconds, 0).In(zone(int(offset)))
}

// zone is UTC, or one that has no name.
func zone(offset int) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	return time.FixedZone("", offset)
}

func (d *decoder) references() []string {
	n := d.number()
	if n > maxReferences {
		d.bad = true
	}
	if n == 0 || d.bad {
		return nil
	}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = d.string()
	}
	return ids
}
