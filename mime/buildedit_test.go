package mime_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// parcel has odd spaces and folds, so that nothing can write it anew without being noticed.
const parcel = "Received: by a.example\r\nsubject:  odd\r\n\tfold \r\nContent-type: multipart/mixed; BOUNDARY = b\r\n\r\npreamble\r\n" +
	"--b \r\ncontent-TYPE: text/plain\r\n\r\none\r\n\r\n--b\r\nX:1\r\n\r\ntwo\r\n--b\r\n\r\nthree\r\n--b--\r\nepilogue\r\n"

func edited(t *testing.T, m *mime.Message, changes ...mime.Change) string {
	t.Helper()
	c, err := m.Edit(changes...)
	require.NoError(t, err)
	r, err := c.Open()
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.EqualValues(t, len(b), c.Size())
	return string(b)
}

// TestEdit checks that changes touch what they name, and no other octet.
func TestEdit(t *testing.T) {
	m := index(t, parcel)
	require.Equal(t, parcel, edited(t, m))
	h, err := m.Root.Header()
	require.NoError(t, err)
	h.Del("received")
	require.NoError(t, h.Prepend("X-Top", "1"))
	require.NoError(t, h.Set("Subject", "even"))
	part, err := mime.Builder{}.BuildEntity(&mime.Entity{Content: mime.ContentFromString("new")})
	require.NoError(t, err)
	first, second, third := m.Part("1"), m.Part("2"), m.Part("3")
	want := strings.Replace(parcel, "Received: by a.example\r\nsubject:  odd\r\n\tfold \r\n", "X-Top: 1\r\nSubject: even\r\n", 1)
	require.Equal(t, want, edited(t, m, mime.Change{Part: m.Root, Header: &h}))
	cut := func(s string) string { return strings.Replace(parcel, s, "", 1) }
	require.Equal(t, cut("content-TYPE: text/plain\r\n\r\none\r\n\r\n--b\r\n"), edited(t, m, mime.Change{Part: first, Remove: true}))
	require.Equal(t, cut("X:1\r\n\r\ntwo\r\n--b\r\n"), edited(t, m, mime.Change{Part: second, Remove: true}))
	require.Equal(t, cut("\r\n--b\r\n\r\nthree"), edited(t, m, mime.Change{Part: third, Remove: true}))
	want = strings.Replace(want, "X:1\r\n\r\ntwo", "Content-Type: text/plain; charset=us-ascii\r\n\r\nnew\r\n", 1)
	want = strings.Replace(want, "\r\n--b\r\n\r\nthree", "", 1)
	require.Equal(t, want, edited(t, m,
		mime.Change{Part: third, Remove: true}, mime.Change{Part: second, With: part}, mime.Change{Part: m.Root, Header: &h}))

	// Whatever is removed, the others are what they were.
	for _, text := range []string{parcel, strings.ReplaceAll(parcel, "\r\n", "\n"), "Content-Type: multipart/x; boundary=b\n\n--b\n--b\n--b--", "Content-Type: multipart/x; boundary=b\n\n--b\n\n1\n--b\n--b--"} {
		m := index(t, text)
		for i, p := range m.Root.Children {
			again := index(t, edited(t, m, mime.Change{Part: p, Remove: true}))
			require.Len(t, again.Root.Children, len(m.Root.Children)-1)
			for j, other := range slices.Delete(slices.Clone(m.Root.Children), i, i+1) {
				require.Equal(t, content(t, other), content(t, again.Root.Children[j]), "%q without %d", text, i)
			}
		}
	}
}

