package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// slowly is traits octet by octet, by the words of RFC 2045, 2.7 to 2.9.
func slowly(s string) (high, binary bool) {
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\x01\n"), "\n") {
		line, _ = strings.CutSuffix(line, "\x01")
		binary = binary || len(line) > 998 || strings.ContainsAny(line, "\r\x00")
		high = high || !ascii(line)
	}
	bare := strings.ReplaceAll(s, "\r\n", "")
	return high, binary || strings.ContainsAny(bare, "\r\n")
}

// FuzzTraits looks at octets in pieces. Property: what is found is what a plain reading of the RFC finds, however they
// are cut.
func FuzzTraits(f *testing.F) {
	f.Add("a\r\nb", uint8(1))
	f.Add("a\rb\xff\n", uint8(2))
	f.Add(strings.Repeat("x", 998)+"\r\n", uint8(100))
	f.Add(strings.Repeat("x", 999)+"\r\r\n\x00", uint8(255))
	f.Fuzz(func(t *testing.T, s string, piece uint8) {
		if strings.Contains(s, "\x01") {
			return // the mark of slowly
		}
		var got traits
		for rest := s; rest != ""; {
			n := min(len(rest), int(piece)+1)
			_, err := got.Write([]byte(rest[:n]))
			require.NoError(t, err)
			rest = rest[n:]
		}
		got.end()
		high, binary := slowly(s)
		require.Equal(t, high, got.high, "%q", s)
		require.Equal(t, binary, got.binary, "%q", s)
	})
}
