package cms

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Decompress reads CompressedData (RFC 3274, 1.1) from BER and returns at most limit octets of content.
func Decompress(ber []byte, limit int64) ([]byte, error) {
	contentType, s, err := open(ber)
	if err != nil {
		return nil, err
	}
	if contentType != oidCompressedData {
		return nil, fmt.Errorf("%w: not compressed data", ErrMalformed)
	}
	var version int
	var alg algorithm
	var inner SignedData // for its content, which is written the same way
	if !s.ReadASN1Integer(&version) || !readAlgorithm(&s, &alg, asn1.SEQUENCE) || !inner.readContent(&s) ||
		!s.Empty() || !inner.Attached {
		return nil, fmt.Errorf("%w: compressed data", ErrMalformed)
	}
	switch {
	case alg.oid != oidZlib:
		return nil, unsupported("compression", alg.oid)
	case inner.contentType != oidData:
		return nil, unsupported("compressed content of type", inner.contentType)
	}
	z, err := zlib.NewReader(bytes.NewReader(inner.Content))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	case int64(len(out)) > limit:
		return nil, ErrTooLarge
	}
	return out, nil
}

// Compress makes CompressedData.
func Compress(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return seal(oidCompressedData, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		algorithm{oid: oidZlib}.add(b)
		addContent(b, packed.Bytes(), false)
	})
}
