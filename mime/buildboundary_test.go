package mime_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// piecemeal is a content that comes octet by octet.
type piecemeal struct{ mime.Content }

func (p piecemeal) Open() (io.ReadCloser, error) {
	r, err := p.Content.Open()
	return io.NopCloser(iotest.OneByteReader(r)), err
}

// TestBuildBoundaryAttack checks that a content that knows what the random source gives can't end its part, however it comes,
// and whether it is text, a message or finished.
func TestBuildBoundaryAttack(t *testing.T) {
	delimiter := func(n int) string { return fmt.Sprintf("--=_%04x_%s", n, boundaryZero) }
	var attack strings.Builder
	for n := range 300 {
		attack.WriteString(delimiter(n) + "\r\nContent-Type: text/html\r\n\r\n" + delimiter(n) + "--\r\n")
	}
	text := attack.String()
	message := mime.ContentFromString("A: b\r\n\r\n" + text)
	for _, c := range []mime.Content{mime.ContentFromString(text), piecemeal{mime.ContentFromString(text)}} {
		_, m := built(t, fixed(), &mime.Draft{From: []header.Address{jane}, Body: &mime.Entity{Children: []mime.Entity{
			{Children: []mime.Entity{{Content: c}, {Type: "message/rfc822", Content: message}}},
			{Raw: mime.ContentFromString("\r\n" + text)},
			{Type: "text/html", Encoding: "quoted-printable", Content: c},
			{Type: "image/png", Content: c},
		}}})
		require.Equal(t, "=_012c_"+boundaryZero, m.Root.Params.Get("boundary"))
		require.Len(t, m.Root.Children, 4)
		require.Equal(t, "A: b\r\n\r\n"+text, content(t, m.Part("1.2")))
		for _, path := range []string{"1.1", "2", "3", "4"} {
			require.Equal(t, text, content(t, m.Part(path)), path)
		}
	}
}

// TestBuildBoundaryPieces checks that delimiters are found in a content that comes octet by octet.
func TestBuildBoundaryPieces(t *testing.T) {
	for n := range 20 {
		text := strings.Repeat("x", n) + "\r\n--=_0000_\r\n--=_0001_" + boundaryZero
		_, m := built(t, fixed(), &mime.Draft{
			From: []header.Address{jane}, Body: &mime.Entity{Children: []mime.Entity{{Content: piecemeal{mime.ContentFromString(text)}}}},
		})
		require.Equal(t, "=_0002_"+boundaryZero, m.Root.Params.Get("boundary"))
		require.Equal(t, text+"\r\n", content(t, m.Part("1")))
	}
}

// TestBuildBoundaryFull checks that a message is not built, rather than wrong, if a content has all delimiters that there are.
func TestBuildBoundaryFull(t *testing.T) {
	var b strings.Builder
	for n := range 1 << 16 {
		fmt.Fprintf(&b, "--=_%04x", n)
		if n%50 == 0 {
			b.WriteString("\r\n")
		}
	}
	e := &mime.Entity{Children: []mime.Entity{{Content: mime.ContentFromString(b.String())}}}
	_, err := mime.Builder{}.BuildEntity(e)
	require.ErrorContains(t, err, "encode them")
	e.Children[0].Encoding = "base64"
	_, err = mime.Builder{}.BuildEntity(e)
	require.NoError(t, err)
}

// TestBuildBoundaryNested checks that a message that was built with the same random source can be enclosed.
func TestBuildBoundaryNested(t *testing.T) {
	d := &mime.Draft{From: []header.Address{jane}, Text: "x", HTML: "<p>"}
	inner, err := fixed().Build(d)
	require.NoError(t, err)
	_, m := built(t, fixed(), &mime.Draft{
		From: []header.Address{jane}, Text: "forwarded", Attachments: []mime.Entity{{Type: "message/rfc822", Content: inner}},
	})
	require.Equal(t, written(t, inner), content(t, m.Part("2")))
	require.Equal(t, "text/html", m.Part("2.2").Type)
	require.NotEqual(t, m.Root.Params.Get("boundary"), m.Part("2").Message.Params.Get("boundary"))
}

// TestBuildNoRandom checks that there is no message without random octets.
func TestBuildNoRandom(t *testing.T) {
	b := mime.Builder{Random: strings.NewReader("15 octets, well")}
	_, err := b.Build(&mime.Draft{From: []header.Address{jane}, Text: "x", HTML: "y"})
	require.ErrorContains(t, err, "no random octets")
	_, err = b.Build(&mime.Draft{From: []header.Address{jane}})
	require.ErrorContains(t, err, "no random octets")
}
