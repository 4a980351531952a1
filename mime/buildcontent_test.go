package mime_test

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// TestContentPieces checks that what is built does not depend on how a content comes, nor on how the message is read.
func TestContentPieces(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		var text strings.Builder
		for range rnd.IntN(12) {
			text.WriteString(words[rnd.IntN(len(words))])
		}
		for _, disposition := range []string{"inline", "attachment"} {
			e := mime.Entity{Disposition: disposition, Content: mime.ContentFromString(text.String())}
			draft := &mime.Draft{From: []header.Address{jane}, Attachments: []mime.Entity{e}}
			whole, err := fixed().Build(draft)
			require.NoError(t, err)
			draft.Attachments[0].Content = piecemeal{e.Content}
			pieces, err := fixed().Build(draft)
			require.NoError(t, err)
			want := written(t, whole)
			require.Equal(t, want, written(t, pieces))
			r, err := pieces.Open()
			require.NoError(t, err)
			require.NoError(t, iotest.TestReader(r, []byte(want)))
			require.NoError(t, r.Close())
			_, err = r.Read(make([]byte, 1))
			require.Error(t, err)
		}
	}
}

// TestContentFromFile checks that a file is read as it is, and that a folder is none.
func TestContentFromFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(name, []byte("octets"), 0o600))
	c, err := mime.ContentFromFile(name)
	require.NoError(t, err)
	out, err := mime.Builder{}.BuildEntity(&mime.Entity{Type: "image/png", Content: c})
	require.NoError(t, err)
	require.Equal(t, "octets", content(t, index(t, written(t, out)).Root))
	require.NoError(t, os.Remove(name))
	_, err = out.WriteTo(io.Discard)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = mime.ContentFromFile(name)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = mime.ContentFromFile(t.TempDir())
	require.ErrorContains(t, err, "not a regular file")
}

// failing is a content that can't be read to its end, or not at all.
type failing struct{ err error }

func (failing) Size() int64 { return -1 }

func (f failing) Open() (io.ReadCloser, error) {
	if f.err == os.ErrPermission {
		return nil, f.err
	}
	return io.NopCloser(iotest.ErrReader(f.err)), nil
}

// empty is a reader that gives nothing, ever.
type empty struct{}

func (empty) Size() int64                  { return -1 }
func (empty) Open() (io.ReadCloser, error) { return io.NopCloser(empty{}), nil }
func (empty) Read([]byte) (int, error)     { return 0, nil }

// TestContentFails checks that errors of contents and of what is written to come through.
func TestContentFails(t *testing.T) {
	for _, c := range []mime.Content{failing{os.ErrPermission}, failing{io.ErrClosedPipe}, empty{}} {
		want := io.ErrNoProgress
		if f, ok := c.(failing); ok {
			want = f.err
		}
		_, err := mime.Builder{}.BuildEntity(&mime.Entity{Content: c})
		require.ErrorIs(t, err, want)
		out, err := mime.Builder{}.BuildEntity(&mime.Entity{Type: "image/png", Content: c})
		require.NoError(t, err)
		_, err = out.WriteTo(io.Discard)
		require.ErrorIs(t, err, want)
	}
	out, err := mime.Builder{}.BuildEntity(&mime.Entity{Content: mime.ContentFromString("x")})
	require.NoError(t, err)
	_, err = out.WriteTo(brokenPipe{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
