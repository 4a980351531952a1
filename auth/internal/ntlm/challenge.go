package ntlm

import "encoding/binary"

// challenge is message 2 (MS-NLMP, 2.2.1.2).
type challenge struct {
	flags  Flags
	nonce  [8]byte // the server's challenge
	target []byte  // its name, in the encoding of the flags
	info   []byte  // AV pairs, with the end
}

func parseChallenge(b []byte) (challenge, error) {
	// NT 4 sends no AV pairs, and some servers no room for them.
	m, err := open(b, typeChallenge, 32)
	if err != nil {
		return challenge{}, err
	}
	c := challenge{flags: Flags(binary.LittleEndian.Uint32(b[20:])), nonce: [8]byte(b[24:32])}
	if c.target, err = m.field(12, 32); err != nil {
		return challenge{}, err
	}
	if c.flags.has(flagTargetInfo) && len(b) >= 48 {
		if c.info, err = m.field(40, 48); err != nil {
			return challenge{}, err
		}
	}
	return c, nil
}

// bytes makes the message, in the one form that is sure to be understood:
// header of 56 octets, the name, the pairs. Authen::NTLM reads it by fixed
// offsets, and takes the name for the domain of its answer as it stands.
func (c challenge) bytes() []byte {
	m := build(typeChallenge, 56)
	m.field(12, c.target)
	binary.LittleEndian.PutUint32(m.b[20:], uint32(c.flags))
	copy(m.b[24:], c.nonce[:])
	m.field(40, c.info)
	if c.flags.has(flagVersion) {
		copy(m.b[48:], version[:])
	}
	return m.b
}
