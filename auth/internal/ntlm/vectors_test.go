package ntlm

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// unhex reads the octets of a vector, which may have spaces.
func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(tb, err)
	return b
}

// The common values of MS-NLMP, 4.2.1.
var (
	vectorNonce  = [8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	vectorClient = [8]byte{0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa}
	vectorRandom = slices.Repeat([]byte{0x55}, 16)
	vectorInfo   = appendAV(appendAV(nil, avNbDomainName, encode("Domain")), avNbComputerName, encode("Server"))
)

// TestV1 is MS-NLMP, 4.2.2.
func TestV1(t *testing.T) {
	h := PasswordHash("Password")
	require.Equal(t, unhex(t, "a4f49c40 6510bdca b6824ee7 c30fd852"), h[:])
	require.Equal(t, unhex(t, "67c43011 f30298a2 ad35ece6 4f16331c 44bdbed9 27841f94"), ntV1(h, vectorNonce))
	require.Equal(t, unhex(t, "518822b1 b3f350c8 958682ec bb3e3cb7"),
		rc4K(unhex(t, "d87262b0 cde4b1cb 7499becc cdf10784"), vectorRandom))
}

// TestESS is MS-NLMP, 4.2.3.
func TestESS(t *testing.T) {
	lm := append(vectorClient[:], make([]byte, 16)...)
	require.Equal(t, unhex(t, "7537f803 ae367128 ca458204 bde7caf8 1e97ed26 83267232"),
		ntESS(PasswordHash("Password"), vectorNonce, lm))
}

// TestV2 is MS-NLMP, 4.2.4.
func TestV2(t *testing.T) {
	key := PasswordHash("Password").v2("User", "Domain")
	require.Equal(t, unhex(t, "0c868a40 3bfd7a93 a3001ef2 2ef02e3f"), key)
	require.Equal(t, unhex(t, "86c35097 ac9cec10 2554764a 57cccc19 aaaaaaaaaaaaaaaa"), lmV2(key, vectorNonce, vectorClient))
	temp := blob(0, vectorClient, append(slices.Clip(vectorInfo), 0, 0, 0, 0))
	require.Equal(t, unhex(t, "0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000"+
		"02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000"), temp)
	p := proof(key, vectorNonce, temp)
	require.Equal(t, unhex(t, "68cd0ab8 51e51c96 aabc927b ebef6a1c"), p)
	base := baseV2(key, p)
	require.Equal(t, unhex(t, "8de40cca dbc14a82 f15cb0ad 0de95ca3"), base)
	require.Equal(t, unhex(t, "c5dad254 4fc97990 94ce1ce9 0bc9d03e"), rc4K(base, vectorRandom))
}

// TestV2Messages is MS-NLMP, 4.2.4.3: the messages as they go over the wire.
func TestV2Messages(t *testing.T) {
	c := challenge{
		flags: 0xe28a8233, nonce: vectorNonce, target: encode("Server"),
		info: append(slices.Clip(vectorInfo), 0, 0, 0, 0),
	}
	wire := unhex(t, "4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000"+
		"2400240044000000 060070170000000f 530065007200760065007200"+
		"02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000")
	parsed, err := parseChallenge(wire)
	require.NoError(t, err)
	require.Equal(t, c, parsed)
	copy(wire[48:], version[:]) // theirs is Windows Vista's
	require.Equal(t, wire, c.bytes())

	message := unhex(t, "4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000"+
		"0800080054000000 100010005c000000 10001000d8000000 358288e2 0501280a0000000f"+
		"44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200"+
		"86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"+
		"68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000"+
		"02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000"+
		"c5dad2544fc9799094ce1ce90bc9d03e")
	h := &Handshake{server: &Server{MaxSkew: -1}, flags: c.flags, nonce: vectorNonce}
	r, err := h.Open(message)
	require.NoError(t, err)
	require.Equal(t, [3]string{"Domain", "User", "COMPUTER"}, [3]string{r.Domain, r.User, r.Workstation})
	require.NoError(t, r.Verify(PasswordHash("Password")))
	require.ErrorIs(t, r.Verify(PasswordHash("password")), ErrRefused)
	base := baseV2(PasswordHash("Password").v2("User", "Domain"), r.a.nt[:16])
	require.Equal(t, vectorRandom, rc4K(base, r.a.sessionKey))
}
