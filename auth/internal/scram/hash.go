package scram

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
)

// A Hash is the hash function of a SCRAM mechanism.
type Hash struct {
	Name string // as in the mechanism's name: "SHA-1"
	Size int    // of a digest, in octets
	new  func() hash.Hash
}

// SHA1 is that of SCRAM-SHA-1 (RFC 5802).
func SHA1() Hash { return Hash{"SHA-1", sha1.Size, sha1.New} }

// SHA256 is that of SCRAM-SHA-256 (RFC 7677).
func SHA256() Hash { return Hash{"SHA-256", sha256.Size, sha256.New} }

// Named returns the Hash of a name.
func Named(name string) (h Hash, ok bool) {
	for _, h := range []Hash{SHA1(), SHA256()} {
		if h.Name == name {
			return h, true
		}
	}
	return Hash{}, false
}

// A Key is what a server keeps of a password (RFC 5802, 3).
type Key struct {
	Salt       []byte
	Iterations int
	StoredKey  []byte
	ServerKey  []byte
}

// A Secret is what a client derives from a password: it can log in by it, and
// check the server.
type Secret struct {
	hash                 Hash
	clientKey, serverKey []byte
}

// Derive computes the keys of a password that has been prepared. This is the
// work that iterations measure.
func (h Hash) Derive(password string, salt []byte, iterations int) (Secret, error) {
	salted, err := pbkdf2.Key(h.new, password, salt, iterations, h.Size)
	if err != nil {
		return Secret{}, err // in FIPS 140-only mode, which allows no short salts
	}
	return Secret{h, h.hmac(salted, "Client Key"), h.hmac(salted, "Server Key")}, nil
}

// Key is what the server keeps. salt and iterations are those given to Derive.
func (s Secret) Key(salt []byte, iterations int) Key {
	return Key{salt, iterations, s.hash.sum(s.clientKey), s.serverKey}
}

// Prove returns the client's proof for an exchange, and the signature by which
// the server proves the same.
func (s Secret) Prove(authMessage string) (proof, serverSignature []byte) {
	proof = s.hash.hmac(s.hash.sum(s.clientKey), authMessage)
	subtle.XORBytes(proof, proof, s.clientKey)
	return proof, s.hash.hmac(s.serverKey, authMessage)
}

// Verify checks a client's proof and returns the server's signature. The time
// that it takes does not depend on the key.
func (h Hash) Verify(k Key, authMessage string, proof []byte) (serverSignature []byte, ok bool) {
	clientKey := h.hmac(k.StoredKey, authMessage)
	if len(proof) != len(clientKey) {
		return nil, false
	}
	subtle.XORBytes(clientKey, clientKey, proof)
	ok = subtle.ConstantTimeCompare(h.sum(clientKey), k.StoredKey) == 1
	return h.hmac(k.ServerKey, authMessage), ok
}

func (h Hash) hmac(key []byte, message string) []byte {
	mac := hmac.New(h.new, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

func (h Hash) sum(b []byte) []byte {
	sum := h.new()
	sum.Write(b)
	return sum.Sum(nil)
}
