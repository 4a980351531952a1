package summary

import (
	"encoding/binary"
	"hash/crc32"
)

// version is the first octet of an encoding. It changes with anything that New makes of a message.
const version = 1

// checksumSize is that of the checksum at the end: what is decoded is sent to clients as it is.
const checksumSize = 4

// encode writes all of s but data.
func (s *Summary) encode() []byte {
	b := append(make([]byte, 0, 2048), version)
	b = binary.AppendUvarint(b, uint64(s.Size))
	b = binary.AppendUvarint(b, uint64(s.HeaderSize))
	for _, r := range [...]*Rendered{&s.Envelope, &s.Body, &s.BodyStructure} {
		b = appendString(b, r.ASCII)
		if r.UTF8 == r.ASCII {
			b = append(b, 0)
		} else {
			b = appendString(b, r.UTF8)
		}
	}
	b = appendString(b, s.Preview)
	b = appendString(b, s.index)
	for _, text := range s.Keys.strings() {
		b = appendString(b, *text)
	}
	b = append(b, flags(s.Reply, !s.Sent.IsZero(), s.all))
	if !s.Sent.IsZero() {
		_, offset := s.Sent.Zone()
		b = binary.AppendVarint(binary.AppendVarint(b, s.Sent.Unix()), int64(offset))
	}
	b = binary.AppendUvarint(b, uint64(len(s.References)))
	for _, id := range s.References {
		b = appendString(b, id)
	}
	b = binary.AppendUvarint(b, s.cut)
	for _, text := range s.fields {
		b = appendString(b, text)
	}
	b = appendString(b, s.names)
	return binary.LittleEndian.AppendUint32(b, checksum(b))
}

// strings are the texts among the keys, in their order in the encoding.
func (k *Keys) strings() [7]*string {
	return [...]*string{&k.Subject, &k.From, &k.To, &k.Cc, &k.DisplayFrom, &k.DisplayTo, &k.MessageID}
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// flags are bits, the first the lowest.
func flags(set ...bool) (b byte) {
	for i, is := range set {
		if is {
			b |= 1 << i
		}
	}
	return b
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
