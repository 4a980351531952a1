package webdav

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzUpload checks that what is stored has no CR or LF but in CRLF, that it says rightly whether it is what was sent, and
// that it is the same however the octets come.
func FuzzUpload(f *testing.F) {
	for _, s := range []string{"a: b\r\n\r\nx", "a: b\n\nx\r", "a:\r\r\n\n", "a:\x00", "a:" + strings.Repeat("\r", 2000)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := httptest.NewRequestWithContext(t.Context(), "PUT", "/", slowReader{strings.NewReader(string(data))})
		q := &request{Request: w, h: new(Handler), w: &answer{ResponseWriter: httptest.NewRecorder()}}
		u, err := q.newUpload()
		if err != nil {
			return
		}
		var got []byte
		for p := make([]byte, 100); err == nil; {
			var n int
			n, err = u.Read(p)
			got = append(got, p[:n]...)
		}
		if slices.Contains(data, 0) {
			require.ErrorIs(t, err, errNUL)
			require.NotContains(t, string(got), "\x00")
			return
		}
		require.True(t, whole(got))
		require.Equal(t, u.changed, string(got) != string(data))
		mended := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(string(data))
		require.Equal(t, mended, string(got))
	})
}

// A slowReader gives few octets at a time.
type slowReader struct{ r *strings.Reader }

func (s slowReader) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), 7)]) }

func TestUploadBroken(t *testing.T) {
	r := newRig(t)
	req := httptest.NewRequestWithContext(t.Context(), "PUT", boxed+"x.eml", brokenReader{strings.NewReader(letter(strings.Repeat("x", 5000)))})
	req.SetBasicAuth("alice", "")
	w := httptest.NewRecorder()
	r.h.ServeHTTP(w, req)
	require.Equal(t, 400, w.Code, w.Body)
	require.Len(t, read(t, r.do(207, "PROPFIND", boxed, "", "Depth: 1")), 1)

	r.h.MaxMessage = 2000 // which is found out while it comes
	req = httptest.NewRequestWithContext(t.Context(), "PUT", boxed+"x.eml", slowReader{strings.NewReader(letter(strings.Repeat("x", 5000)))})
	req.SetBasicAuth("alice", "")
	w = httptest.NewRecorder()
	r.h.ServeHTTP(w, req)
	require.Equal(t, 413, w.Code, w.Body)
}

// A brokenReader has no end.
type brokenReader struct{ r *strings.Reader }

func (b brokenReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil {
		err = errors.New("reset by peer")
	}
	return n, err
}
