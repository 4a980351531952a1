package ntlm

import "crypto/des"

// desl encrypts a challenge by a hash cut into three DES keys (MS-NLMP, 6).
func desl(h Hash, nonce [8]byte) []byte {
	var keys [21]byte
	copy(keys[:], h[:])
	out := make([]byte, 24)
	for i := range 3 {
		c, err := des.NewCipher(spread([7]byte(keys[7*i:])))
		if err != nil {
			panic("ntlm: a DES key of a wrong length")
		}
		c.Encrypt(out[8*i:], nonce[:])
	}
	return out
}

// spread makes a DES key of 56 bits: seven to an octet, above the parity bit,
// which nobody looks at.
func spread(k [7]byte) []byte {
	out := make([]byte, 8)
	var bits uint64
	for _, b := range k {
		bits = bits<<8 | uint64(b)
	}
	for i := range out {
		out[i] = byte(bits>>(49-7*i)) << 1
	}
	return out
}
