package cms

import (
	"crypto/ecdh"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// The vectors of RFC 3394, 4.
func TestKeyWrapVectors(t *testing.T) {
	const kek, key = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF0001020304050607"
	for _, c := range []struct {
		kek, key int
		want     string
	}{
		{16, 16, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"},
		{24, 16, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"},
		{32, 16, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"},
		{24, 24, "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"},
		{32, 24, "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"},
	} {
		kek, key := unhex(t, kek)[:c.kek], unhex(t, key)[:c.key]
		wrapped, err := wrapKey(kek, key)
		require.NoError(t, err)
		require.Equal(t, unhex(t, c.want), wrapped)
		got, ok := unwrapKey(kek, wrapped)
		require.True(t, ok)
		require.Equal(t, key, got)
		for i := range wrapped {
			wrapped[i] ^= 1
			_, ok := unwrapKey(kek, wrapped)
			require.False(t, ok)
			wrapped[i] ^= 1
		}
	}
	for _, n := range []int{0, 8, 16, 23, 25, 48} {
		_, ok := unwrapKey(make([]byte, 16), make([]byte, n))
		require.False(t, ok)
	}
}

// A point that is not on the curve, or of low order, is one more way to fail.
func TestBadPoints(t *testing.T) {
	own, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	wrap := algorithm{oid: oidAES128Wrap}
	r := recipient{
		algorithm: algorithm{oid: oidECDHHKDFSHA256, params: element(wrap.add)},
		agree:     &agreement{point: make([]byte, 32)}, key: make([]byte, 24),
	}
	_, err = r.agreeKey(own)
	require.ErrorIs(t, err, ErrDecrypt)
	p256, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	_, err = r.agreeKey(p256)
	require.ErrorIs(t, err, ErrDecrypt)
}
