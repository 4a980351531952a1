package rvptest

import (
	"crypto/des"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"

	//lint:ignore SA1019 NTLMv1 is made of it (MS-NLMP, 3.3.1)
	"golang.org/x/crypto/md4"
)

// These are the messages of NTLM as Authen::NTLM 1.09 writes them, which Net::RVP
// uses: NTLMv1 with a response of 24 octets.

// oldNTLM1 is message 1 of it.
func oldNTLM1(domain, host string) string {
	b := append([]byte("NTLMSSP\x00\x01\x00\x00\x00"), 0x07, 0xb2, 0, 0)
	for _, s := range []struct{ n, at int }{{len(domain), 32 + len(host)}, {len(host), 32}} {
		b = appendBuffer(b, s.n, s.at)
	}
	return base64.StdEncoding.EncodeToString(append(append(b, host...), domain...))
}

// oldNTLM3 is message 3 of it, to the challenge of message 2; "" if that is none.
func oldNTLM3(message2, domain, user, password string) string {
	b, err := base64.StdEncoding.DecodeString(message2)
	if err != nil || len(b) < 32 {
		return ""
	}
	hash := md4.New()
	hash.Write(wide(password))
	response := response24(hash.Sum(nil), b[24:32])
	parts := [][]byte{make([]byte, 24), response, wide(domain), wide(user), wide(user), nil}
	at := 64
	out := []byte("NTLMSSP\x00\x03\x00\x00\x00")
	for _, p := range parts {
		out = appendBuffer(out, len(p), at)
		at += len(p)
	}
	out = binary.LittleEndian.AppendUint32(out, 0x00008205)
	for _, p := range parts {
		out = append(out, p...)
	}
	return base64.StdEncoding.EncodeToString(out)
}

func appendBuffer(b []byte, n, at int) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(n))
	b = binary.LittleEndian.AppendUint16(b, uint16(n))
	return binary.LittleEndian.AppendUint32(b, uint32(at))
}

func wide(s string) (b []byte) {
	for _, c := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return b
}

// response24 is the response of NTLMv1 (MS-NLMP, 3.3.1).
func response24(key, challenge []byte) []byte {
	key = append(append([]byte(nil), key...), 0, 0, 0, 0, 0)
	var out []byte
	for i := 0; i < 21; i += 7 {
		var seven uint64
		for _, c := range key[i : i+7] {
			seven = seven<<8 | uint64(c)
		}
		k := make([]byte, 8)
		for j := range k {
			seven := byte(seven>>(49-7*j)) << 1
			k[j] = seven | byte(1-bits.OnesCount8(seven)&1)
		}
		block, err := des.NewCipher(k)
		if err != nil {
			return nil // the key has 8 octets
		}
		sum := make([]byte, 8)
		block.Encrypt(sum, challenge)
		out = append(out, sum...)
	}
	return out
}
