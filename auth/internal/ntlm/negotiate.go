package ntlm

import "encoding/binary"

// parseNegotiate reads message 1 (MS-NLMP, 2.2.1.1). The names in it, if there
// are any, are the client's own, and of no use: some clients point them
// outside of the message, so they are not read.
func parseNegotiate(b []byte) (Flags, error) {
	if _, err := open(b, typeNegotiate, 16); err != nil {
		return 0, err
	}
	return Flags(binary.LittleEndian.Uint32(b[12:])), nil
}

// makeNegotiate makes message 1. It names nobody, as MS-NLMP, 3.1.5.1.1, has
// it for clients of today.
func makeNegotiate(f Flags) []byte {
	m := build(typeNegotiate, 40)
	binary.LittleEndian.PutUint32(m.b[12:], uint32(f))
	m.field(16, nil)
	m.field(24, nil)
	copy(m.b[32:], version[:])
	return m.b
}
