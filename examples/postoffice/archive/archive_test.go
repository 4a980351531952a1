package archive_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/archive"
)

// folder makes a folder with files.
func folder(tb testing.TB, files map[string]string) string {
	tb.Helper()
	dir := tb.TempDir()
	for name, content := range files {
		require.NoError(tb, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(tb, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func written(tb testing.TB, trees ...archive.Tree) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, archive.Write(tb.Context(), &b, archive.Manifest{Program: "v1"}, trees...))
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	dir := folder(t, map[string]string{"a": "one", "b/c": strings.Repeat("two", 50_000), "b/empty": "", "skip/x": "x", "lock": ""})
	require.NoError(t, os.Symlink("a", filepath.Join(dir, "link")))
	skip := func(name string) bool { return name == "skip" || name == "lock" }
	other := folder(t, map[string]string{"d": "four"})
	trees := []archive.Tree{{Dir: dir, Skip: skip}, {Dir: other, At: "e/f", Live: true}, {Dir: filepath.Join(dir, "none"), Live: true}}
	octets, err := archive.Octets(t.Context(), trees...)
	require.NoError(t, err)
	require.EqualValues(t, 3+150_000+4, octets)
	b := written(t, trees...)

	m, err := archive.Verify(t.Context(), bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, "v1", m.Program)
	require.Len(t, m.Files, 4)
	to := t.TempDir()
	root, err := os.OpenRoot(to)
	require.NoError(t, err)
	defer root.Close()
	require.NoError(t, archive.Extract(t.Context(), bytes.NewReader(b), root, m))
	got := map[string]string{}
	for _, f := range m.Files {
		content, err := os.ReadFile(filepath.Join(to, f.Name))
		require.NoError(t, err)
		got[f.Name] = string(content)
		info, err := os.Stat(filepath.Join(to, f.Name))
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm())
	}
	require.Equal(t, map[string]string{"a": "one", "b/c": strings.Repeat("two", 50_000), "b/empty": "", "e/f/d": "four"}, got)
	require.Error(t, archive.Extract(t.Context(), bytes.NewReader(b), root, m), "they are there")
}

// Any octet that is lost or changed is noticed.
func TestDamage(t *testing.T) {
	b := written(t, archive.Tree{Dir: folder(t, map[string]string{"a": "content", "b": "more"})})
	end := bytes.LastIndexByte(b, '}') + 1 // then there are zeros, which say nothing
	for cut := 0; cut < end; cut += 7 {
		_, err := archive.Verify(t.Context(), bytes.NewReader(b[:cut]))
		require.Error(t, err, "cut at %d", cut)
	}
	at := bytes.Index(b, []byte("content"))
	b[at] ^= 1
	_, err := archive.Verify(t.Context(), bytes.NewReader(b))
	require.ErrorIs(t, err, archive.ErrDamaged)
	require.ErrorContains(t, err, "a is not as it was written")
}

// entry is one of an archive made by hand.
type entry struct {
	name, content string
	kind          byte
}

func byHand(entries ...entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: e.name, Size: int64(len(e.content))}
		if e.kind != 0 {
			h.Typeflag, h.Linkname, h.Size = e.kind, "/etc/passwd", 0
		}
		if w.WriteHeader(h) == nil && h.Size > 0 {
			_, _ = io.WriteString(w, e.content)
		}
	}
	_ = w.Close()
	return b.Bytes()
}

// The SHA-256 of nothing.
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func manifest(names ...string) entry {
	var files []string
	for _, n := range names {
		files = append(files, fmt.Sprintf(`{"name":%q,"octets":0,"sha256":"%s"}`, n, nothing))
	}
	return entry{name: "MANIFEST.json", content: `{"format":1,"files":[` + strings.Join(files, ",") + `]}`}
}

func TestHostile(t *testing.T) {
	for _, tt := range []struct {
		entries []entry
		want    string
	}{
		{nil, "no manifest"},
		{[]entry{{name: "a"}}, "no manifest"},
		{[]entry{{name: "../a"}, manifest("../a")}, "no name"},
		{[]entry{{name: "/a"}, manifest("/a")}, "no name"},
		{[]entry{{name: "b/../../a"}, manifest("b/../../a")}, "no name"},
		{[]entry{{name: `b\a`}, manifest(`b\a`)}, "no name"},
		{[]entry{{name: "c:a"}, manifest("c:a")}, "no name"},
		{[]entry{{name: "a", kind: tar.TypeSymlink}, manifest("a")}, "not a regular file"},
		{[]entry{{name: "a", kind: tar.TypeLink}, manifest("a")}, "not a regular file"},
		{[]entry{{name: "a"}, {name: "a"}, manifest("a")}, "twice"},
		{[]entry{{name: "a"}, manifest("a", "a")}, "twice"},
		{[]entry{manifest("a")}, "a is missing"},
		{[]entry{manifest("../a")}, "no name"},
		{[]entry{{name: "a"}, manifest()}, "not in its manifest"},
		{[]entry{manifest(), {name: "a"}}, "behind the manifest"},
		{[]entry{manifest(), manifest()}, "behind the manifest"},
		{[]entry{{name: "MANIFEST.json", content: "{"}}, "manifest"},
		{[]entry{{name: "MANIFEST.json", content: "{}"}}, "no format"},
		{[]entry{{name: "MANIFEST.json", content: `{"format":2,"program":"v9"}`}}, "use that version"},
	} {
		_, err := archive.Verify(t.Context(), bytes.NewReader(byHand(tt.entries...)))
		require.ErrorContains(t, err, tt.want, "%v", tt.entries)
	}
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	require.Error(t, archive.Extract(t.Context(), bytes.NewReader(byHand(entry{name: "a"})), root, &archive.Manifest{}))
}

// Properties: Verify does not panic, and what it lets pass can be extracted, into the folder alone.
func FuzzVerify(f *testing.F) {
	f.Add(byHand(entry{name: "a"}, manifest("a")))
	f.Add(byHand(entry{name: "../a"}, manifest("../a")))
	f.Add(byHand(entry{name: "a/b"}, manifest("a/b")))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := archive.Verify(t.Context(), bytes.NewReader(b))
		if err != nil {
			return
		}
		above := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(above, "in"), 0o700))
		root, err := os.OpenRoot(filepath.Join(above, "in"))
		require.NoError(t, err)
		defer root.Close()
		_ = archive.Extract(t.Context(), bytes.NewReader(b), root, m) // names that the system does not take, "a" and "a/b"
		left, err := os.ReadDir(above)
		require.NoError(t, err)
		require.Len(t, left, 1)
	})
}

func ExampleVerify() {
	_, err := archive.Verify(context.Background(), strings.NewReader("no archive at all"))
	fmt.Println(err)
	// Output: archive: damaged: unexpected EOF
}
