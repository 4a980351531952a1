package ntlm

import (
	"crypto/hmac"
	"crypto/md5"

	//lint:ignore SA1019 NTLM is defined by MD4 (MS-NLMP, 3.3.1)
	"golang.org/x/crypto/md4"
)

// Hash is the NT hash of a password: MD4 of its UTF-16. It is as good as the
// password to whoever has it.
type Hash [16]byte

// PasswordHash returns the hash of a password: NTOWFv1 (MS-NLMP, 3.3.1).
func PasswordHash(password string) Hash {
	h := md4.New()
	h.Write(encode(password))
	return Hash(h.Sum(nil))
}

// v2 returns the key of the NTLMv2 responses: NTOWFv2 (MS-NLMP, 3.3.2).
func (h Hash) v2(user, domain string) []byte {
	return hmacMD5(h[:], encode(upper(user)+domain))
}

func hmacMD5(key []byte, parts ...[]byte) []byte {
	h := hmac.New(md5.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
