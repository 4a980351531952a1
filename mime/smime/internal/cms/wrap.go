package cms

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"
	"slices"
)

const wrapIV = 0xa6a6a6a6a6a6a6a6 // RFC 3394, 2.2.3.1

// wrapKey encrypts a content key of whole 8 octet blocks with AES Key Wrap (RFC 3394, 2.2.1).
func wrapKey(kek, key []byte) ([]byte, error) {
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, err
	}
	n := len(key) / 8
	out := slices.Concat(make([]byte, 8), key)
	a := uint64(wrapIV)
	var buf [aes.BlockSize]byte
	for t := range uint64(6 * n) {
		r := out[8*(t%uint64(n)+1):][:8]
		binary.BigEndian.PutUint64(buf[:8], a)
		copy(buf[8:], r)
		block.Encrypt(buf[:], buf[:])
		a = binary.BigEndian.Uint64(buf[:8]) ^ (t + 1)
		copy(r, buf[8:])
	}
	binary.BigEndian.PutUint64(out, a)
	return out, nil
}

// maxWrapped is the longest wrapped key that any cipher here has.
const maxWrapped = 40

// unwrapKey undoes wrapKey (RFC 3394, 2.2.2).
func unwrapKey(kek, wrapped []byte) (key []byte, ok bool) {
	block, err := aes.NewCipher(kek)
	if err != nil || len(wrapped) < 24 || len(wrapped) > maxWrapped || len(wrapped)%8 != 0 {
		return nil, false
	}
	n := len(wrapped)/8 - 1
	key = slices.Clone(wrapped[8:])
	a := binary.BigEndian.Uint64(wrapped)
	var buf [aes.BlockSize]byte
	for t := uint64(6 * n); t > 0; t-- {
		r := key[8*((t-1)%uint64(n)):][:8]
		binary.BigEndian.PutUint64(buf[:8], a^t)
		copy(buf[8:], r)
		block.Decrypt(buf[:], buf[:])
		a = binary.BigEndian.Uint64(buf[:8])
		copy(r, buf[8:])
	}
	binary.BigEndian.PutUint64(buf[:8], a)
	return key, subtle.ConstantTimeCompare(buf[:8], []byte("\xa6\xa6\xa6\xa6\xa6\xa6\xa6\xa6")) == 1
}
