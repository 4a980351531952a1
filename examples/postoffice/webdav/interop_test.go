//go:build interop

package webdav

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// program returns the path of a program that is not ours.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not there: install the Debian package %s", name, name)
	}
	return path
}

// serveRig serves a rig on a port, where all are alice.
func serveRig(t *testing.T, wrap func(http.Handler) http.Handler) (*rig, string) {
	r := newRig(t)
	wrapped := wrap(r.h)
	all := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.SetBasicAuth("alice", "")
		wrapped.ServeHTTP(w, req)
	})
	srv := httptest.NewServer(all)
	t.Cleanup(srv.Close)
	return r, srv.URL
}

// TestCurl has curl put, get, resume and delete.
func TestCurl(t *testing.T) {
	curl := program(t, "curl")
	_, base := serveRig(t, func(h http.Handler) http.Handler { return h })
	dir := t.TempDir()
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), curl, append([]string{"-sS", "--fail-with-body", "--max-time", "20"}, args...)...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
		return string(out)
	}
	file := filepath.Join(dir, "big.eml")
	text := letter("Big") + strings.Repeat("0123456789\r\n", 100_000)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	run("-T", file, base+boxed)
	require.Equal(t, text, run(base+boxed+"big.eml"))
	require.Equal(t, text[100:201], run("-r", "100-200", base+boxed+"big.eml"))
	require.Contains(t, run("-X", "PROPFIND", "-H", "Depth: 1", base+boxed), "<D:displayname>Big</D:displayname>")
	run("-X", "MKCOL", base+home+"Old")
	run("-X", "MOVE", "-H", "Destination: "+base+home+"Old/big.eml", base+boxed+"big.eml")
	run("-X", "DELETE", base+home+"Old/")
}

// TestCadaver has cadaver work as its user would.
func TestCadaver(t *testing.T) {
	cadaver := program(t, "cadaver")
	r, base := serveRig(t, func(h http.Handler) http.Handler { return h })
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hello.eml"), []byte(letter("Hello")), 0o600))
	cmd := exec.CommandContext(t.Context(), cadaver, base+home)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	cmd.Stdin = strings.NewReader(strings.Join([]string{
		"ls", "mkcol Plans", "cd Plans", "put hello.eml", "ls", "get hello.eml back.eml", "lock hello.eml", "discover hello.eml", "unlock hello.eml",
		"copy hello.eml two.eml", "move two.eml three.eml", "cd ..", "move Plans Done", "cd Done", "delete hello.eml", "ls", "quit", "",
	}, "\n"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), "failed", string(out))
	require.Contains(t, string(out), ".1.eml")
	back, err := os.ReadFile(filepath.Join(dir, "back.eml"))
	require.NoError(t, err, string(out))
	require.Equal(t, letter("Hello"), string(back))
	require.Len(t, read(t, r.do(207, "PROPFIND", home+"Done", "", "Depth: 1")), 2, string(out))
}

// A mailer makes messages of the files that litmus works with, whose names do not end in .eml, and which have no header
// and lines that end in LF.
type mailer struct {
	http.Handler
	mu    sync.Mutex
	files map[string]bool // what is known to be no collection
}

const postmark = "X-File: yes\r\n\r\n"

// name is a path with the suffix that messages have, if it is a file's.
func (m *mailer) name(path string, file bool) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if file {
		m.files[path] = true
	}
	if m.files[path] && !strings.HasSuffix(path, "/") {
		return path + suffix
	}
	return path
}

// isFile reports whether there is a file at a path now.
func (m *mailer) isFile(r *http.Request, path string) bool {
	probe := r.Clone(r.Context())
	probe.Method, probe.URL.Path = http.MethodHead, path+suffix
	rec := httptest.NewRecorder()
	m.Handler.ServeHTTP(rec, probe)
	return rec.Code == http.StatusOK
}

func (m *mailer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	was := r.URL.Path
	r.URL.Path = m.name(was, r.Method == "PUT" || r.Method == "LOCK" && !strings.HasSuffix(was, "/"))
	r.URL.RawPath = ""
	if dest, err := url.Parse(r.Header.Get("Destination")); err == nil && dest.Path != "" {
		dest.Path = m.name(dest.Path, strings.HasSuffix(r.URL.Path, suffix))
		dest.RawPath = ""
		r.Header.Set("Destination", dest.String())
	}
	if file := strings.TrimSuffix(was, "/"); r.Method == "MKCOL" && m.isFile(r, file) {
		r.URL.Path = file + suffix
	}
	m.mu.Lock()
	for file := range m.files {
		r.Header.Set("If", strings.ReplaceAll(r.Header.Get("If"), file+">", file+suffix+">"))
	}
	m.mu.Unlock()
	if r.Header.Get("If") == "" {
		r.Header.Del("If")
	}
	if r.Method == "PUT" {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(postmark + string(body)))
		r.ContentLength = int64(len(postmark) + len(body))
	}
	if r.Method != "GET" {
		m.Handler.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	m.Handler.ServeHTTP(rec, r)
	for name, values := range rec.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(rec.Code)
	text := strings.TrimPrefix(rec.Body.String(), postmark)
	_, _ = io.WriteString(w, strings.ReplaceAll(text, "\r\n", "\n"))
}

// inapplicable are the tests of litmus that do not apply to mail, and why not.
var inapplicable = map[string]string{
	"basic":    "",
	"copymove": "copy_overwrite copy_coll copy_shallow move move_coll",                                                                             // they overwrite collections; we refuse to delete a folder so
	"props":    "propset propget propmove propdeletes propreplace propnullns prophighunicode propremoveset propsetremove propvalnspace propmanyns", // dead properties
	"locks":    "owner_modify",                                                                                                                     // sets a dead property under its lock
	"http":     "",
}

// TestLitmus runs the tests of litmus. A failure that is not among the inapplicable is ours.
func TestLitmus(t *testing.T) {
	litmus := program(t, "litmus")
	_, base := serveRig(t, func(h http.Handler) http.Handler { return &mailer{Handler: h, files: make(map[string]bool)} })
	test := regexp.MustCompile(`\d+\. (\w+)|FAIL|SKIPPED|pass\b`)
	for suite, known := range inapplicable {
		cmd := exec.CommandContext(t.Context(), litmus, "-k", base+home)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "TESTS="+suite)
		out, err := cmd.CombinedOutput()
		if err != nil {
			require.ErrorAs(t, err, new(*exec.ExitError)) // a test has failed, which is told below
		}
		name, passed := "", 0
		for _, m := range test.FindAllSubmatch(out, -1) {
			switch {
			case len(m[1]) > 0:
				name = string(m[1])
			case string(m[0]) == "pass":
				passed++
			default:
				require.Contains(t, strings.Fields(known), name, "%s: %s", suite, out)
			}
		}
		require.GreaterOrEqual(t, passed, 4, "%s: %s", suite, out)
		t.Logf("%s: %d tests passed", suite, passed)
	}
}
