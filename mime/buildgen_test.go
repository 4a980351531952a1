package mime_test

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// An author makes trees of entities, as octets say.
type author struct {
	octets []byte
	parts  int
}

func (a *author) pick(n int) int {
	if len(a.octets) == 0 {
		return 0
	}
	c := int(a.octets[0])
	a.octets = a.octets[1:]
	return c % n
}

// words are what contents and values consist of.
var words = []string{
	"", "a", "plain words ", "ü", "日本", "\r\n", "\n", "\r", "\x00", "\xff", "=", "--", "--=_", "0000_", "From ", ".", " ", "\t", "\x1b",
	strings.Repeat("long ", 30), strings.Repeat("x", 500), "--=_0000_aaaa\r\n", "=?utf-8?q?x?=", "\"", "\\", "(", ";", "%", "'",
}

func (a *author) text(most int) string {
	var b strings.Builder
	for range a.pick(most) {
		b.WriteString(words[a.pick(len(words))])
	}
	return b.String()
}

// value is text that a header can say.
func (a *author) value() string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.NewReplacer("\r", "", "\n", "", "\x00", "", "\x1b", "").Replace(a.text(8)), ""))
}

func (a *author) entity(depth int) mime.Entity {
	a.parts++
	e := mime.Entity{Description: a.value()}
	if a.pick(3) == 1 {
		e.ID = "id@a.example"
	}
	if depth > 0 && a.parts < 30 && a.pick(2) == 1 {
		e.Type = []string{"", "multipart/alternative", "multipart/digest", "multipart/x-y"}[a.pick(4)]
		for range 1 + a.pick(3) {
			e.Children = append(e.Children, a.entity(depth-1))
		}
		return e
	}
	e.Type = []string{"", "text/html", "image/png", "application/octet-stream", "message/rfc822", "message/global"}[a.pick(6)]
	e.Disposition = []string{"", "inline", "attachment"}[a.pick(3)]
	e.Filename = a.value()
	if v := a.value(); v != "" {
		e.Params = header.Params{{Name: "x-param", Value: v}}
	}
	text := a.text(12)
	if strings.HasPrefix(e.Type, "message/") {
		text = "A: b\r\n\r\n" + text
	}
	e.Content = mime.ContentFromString(text)
	if a.pick(4) == 1 {
		e.Encoding = []transfer.Encoding{"7bit", "8bit", "binary", "base64", "quoted-printable"}[a.pick(5)]
	}
	return e
}

// arrives is what becomes of the content of an entity.
func arrives(t testing.TB, e *mime.Entity) string {
	r, err := e.Content.Open()
	require.NoError(t, err)
	b := make([]byte, e.Content.Size())
	n, _ := r.Read(b)
	s := string(b[:n])
	isText := (e.Type == "" || e.Type == "text/html") && e.Disposition != "attachment" && (e.Disposition != "" || e.Filename == "")
	if e.Encoding == "binary" || !isText && !strings.HasPrefix(e.Type, "message/") {
		return s
	}
	s = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(s)
	if isText && s != "" && !strings.HasSuffix(s, "\r\n") {
		s += "\r\n"
	}
	return s
}

// compare checks that a part is what an entity says.
func compare(t testing.TB, e *mime.Entity, p *mime.Part, last bool) {
	kind := e.Type
	if kind == "" && e.Children != nil {
		kind = "multipart/mixed"
	} else if kind == "" {
		kind = "text/plain"
	}
	require.Equal(t, kind, p.Type)
	require.Equal(t, e.Description, header.DecodeText(p.Description, nil))
	require.Equal(t, e.ID, strings.Trim(p.ID, "<>"))
	require.Equal(t, e.Filename, p.Filename())
	require.Equal(t, e.Params.Get("x-param"), p.Params.Get("x-param"))
	if e.Disposition != "" {
		require.Equal(t, e.Disposition, p.Disposition)
	}
	require.Len(t, p.Children, len(e.Children))
	for i := range e.Children {
		compare(t, &e.Children[i], p.Children[i], false)
	}
	if e.Children != nil {
		return
	}
	want, got := arrives(t, e), content(t, p)
	if e.Encoding != "" {
		require.Equal(t, e.Encoding, p.Encoding)
	}
	if last && got != want { // a message ends in a line end, and what is not encoded with it
		require.Contains(t, []transfer.Encoding{"7bit", "8bit"}, p.Encoding)
		want += "\r\n"
	}
	require.Equal(t, want, got)
}

// checkBuild builds a message of what octets say, and checks it.
func checkBuild(t testing.TB, octets []byte) (parts int) {
	a := &author{octets: octets}
	b := mime.Builder{
		Random: zeros{}, Transport: []transfer.Encoding{"", "8bit", "binary"}[a.pick(3)], Mode: header.Mode(a.pick(2)),
	}
	d := &mime.Draft{
		From: []header.Address{{Name: a.value(), Local: "a", Domain: "a.example"}}, Subject: a.value(), MessageID: "<1@a.example>",
	}
	e := a.entity(4)
	d.Body = &e
	out, err := b.Build(d)
	if err != nil {
		return 0
	}
	text := written(t, out)
	require.GreaterOrEqual(t, out.Size(), int64(0))
	m := index(t, text)
	for _, kind := range kinds(m) {
		inside := kind == mime.LikeDelimiter || kind == mime.NotAField // of an enclosed message
		binary := kind == mime.BareLF || kind == mime.BareCR || kind == mime.NUL
		require.True(t, inside || binary && out.Encoding() == transfer.Binary, "%s: %.3000q", kind, text)
	}
	if out.Encoding() != transfer.Binary {
		require.True(t, strings.HasSuffix(text, "\r\n"))
		for line := range strings.SplitSeq(text, "\r\n") {
			require.LessOrEqual(t, len(line), 998)
			require.False(t, strings.ContainsAny(line, "\r\n\x00"))
		}
	}
	if out.Encoding() == transfer.SevenBit {
		require.False(t, strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }))
	}
	h, err := m.Root.Header()
	require.NoError(t, err)
	require.Equal(t, d.Subject, header.DecodeText(h.Get("Subject"), nil))
	require.Equal(t, d.From, header.ParseAddresses(h.Get("From"), nil))
	compare(t, &e, m.Root, true)
	return a.parts
}

// TestBuildGenerated checks that what is built of any tree is read as that tree.
func TestBuildGenerated(t *testing.T) {
	done, parts := 0, 0
	for seed := range uint64(3000) {
		rnd := rand.NewChaCha8([32]byte(binary.BigEndian.AppendUint64(make([]byte, 24), seed)))
		octets := make([]byte, 400)
		_, _ = rnd.Read(octets) // it never fails
		if n := checkBuild(t, octets); n > 0 {
			done, parts = done+1, parts+n
		}
	}
	require.Greater(t, done, 800)
	require.Greater(t, parts, 3*done/2)
}

// FuzzBuild checks that whatever tree of entities is built: reading it finds no defect that was not put in, and the same
// structure, parameters, texts and contents; it has the size and the octets that it says; and no line is too long.
func FuzzBuild(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a tree of some parts, or none"))
	f.Add(slices.Repeat([]byte{1}, 100))
	f.Add(slices.Repeat([]byte{1, 2, 3, 4, 5}, 50))
	f.Fuzz(func(t *testing.T, octets []byte) { checkBuild(t, octets) })
}
