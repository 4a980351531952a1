package smime

import (
	"crypto"
	"fmt"
	"hash"
)

// A digester computes several digests of what is written to it.
type digester struct {
	hashes map[crypto.Hash]hash.Hash
	first  []byte // octets, enough for the head of an ASN.1 element
	size   int64
}

func newDigester(hashes []crypto.Hash) *digester {
	d := &digester{hashes: map[crypto.Hash]hash.Hash{}}
	for _, h := range hashes {
		d.hashes[h] = h.New()
	}
	return d
}

func (d *digester) Write(p []byte) (int, error) {
	for _, h := range d.hashes {
		h.Write(p)
	}
	if n := 16 - len(d.first); n > 0 {
		d.first = append(d.first, p[:min(n, len(p))]...)
	}
	d.size += int64(len(p))
	return len(p), nil
}

func (d *digester) sum(hash crypto.Hash) ([]byte, error) {
	h, ok := d.hashes[hash]
	if !ok {
		return nil, fmt.Errorf("%w: the signature needs %s and the parameter micalg names another", ErrSignature, hash)
	}
	return h.Sum(nil), nil
}

// sums are all the digests.
func (d *digester) sums() map[crypto.Hash][]byte {
	sums := map[crypto.Hash][]byte{}
	for h := range d.hashes {
		sums[h] = d.hashes[h].Sum(nil)
	}
	return sums
}

// looksLikeAttributes reports whether the content could be a set of signed attributes. A signature over attributes is also
// one over content that is their DER, for those who drop the attributes from the message: nobody ever signed that content.
func (d *digester) looksLikeAttributes() bool {
	const set = 0x31
	if len(d.first) < 2 || d.first[0] != set {
		return false
	}
	length, digits := int64(d.first[1]), 0
	if length >= 0x80 {
		if digits = int(length) - 0x80; digits > 7 || len(d.first) < 2+digits {
			return false
		}
		length = 0
		for _, b := range d.first[2 : 2+digits] {
			length = length<<8 | int64(b)
		}
	}
	return length == d.size-2-int64(digits)
}
