package cms

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

func TestNormalise(t *testing.T) {
	for ber, der := range map[string]string{
		"0500":                                       "0500",
		"3000":                                       "3000",
		"30 80 0000":                                 "3000",
		"30 8103 020101":                             "3003 020101",
		"30 84 00000004 02 8101 01":                  "3003 020101",
		"30 80 3080 0500 0000 0500 0000":             "3006 3002 0500 0500",
		"24 80 0401 61 0402 6263 0000":               "0403 616263",
		"24 08 0401 61 2403 0401 62":                 "0402 6162",
		"24 80 2480 0401 61 0000 0400 0000":          "0401 61",
		"2400":                                       "0400",
		"a0 80 2480 0401 61 0000 0000":               "a003 0401 61",
		"a0 80 0401 61 0401 62 0000":                 "a006 0401 61 0401 62",
		"30 88 0000000000000002 0500":                "3002 0500",
		"30 8180" + strings.Repeat("0500", 64):       "30 8180" + strings.Repeat("0500", 64),
		"3080" + strings.Repeat("0500", 64) + "0000": "30 8180" + strings.Repeat("0500", 64),
	} {
		got, err := Normalise(unhex(t, ber))
		require.NoError(t, err, ber)
		require.Equal(t, unhex(t, der), got, ber)
	}
	der := unhex(t, "3003020101")
	same, err := Normalise(der)
	require.NoError(t, err)
	require.Same(t, &der[0], &same[0], "DER is not copied")
}

func TestNormaliseRefuses(t *testing.T) {
	for _, ber := range []string{
		"", "30", "3001", "3080", "30800000 00", "0480 0000", "0000", "3002 0000", "1f 01 00", "30 89 000000000000000000",
		"30 88 ffffffffffffffff", "30 84 7fffffff", "30 82 01", "3080 0500", "2403 020101", "2480 020101 0000", "3003 0202 01",
		"3003 020101 00", "2480 0401 61 0000 00", "0200 00",
	} {
		_, err := Normalise(unhex(t, ber))
		require.ErrorIs(t, err, ErrMalformed, ber)
	}
}

func TestDepth(t *testing.T) {
	nest := func(n int) []byte {
		return append(bytes.Repeat([]byte{0x30, 0x80}, n-1), append([]byte{5, 0}, make([]byte, 2*(n-1))...)...)
	}
	_, err := Normalise(nest(MaxDepth))
	require.NoError(t, err)
	_, err = Normalise(nest(MaxDepth + 1))
	require.ErrorIs(t, err, ErrMalformed)
	_, err = Normalise(bytes.Repeat([]byte{0x30, 0x80}, 1_000_000))
	require.ErrorIs(t, err, ErrMalformed)
	_, err = Normalise(bytes.Repeat([]byte{0x24, 0x80}, 1_000_000))
	require.ErrorIs(t, err, ErrMalformed)
}

// FuzzNormalise: it never panics; what it accepts is short enough, has DER's lengths throughout, and stays as it is the
// second time; an element of DER comes back as it was.
func FuzzNormalise(f *testing.F) {
	f.Add([]byte{0x30, 0x80, 0x24, 0x80, 4, 1, 'a', 4, 1, 'b', 0, 0, 0, 0})
	f.Add([]byte{0x30, 0x84, 0, 0, 0, 3, 2, 1, 1})
	f.Add(bytes.Repeat([]byte{0x30, 0x80}, 40))
	f.Fuzz(func(t *testing.T, ber []byte) {
		der, err := Normalise(ber)
		if err != nil {
			require.ErrorIs(t, err, ErrMalformed)
			return
		}
		require.LessOrEqual(t, len(der), 2*len(ber))
		again, err := Normalise(der)
		require.NoError(t, err)
		require.Equal(t, der, again)
		s := cryptobyte.String(der)
		var one cryptobyte.String
		var tag asn1.Tag
		require.True(t, s.ReadAnyASN1Element(&one, &tag) && s.Empty())
	})
}
