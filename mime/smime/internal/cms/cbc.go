package cms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
)

// decryptCBC looks at all of the padding whatever it finds (RFC 5652, 6.3).
func (b sealed) decryptCBC(key []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(b.text) == 0 || len(b.text)%aes.BlockSize != 0 {
		return nil, ErrDecrypt
	}
	plain := make([]byte, len(b.text))
	cipher.NewCBCDecrypter(block, b.nonce).CryptBlocks(plain, b.text)
	n := int(plain[len(plain)-1])
	good := subtle.ConstantTimeLessOrEq(1, n) & subtle.ConstantTimeLessOrEq(n, aes.BlockSize)
	for i := range aes.BlockSize {
		in := subtle.ConstantTimeLessOrEq(i+1, n)
		same := subtle.ConstantTimeByteEq(plain[len(plain)-1-i], byte(n))
		good &= subtle.ConstantTimeSelect(in, same, 1)
	}
	if good != 1 {
		return nil, ErrDecrypt
	}
	return plain[:len(plain)-n], nil
}

func (b sealed) encryptCBC(key, content []byte) (sealed, []byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return b, nil, err
	}
	b.tag, b.nonce = nil, make([]byte, aes.BlockSize)
	rand.Read(b.nonce)
	n := aes.BlockSize - len(content)%aes.BlockSize
	b.text = append(make([]byte, 0, len(content)+n), content...)
	for range n {
		b.text = append(b.text, byte(n))
	}
	cipher.NewCBCEncrypter(block, b.nonce).CryptBlocks(b.text, b.text)
	return b, key, nil
}
