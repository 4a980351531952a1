package ntlm

import (
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
)

// blobHeader is how much of a client's part of an NTLMv2 response stands
// before the AV pairs (MS-NLMP, 2.2.2.7).
const blobHeader = 28

// blob makes the client's part of an NTLMv2 response: "temp" in MS-NLMP, 3.3.2.
func blob(time uint64, nonce [8]byte, info []byte) []byte {
	b := make([]byte, blobHeader, blobHeader+len(info)+4)
	b[0], b[1] = 1, 1
	binary.LittleEndian.PutUint64(b[8:], time)
	copy(b[16:], nonce[:])
	return append(append(b, info...), 0, 0, 0, 0)
}

// proof is NTProofStr, the server's check of such a part (MS-NLMP, 3.3.2).
func proof(key []byte, server [8]byte, blob []byte) []byte {
	return hmacMD5(key, server[:], blob)
}

// lmV2 is the LMv2 response (MS-NLMP, 3.3.2).
func lmV2(key []byte, server, client [8]byte) []byte {
	return append(hmacMD5(key, server[:], client[:]), client[:]...)
}

// ntV1 is the NTLMv1 response (MS-NLMP, 3.3.1).
func ntV1(h Hash, server [8]byte) []byte { return desl(h, server) }

// ntESS is the one of extended session security, also called NTLM2: NTLMv1
// with a challenge of both sides. The client's is the beginning of what stands
// in the place of the LM response.
func ntESS(h Hash, server [8]byte, lm []byte) []byte {
	return desl(h, [8]byte(digestESS(server, lm)))
}

func digestESS(server [8]byte, lm []byte) []byte {
	sum := md5.Sum(append(server[:len(server):len(server)], lm[:8]...))
	return sum[:8]
}

// baseV2 is the session base key of NTLMv2, and its key exchange key too
// (MS-NLMP, 3.3.2 and 3.4.5.1). The keys of the older kinds serve nobody here.
func baseV2(key, proof []byte) []byte { return hmacMD5(key, proof) }

// rc4K encrypts and decrypts the session key that the client chooses.
func rc4K(key, b []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic("ntlm: a session key of no length")
	}
	out := make([]byte, len(b))
	c.XORKeyStream(out, b)
	return out
}
