package rtf

import (
	"cmp"
	"encoding/binary"

	"github.com/wirepost/wirepost/mime/defect"
)

// DefaultMaxSize is how many octets Decompress returns at most, unless told otherwise.
const DefaultMaxSize = 64 << 20

// What Decompress finds wrong.
const (
	ShortHeader   defect.Kind = "compressed RTF without a complete header"
	UnknownMagic  defect.Kind = "compressed RTF of an unknown kind"
	WrongSize     defect.Kind = "compressed RTF whose sizes are not those of its header"
	WrongChecksum defect.Kind = "compressed RTF with a wrong checksum"
	NoEnd         defect.Kind = "compressed RTF without its end mark"
	TooLarge      defect.Kind = "compressed RTF that is larger than allowed"
)

const (
	greatestFactor  = 9  // 8 references are 17 octets and stand for 136
	remainderOfSize = 12 // octets of the header that its first number counts
)

// Decompress returns the document in a value of PidTagRtfCompressed, at most maxSize octets of it ([DefaultMaxSize] if
// maxSize is 0). A damaged value gives what can be had.
func Decompress(b []byte, maxSize int, defects *defect.List) []byte {
	if len(b) < headerSize {
		defects.Add(ShortHeader, 0)
		return nil
	}
	size := int64(binary.LittleEndian.Uint32(b)) - remainderOfSize
	raw := int64(binary.LittleEndian.Uint32(b[4:]))
	sum := binary.LittleEndian.Uint32(b[12:])
	contents := b[headerSize:]
	switch {
	case size < 0 || size > int64(len(contents)):
		defects.Add(WrongSize, 0)
	default:
		contents = contents[:size]
	}
	maxSize = cmp.Or(max(maxSize, 0), DefaultMaxSize)
	switch binary.LittleEndian.Uint32(b[8:]) {
	case compressed:
		if checksum(contents) != sum {
			defects.Add(WrongChecksum, remainderOfSize)
		}
		out := expand(contents, int(min(raw, int64(greatestFactor*len(contents)), int64(maxSize))), maxSize, defects)
		if int64(len(out)) != raw {
			defects.Add(WrongSize, 4)
		}
		return out
	case uncompressed:
		if int64(len(contents)) < raw {
			defects.Add(WrongSize, 4)
		}
		if int64(len(contents)) > int64(maxSize) {
			defects.Add(TooLarge, headerSize)
		}
		return append([]byte{}, contents[:min(raw, int64(len(contents)), int64(maxSize))]...)
	}
	defects.Add(UnknownMagic, 8)
	return nil
}

// expand undoes LZFu (MS-OXRTFCP, 2.1.3.1.1). Every turn of its loops takes input, and gives at most maxMatch octets.
func expand(in []byte, room, maxSize int, defects *defect.List) []byte {
	var dict [window]byte
	w := copy(dict[:], preloaded)
	out := make([]byte, 0, room)
	for i := 0; i < len(in); {
		control := in[i]
		i++
		for bit := 0; bit < 8 && i < len(in); bit++ {
			if len(out) >= maxSize {
				defects.Add(TooLarge, int64(headerSize+i))
				return out
			}
			if control>>bit&1 == 0 {
				dict[w] = in[i]
				out = append(out, in[i])
				w = (w + 1) % window
				i++
				continue
			}
			if i+2 > len(in) {
				defects.Add(NoEnd, int64(headerSize+i))
				return out
			}
			ref := int(in[i])<<8 | int(in[i+1])
			i += 2
			from := ref >> 4
			if from == w {
				return out
			}
			for range min(ref&15+minMatch, maxSize-len(out)) {
				c := dict[from]
				dict[w] = c
				out = append(out, c)
				from, w = (from+1)%window, (w+1)%window
			}
		}
	}
	defects.Add(NoEnd, int64(headerSize+len(in)))
	return out
}
