package rtf_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

// The examples of MS-OXRTFCP, 3.
var published = []struct{ octets, document string }{
	{
		"2d0000002b0000004c5a4675f1c5c7a703000a0072637067313235423" +
			"20af32068656c090020627705b06c647d0a800fa0",
		"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
	},
	{"1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestPublishedExamples(t *testing.T) {
	for _, ex := range published {
		var defects defect.List
		require.Equal(t, ex.document, string(rtf.Decompress(unhex(t, ex.octets), 0, &defects)))
		require.Zero(t, defects.Len())
		// Of several places of equal text, any may be named: the examples have the first, we the last one.
		require.Len(t, rtf.Compress([]byte(ex.document)), len(ex.octets)/2)
	}
}

func TestUncompressed(t *testing.T) {
	doc := "{\\rtf1 plain}"
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(doc)+12))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(doc)))
	b = append(b, "MELA\x00\x00\x00\x00"+doc...)
	var defects defect.List
	require.Equal(t, doc, string(rtf.Decompress(b, 0, &defects)))
	require.Zero(t, defects.Len())
	require.Equal(t, doc[:5], string(rtf.Decompress(b, 5, &defects)))
	require.True(t, defects.Has(rtf.TooLarge))
	require.Equal(t, doc[:4], string(rtf.Decompress(b[:len(b)-len(doc)+4], 0, &defects)))
	require.True(t, defects.Has(rtf.WrongSize))
}

func TestDamagedStreams(t *testing.T) {
	good := unhex(t, published[0].octets)
	doc := published[0].document
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	for name, tc := range map[string]struct {
		in   []byte
		kind defect.Kind
		out  string
	}{
		"no header":      {good[:15], rtf.ShortHeader, ""},
		"no magic":       {change(8, 'l'), rtf.UnknownMagic, ""},
		"checksum":       {change(12, 0), rtf.WrongChecksum, doc},
		"raw size":       {change(4, 9), rtf.WrongSize, doc},
		"huge raw size":  {change(7, 0xff), rtf.WrongSize, doc},
		"size too small": {change(0, 0), rtf.WrongSize, doc},
		"no end":         {good[:len(good)-2], rtf.NoEnd, doc},
		"half reference": {good[:len(good)-1], rtf.NoEnd, doc},
		"octets after":   {append(bytes.Clone(good), 1, 2, 3), "", doc},
	} {
		t.Run(name, func(t *testing.T) {
			var defects defect.List
			require.Equal(t, tc.out, string(rtf.Decompress(tc.in, 0, &defects)))
			require.Equal(t, tc.kind != "", defects.Has(tc.kind), defects)
		})
	}
}

func TestMaxSize(t *testing.T) {
	b := rtf.Compress(bytes.Repeat([]byte("a"), 1000))
	for n := 1; n < 1000; n += 7 {
		var defects defect.List
		require.Len(t, rtf.Decompress(b, n, &defects), n)
		require.True(t, defects.Has(rtf.TooLarge))
	}
	var defects defect.List
	require.Len(t, rtf.Decompress(b, 1000, &defects), 1000)
}

func samples() map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 20000)
	for i := range random {
		random[i] = byte(rng.Uint32())
	}
	words := []string{`\par `, `\b `, "the ", "quick ", `{\*\htmltag84 <p>}`, `\'e4`, "wirepost ", "\r\n"}
	var prose []byte
	for len(prose) < 60000 {
		prose = append(prose, words[rng.IntN(len(words))]...)
	}
	return map[string][]byte{
		"empty": {}, "one": []byte("x"), "two": []byte("{\\"), "zeros": make([]byte, 10000),
		"random": random, "prose": prose, "window": bytes.Repeat(random[:4096], 3),
		"below the window": bytes.Repeat(random[:4095], 3),
	}
}

func TestRoundTrip(t *testing.T) {
	for name, doc := range samples() {
		t.Run(name, func(t *testing.T) {
			b := rtf.Compress(doc)
			require.LessOrEqual(t, len(b), len(doc)+len(doc)/8+16+4)
			var defects defect.List
			require.True(t, bytes.Equal(doc, rtf.Decompress(b, 0, &defects)))
			require.Zero(t, defects.Len())
		})
	}
	require.Less(t, len(rtf.Compress(samples()["prose"])), 60000*3/5)
	require.Less(t, len(rtf.Compress(samples()["below the window"])), 4096*3/2+16)
}

// FuzzDecompress: no panic; never more than twenty octets for one, nor more than asked for; twice the same.
func FuzzDecompress(f *testing.F) {
	for _, ex := range published {
		f.Add(unhex(f, ex.octets), 0)
	}
	f.Add(rtf.Compress(bytes.Repeat([]byte("ab"), 500)), 100)
	f.Fuzz(func(t *testing.T, b []byte, maxSize int) {
		maxSize = max(1, maxSize)
		out := rtf.Decompress(b, maxSize, nil)
		require.LessOrEqual(t, len(out), min(20*len(b), maxSize))
		require.LessOrEqual(t, cap(out), 20*len(b)+64)
		require.Equal(t, out, rtf.Decompress(b, maxSize, &defect.List{}))
	})
}

// FuzzCompress: what Compress writes, Decompress reads without a defect and gives back.
func FuzzCompress(f *testing.F) {
	for _, doc := range samples() {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var defects defect.List
		got := rtf.Decompress(rtf.Compress(doc), 0, &defects)
		require.True(t, bytes.Equal(doc, got))
		require.Zero(t, defects.Len())
	})
}

func document(n int) []byte {
	return rtf.FromText(strings.Repeat("A line of a letter, with a word or two in it, as people write them.\n", n/68))
}

func BenchmarkCompress(b *testing.B) {
	prose := samples()["prose"]
	b.SetBytes(int64(len(prose)))
	b.ReportAllocs()
	for b.Loop() {
		rtf.Compress(prose)
	}
}

// BenchmarkCompressWorst: every hash chain is full and every match is the longest.
func BenchmarkCompressWorst(b *testing.B) {
	doc := make([]byte, 1<<20)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		rtf.Compress(doc)
	}
}

func BenchmarkDecompress(b *testing.B) {
	prose := samples()["prose"]
	packed := rtf.Compress(prose)
	b.SetBytes(int64(len(prose)))
	b.ReportAllocs()
	for b.Loop() {
		rtf.Decompress(packed, 0, nil)
	}
}

func BenchmarkText(b *testing.B) {
	doc := document(1 << 20)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		rtf.Text(doc, nil)
	}
}
