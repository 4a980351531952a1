package name

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestDecode(t *testing.T) {
	for wire, text := range map[string]string{
		"":                                "",
		"INBOX":                           "INBOX",
		"~peter/mail/&U,BTFw-/&ZeVnLIqe-": "~peter/mail/台北/日本語", // RFC 3501, 5.1.3
		"&U,BTF2XlZyyKng-":                "台北日本語",              // RFC 3501, 5.1.3
		"&Jjo-!":                          "☺!",                 // RFC 3501, 5.1.3
		"&-":                              "&",
		"&-&-a&-":                         "&&a&",
		"Entw&APw-rfe/%":                  "Entwürfe/%",
		"&2D3eAA-":                        "😀",
		"a&U,BTFw-&-":                     "a台北&",
		"&AAA-":                           "\x00", // Check refuses it
	} {
		got, err := Decode(wire)
		require.NoError(t, err, wire)
		require.Equal(t, text, got, wire)
		require.Equal(t, wire, Encode(text))
	}
}

func TestDecodeRefuses(t *testing.T) {
	for why, wire := range map[string]string{
		"a shift that is not closed":          "&Jjo",
		"an octet that is not base64":         "&Jjo!", // RFC 3501, 5.1.3
		"shifts in a row":                     "&U,BTFw-&ZeVnLIqe-",
		"ASCII that is encoded":               "&AGEAYg-",
		"an encoded ampersand":                "&ACY-",
		"an ampersand alone":                  "a&",
		"an octet beyond ASCII":               "f\xfcr",
		"UTF-8":                               "für",
		"a control character":                 "a\tb",
		"DEL":                                 "a\x7f",
		"NUL":                                 "a\x00",
		"the slash of base64":                 "&U/BTFw-",
		"padding":                             "&AOk=-",
		"bits left over that are not zero":    "&AOl-",
		"a digit too many":                    "&AOkA-",
		"less than one character":             "&AO-",
		"a first half alone":                  "&2D0-",
		"a second half alone":                 "&3gA-",
		"two first halves":                    "&2D3YPQ-",
		"a first half before something else":  "&2D0A6Q-",
		"a name that is too long":             strings.Repeat("a", maxWire+1),
		"an empty shift after another one":    "&AOk-&",
		"a line end":                          "a\r\nb",
		"a shift that is closed after a line": "&AOk\n-",
	} {
		_, err := Decode(wire)
		require.ErrorIs(t, err, ErrEncoding, why)
	}
}

func TestEncodeLength(t *testing.T) {
	for _, unit := range []string{"é", "é&", "éa", "日", "日a", "😀", "😀a", "&", "\x7f", "\x7fa", "é日"} {
		name := strings.Repeat(unit, maxName/len(unit))
		wire := Encode(name)
		require.LessOrEqual(t, len(wire), maxWire, unit)
		got, err := Decode(wire)
		require.NoError(t, err)
		require.Equal(t, name, got)
	}
	require.Equal(t, "&,,0-", Encode("\xff"))
}

// FuzzEncoding checks that
//   - decoding never panics, and gives UTF-8,
//   - each name has one spelling: what is decoded is encoded to the same octets,
//   - what is encoded is printable ASCII, and is decoded to what it was, if it was UTF-8.
func FuzzEncoding(f *testing.F) {
	for _, seed := range []string{"", "INBOX/&AOk-", "&AGEAYg-", "&2D3eAA-", "&Jjo!", "&U,BTFw-&ZeVnLIqe-", "äöü&-x\x00", "&-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if text, err := Decode(s); err == nil {
			require.True(t, utf8.ValidString(text))
			require.Equal(t, s, Encode(text))
		}
		wire := Encode(s)
		for i := range len(wire) {
			require.True(t, ' ' <= wire[i] && wire[i] <= '~')
		}
		if utf8.ValidString(s) && len(wire) <= maxWire {
			text, err := Decode(wire)
			require.NoError(t, err)
			require.Equal(t, s, text)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, wire := range []string{"INBOX/Archive/2024", "Entw&APw-rfe/&ZeVnLIqe-"} {
		b.Run(wire, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				if _, err := Decode(wire); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
