package summary

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
)

func TestDecode(t *testing.T) {
	s := sum(t, letter)
	data := s.AppendTo([]byte("x"))[1:]
	for i := range data {
		_, ok := Decode(data[:i])
		require.False(t, ok, "cut at %d", i)
		changed := append([]byte{}, data...)
		changed[i] ^= 0x10
		_, ok = Decode(changed)
		require.False(t, ok, "changed at %d", i)
	}
	_, ok := Decode(append(data, 0))
	require.False(t, ok)
	_, ok = Decode(nil)
	require.False(t, ok)
	got, ok := Decode(data)
	clear(data) // it is not kept
	require.True(t, ok)
	require.Equal(t, s, got)
}

// sealed is an encoding with its checksum.
func sealed(b []byte) []byte {
	b = append([]byte{version}, b...)
	return binary.LittleEndian.AppendUint32(b, checksum(b))
}

// FuzzDecode checks that
//   - octets that are no encoding, though their checksum is right, are refused or decoded, without a panic,
//   - what is decoded holds no more than it was decoded of.
func FuzzDecode(f *testing.F) {
	data := sum(f, letter).AppendTo(nil)
	f.Add(data[1 : len(data)-checksumSize])
	data = sum(f, "Date: x\r\n\r\n").AppendTo(nil)
	f.Add(data[1 : len(data)-checksumSize])
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, ok := Decode(b); ok {
			require.Equal(t, byte(version), b[0])
		}
		s, ok := Decode(sealed(b))
		if !ok {
			return
		}
		total := len(s.Envelope.ASCII) + len(s.Body.ASCII) + len(s.BodyStructure.ASCII) + len(s.Preview) + len(s.index) + len(s.names)
		for _, id := range s.References {
			total += len(id)
		}
		require.LessOrEqual(t, total, len(b))
		require.LessOrEqual(t, len(s.References), maxReferences)
		require.LessOrEqual(t, s.HeaderSize, s.Size)
		if _, err := s.Message(strings.NewReader("")); err != nil {
			require.ErrorIs(t, err, mime.ErrIndex)
		}
		s.Field("to")
	})
}

// FuzzNew checks that, whatever the message,
//   - it is summed up, and the summary is decoded as what it was,
//   - ENVELOPE, BODY and BODYSTRUCTURE are lists whose strings are well-formed, and without octets beyond ASCII in quotes
//     unless the client has enabled UTF-8,
//   - the preview is UTF-8 of at most 200 characters in one line,
//   - the size is bounded.
func FuzzNew(f *testing.F) {
	f.Add(letter)
	f.Add("Subject: \xfc\r\nTo: G: a@b;, \"x\\\"\" <c@d>\r\nReferences: <\"a\\b\"@c>\r\n\r\n")
	f.Add("Content-Type: multipart/x; boundary=b; c*=utf-8''%C3%BC\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: ü\r\n\r\n--b--")
	f.Add("From: \x00\r\n\x00: x\r\n\r\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		s := sum(t, text)
		require.True(t, utf8.ValidString(s.Preview))
		require.LessOrEqual(t, utf8.RuneCountInString(s.Preview), 200)
		require.False(t, strings.ContainsAny(s.Preview, "\r\n\x00"))
		require.LessOrEqual(t, s.Len(), 64<<10+60*len(text))
		for _, name := range fieldNames {
			s.Field(name)
		}
		m, err := s.Message(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, s.Size, m.Size)
	})
}

func TestStrings(t *testing.T) {
	for _, c := range []struct {
		s    string
		utf8 bool
		want string
	}{
		{"", false, `""`},
		{"a", false, `"a"`},
		{`\"`, false, `"\\\""`},
		{"a\r\nb", false, "{4}\r\na\r\nb"},
		{"a\nb", true, "{3}\r\na\nb"},
		{"ü", false, "{2}\r\nü"},
		{"ü", true, `"ü"`},
		{"\xfc", true, "{1}\r\n\xfc"},
		{"a\x00b", true, `"a b"`},
		{strings.Repeat("x", 1000), false, `"` + strings.Repeat("x", 1000) + `"`},
		{strings.Repeat("x", 1001), false, "{1001}\r\n" + strings.Repeat("x", 1001)},
	} {
		require.Equal(t, c.want, string(AppendString(nil, c.s, c.utf8)))
	}
	require.Equal(t, "xNIL", string(AppendNil([]byte("x"))))
	require.Equal(t, "x{12}\r\n", string(AppendLiteral([]byte("x"), 12)))
	require.Equal(t, "~{0}\r\n", string(AppendLiteral8(nil, 0)))
	require.Equal(t, "a", cutText("aü", 2))
	require.Equal(t, "aü", cutText("aü", 3))
	require.Equal(t, "\x80\x80\x80\x80", cutText("\x80\x80\x80\x80\x80", 4))
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(letter)))
	for b.Loop() {
		m, err := mime.Index(strings.NewReader(letter), int64(len(letter)), mime.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := New(m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := sum(b, letter).AppendTo(nil)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, ok := Decode(data); !ok {
			b.Fatal("not decoded")
		}
	}
}

func BenchmarkEnvelope(b *testing.B) {
	s := sum(b, letter)
	var line []byte
	b.ReportAllocs()
	b.SetBytes(int64(len(s.Envelope.ASCII)))
	for b.Loop() {
		line = append(line[:0], s.Envelope.For(false)...)
	}
}
