package mime_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
)

func seedMessages(f *testing.F) {
	f.Add([]byte(tree), byte(0))
	for i, m := range messages {
		f.Add([]byte(m.text), byte(i))
		f.Add([]byte(crlf(m.text)), byte(i))
	}
}

var smallLimits = mime.Limits{Depth: 3, Parts: 6, HeaderBytes: 300, HeaderFields: 8}

// FuzzIndex checks that whatever a message has: nothing panics; the ranges of parts nest and are in order; each header
// writes itself byte for byte; each path leads to its part; the index does not depend on how the message is cut, nor do
// its defects; an index that is stored comes back; and what IMAP asks for can be had.
func FuzzIndex(f *testing.F) {
	seedMessages(f)
	f.Fuzz(func(t *testing.T, text []byte, size byte) {
		for _, limits := range []mime.Limits{{}, smallLimits} {
			m, err := mime.Index(bytes.NewReader(text), int64(len(text)), limits)
			require.NoError(t, err)
			checkIndex(t, m, string(text))
			x := mime.NewIndexer(limits)
			for piece := range slices.Chunk(text, int(size)+1) {
				_, err := x.Write(piece)
				require.NoError(t, err)
			}
			pieces, err := x.Finish()
			require.NoError(t, err)
			require.Equal(t, kinds(m), kinds(pieces))
			want, err := m.MarshalBinary()
			require.NoError(t, err)
			got, err := pieces.MarshalBinary()
			require.NoError(t, err)
			require.Equal(t, want, got)

			var stored mime.Message
			require.NoError(t, stored.UnmarshalBinary(want))
			stored.SetSource(bytes.NewReader(text))
			checkIndex(t, &stored, string(text))
			again, err := stored.BodyStructure()
			require.NoError(t, err)
			structure, err := m.BodyStructure()
			require.NoError(t, err)
			require.Equal(t, structure, again)
			preview, err := m.Preview()
			require.NoError(t, err)
			require.LessOrEqual(t, len([]rune(preview)), 200)
			require.False(t, strings.ContainsAny(preview, "\r\n\x00"))
		}
	})
}

// FuzzUnmarshal checks that whatever a stored index has, reading it does not panic, and that one that is taken has parts
// that lie within each other, and writes itself.
func FuzzUnmarshal(f *testing.F) {
	for _, m := range messages {
		b, err := index(f, m.text).MarshalBinary()
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m mime.Message
		if m.UnmarshalBinary(b) != nil {
			require.Nil(t, m.Root)
			return
		}
		require.Equal(t, m.Size, m.Root.End)
		for p := range m.Root.All() {
			require.True(t, 0 <= p.Start && p.Start <= p.BodyStart && p.BodyStart <= p.End)
			if up := p.Parent(); up != nil {
				require.True(t, up.BodyStart <= p.Start && p.End <= up.End)
			}
		}
		again, err := m.MarshalBinary()
		require.NoError(t, err)
		var second mime.Message
		require.NoError(t, second.UnmarshalBinary(again))
		require.Equal(t, m.Size, second.Size)
	})
}

// FuzzSection checks that a section that is taken is written as one that is read as the same, that opening it does not
// panic, that its size is that of what it gives, and that all parts of it together are the whole.
func FuzzSection(f *testing.F) {
	for _, s := range []string{"", "1", "3.HEADER", "4.2.2.1", "3.HEADER.FIELDS (Subject)", "HEADER.FIELDS.NOT (From)", "4.1.MIME", "TEXT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		section, err := mime.ParseSection(s)
		if err != nil {
			return
		}
		again, err := mime.ParseSection(section.String())
		require.NoError(t, err)
		require.Equal(t, section, again)
		r, err := index(t, tree).Section(section)
		if err != nil {
			require.ErrorIs(t, err, mime.ErrNoPart)
			return
		}
		whole, err := io.ReadAll(r)
		require.NoError(t, err)
		require.EqualValues(t, r.Size(), len(whole))
		var pieces []byte
		for offset := int64(0); offset < r.Size(); offset += 7 {
			b, err := io.ReadAll(mime.Partial(r, offset, 7))
			require.NoError(t, err)
			pieces = append(pieces, b...)
		}
		require.Equal(t, string(whole), string(pieces))
	})
}

// FuzzBaseSubject checks that the base of a base subject is itself, unless it would be empty; and that what is left has
// no space at its ends, and no run of spaces.
func FuzzBaseSubject(f *testing.F) {
	for _, s := range []string{"Re: x", "[a] Re[b]: [fwd: x (fwd)]", "=?utf-8?q?Re=3A?= x", "[fwd:[fwd:]]", "\t(fwd)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		base, _ := mime.BaseSubject(s)
		require.Equal(t, strings.Trim(base, " "), base)
		require.NotContains(t, base, "  ")
		if strings.Contains(base, "=?") {
			return // it would be decoded again
		}
		again, reply := mime.BaseSubject(base)
		require.Equal(t, base, again)
		require.False(t, reply)
	})
}

// FuzzHeader checks that a header writes itself byte for byte, that values have no CR, LF or NUL, and that a field added
// to it is read back.
func FuzzHeader(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m.text), "a value")
	}
	f.Fuzz(func(t *testing.T, b []byte, value string) {
		h := mime.ParseHeader(b)
		require.True(t, bytes.HasPrefix(b, h.Bytes()))
		for field := range h.All() {
			require.False(t, strings.ContainsAny(field.Value(), "\r\n\x00"))
		}
		var made mime.Header
		if made.Add("X-Field", value) != nil {
			require.Zero(t, made.Len())
			return
		}
		read := mime.ParseHeader(made.Bytes())
		require.Equal(t, made.Bytes(), read.Bytes())
		require.Equal(t, strings.Trim(value, " \t"), read.Get("x-field"))
	})
}

// FuzzSafeFilename checks that a safe name is a name in its folder and nowhere else, that nothing hides in it, that it is not too long,
// and that it is safe to itself.
func FuzzSafeFilename(f *testing.F) {
	for _, s := range []string{"", "a.txt", "../../etc/passwd", `C:\x\..\con.txt`, "a\u202etxt.exe", "\x00", strings.Repeat("ä", 300) + ".pdf", "-rf", ".bashrc", "LPT¹", "a.\u200b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkFilename(t, s) })
}

// FuzzText checks that decoding a part to UTF-8 does not panic, gives UTF-8, and does not depend on how it is read.
func FuzzText(f *testing.F) {
	seedMessages(f)
	f.Add([]byte("Content-Type: text/plain; charset=utf-8\n\n\xe9"), byte(1))
	f.Add([]byte("Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\nAAAA"), byte(1))
	f.Fuzz(func(t *testing.T, text []byte, _ byte) {
		for p := range index(t, string(text)).Root.All() {
			a, err := io.ReadAll(p.Text())
			require.NoError(t, err)
			b, err := io.ReadAll(iotest.OneByteReader(p.Text()))
			require.NoError(t, err)
			require.Equal(t, string(a), string(b))
			require.Equal(t, strings.ToValidUTF8(string(a), "?"), string(a))
		}
	})
}