// TestEditRefuses checks that a change that would change more than it says is refused.
func TestEditRefuses(t *testing.T) {
	m := index(t, parcel)
	one := index(t, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n")
	entity := func(e mime.Entity) *mime.Outgoing {
		out, err := mime.Builder{Transport: "8bit"}.BuildEntity(&e)
		require.NoError(t, err)
		return out
	}
	plain := entity(mime.Entity{})
	attack := mime.ParseHeader([]byte("X: y\r\n--b--\r\n\r\n"))
	for message, c := range map[string][]mime.Change{
		"of another message": {{Part: one.Root, Remove: true}},
		"build another one":  {{Part: m.Root, With: plain}},
		"its content":        {{Part: m.Root, Remove: true}},
		"one of Header":      {{Part: m.Root}},
		"overlap":            {{Part: m.Part("1"), Remove: true}, {Part: m.Part("1"), With: plain}},
		"declared as 7bit":   {{Part: m.Part("1"), With: entity(mime.Entity{Content: mime.ContentFromString("ü")})}},
		"a boundary":         {{Part: m.Part("1"), With: entity(mime.Entity{Content: mime.ContentFromString("x\r\n--b \r\n")})}},
		"encode it":          {{Part: m.Part("1"), Header: &attack}},
		`part "2"`:           {{Part: m.Part("2"), With: entity(mime.Entity{Content: mime.ContentFromString("--b--")})}},
	} {
		_, err := m.Edit(c...)
		require.ErrorContains(t, err, message)
	}
	long := mime.ParseHeader([]byte("X: " + strings.Repeat("x", 4093) + "--b\r\n\r\n")) // which is no delimiter, wherever it is cut
	require.Contains(t, edited(t, m, mime.Change{Part: m.Part("1"), Header: &long}), "x--b\r\n")
	_, err := one.Edit(mime.Change{Part: one.Part("1"), Remove: true})
	require.ErrorContains(t, err, "needs a part")
	require.Contains(t, edited(t, m, mime.Change{Part: m.Part("1"), With: entity(mime.Entity{Content: mime.ContentFromString("--bb\r\nx --b")})}), "--bb\r\n")
}

// TestAttach checks that what a message was is in the first part, octet for octet, and each field as it was.
func TestAttach(t *testing.T) {
	for _, text := range []string{parcel, "Subject: x\r\n\r\nbody\r\n", "Subject: x\r\nMIME-Version:1.0\r\n\r\n", "\r\n--=_0000_\r\n"} {
		m := index(t, text)
		out, err := fixed().Attach(m, mime.Entity{Filename: "x.bin", Content: mime.ContentFromString("\x00")})
		require.NoError(t, err)
		again := sound(t, out, written(t, out))
		require.Equal(t, "multipart/mixed", again.Root.Type)
		body, err := io.ReadAll(again.Part("1").Body())
		require.NoError(t, err)
		require.Equal(t, text[m.Root.BodyStart:], string(body))
		require.Equal(t, m.Root.Type, again.Part("1").Type)
		require.Equal(t, m.Root.Params, again.Part("1").Params)
		require.Equal(t, "\x00", content(t, again.Part("2")))
		h, err := again.Root.Header()
		require.NoError(t, err)
		old, err := m.Root.Header()
		require.NoError(t, err)
		require.Len(t, h.Values("MIME-Version"), 1)
		for f := range old.All() {
			if !strings.HasPrefix(strings.ToLower(f.Name), "content-") {
				require.True(t, slices.ContainsFunc(slices.Collect(h.All()), func(g mime.Field) bool { return string(f.Raw) == string(g.Raw) }))
			}
		}
	}
	_, err := mime.Builder{}.Attach(index(t, "A: b\r\n\r\n\xff\r\n"))
	require.ErrorIs(t, err, mime.ErrTransport)
	_, err = mime.Builder{}.Attach(index(t, "A: b"))
	require.ErrorContains(t, err, "ends in its header")
}

// TestBuildSigned checks that what is signed is sent as it was signed.
func TestBuildSigned(t *testing.T) {
	signed, err := mime.Builder{}.BuildEntity(&mime.Entity{Content: mime.ContentFromString("Grüße an alle, die da sind\n")})
	require.NoError(t, err)
	octets := written(t, signed)
	require.NotContains(t, octets, "MIME-Version")
	_, m := built(t, mime.Builder{}, &mime.Draft{From: []header.Address{jane}, Body: &mime.Entity{
		Type:   "multipart/signed",
		Params: header.Params{{Name: "protocol", Value: "application/pkcs7-signature"}, {Name: "micalg", Value: "sha-256"}},
		Children: []mime.Entity{
			{Raw: signed},
			{Type: "application/pkcs7-signature", Filename: "smime.p7s", Content: mime.ContentFromString("signature")},
		},
	}})
	raw, err := io.ReadAll(m.Part("1").Raw())
	require.NoError(t, err)
	require.Equal(t, octets, string(raw))
	require.Equal(t, "sha-256", m.Root.Params.Get("micalg"))
}

// FuzzEdit checks that of whatever message: no change at all gives all its octets; a header with a field more gives that field
// and all other octets; and taking a part out leaves the others of its multipart as they were.
func FuzzEdit(f *testing.F) {
	seedMessages(f)
	f.Add([]byte(parcel), byte(1))
	f.Fuzz(func(t *testing.T, octets []byte, number byte) {
		text := string(octets)
		m := index(t, text)
		require.Equal(t, text, edited(t, m))
		parts := slices.Collect(m.Root.All())
		p := parts[int(number)%len(parts)]
		h, err := p.Header()
		require.NoError(t, err)
		if err := h.Prepend("X-New", "1"); err != nil {
			return
		}
		whole := p.BodyStart == p.Start || text[p.BodyStart-1] == '\n' // else the last line gets an end
		if c, err := m.Edit(mime.Change{Part: p, Header: &h}); err == nil && whole {
			require.EqualValues(t, len(text)+len("X-New: 1\r\n"), c.Size())
			got := edited(t, m, mime.Change{Part: p, Header: &h})
			require.Equal(t, text, strings.Replace(got, "X-New: 1\r\n", "", 1))
		}
		if _, err := m.Edit(mime.Change{Part: p, Remove: true}); err != nil || m.Defects.Len() > 0 {
			return
		}
		again := index(t, edited(t, m, mime.Change{Part: p, Remove: true}))
		up := again.Part(p.Parent().Path())
		if up.Message != nil {
			up = up.Message
		}
		i := slices.Index(p.Parent().Children, p)
		require.Len(t, up.Children, len(p.Parent().Children)-1)
		for j, other := range slices.Delete(slices.Clone(p.Parent().Children), i, i+1) {
			require.Equal(t, content(t, other), content(t, up.Children[j]))
		}
	})
}
