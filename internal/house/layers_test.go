package house

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// A layer says what packages may import, test files aside. Patterns are those of the go command: "auth/..." is auth and
// all below it. What a layer's pattern matches may import the rest of what it matches.
type layer struct {
	packages string
	own      string // packages of this module
	modules  string // other modules that may be among its dependencies, however deep
}

// layers has the first match first. Dependencies point down: examples, engines and queue, auth and mime and dnsresolve,
// internal. An engine never imports another one; queue speaks smtp's vocabulary and queue/relay dials with it.
var layers = []layer{
	{"examples/...", "...", "..."},
	{"queue", "smtp mime/... dnsresolve auth internal/...", "golang.org/x/... " + sasl + " " + dns},
	{"queue/relay", "queue smtp mime/... dnsresolve auth internal/...", "golang.org/x/... " + sasl + " " + dns},
	{"queue/queuetest", "queue smtp internal/...", "golang.org/x/... " + sasl + " " + dns},
	{"queue/...", "queue smtp mime/... internal/...", "..."}, // stores, on whatever database they are about
	{"smtp/...", "auth mime dnsresolve internal/...", "golang.org/x/... " + sasl},
	{"pop3/...", "auth mime dnsresolve internal/...", "golang.org/x/... " + sasl},
	{"imap4/...", "auth mime/... dnsresolve internal/...", "golang.org/x/... " + sasl},
	{"nntp/...", "auth mime/... dnsresolve internal/...", "golang.org/x/... " + sasl},
	{"rvp/rvptest", "rvp/... auth/... mime dnsresolve/... internal/...", "golang.org/x/... " + sasl + " " + dns},
	{"rvp/sqlite", "rvp rvp/internal/... dnsresolve auth/... internal/...", "..."},
	{"rvp/...", "auth/... mime dnsresolve internal/...", "golang.org/x/... " + sasl + " " + dns},
	{"dnsresolve/...", "internal/...", "golang.org/x/... " + dns},
	{"auth/...", "internal/...", "golang.org/x/... " + sasl},
	{"mime/...", "internal/...", "golang.org/x/..."},
	{"internal/litedb", "", "..."}, // for the stores on SQLite alone
	{"internal/...", "", "golang.org/x/..."},
}

const (
	sasl    = "github.com/emersion/go-sasl"
	dns     = "github.com/miekg/dns"
	testify = "github.com/stretchr/testify go.yaml.in/yaml/v3" // and what it needs
)

// unwanted names packages that no package may import, not even in a test, and why.
var unwanted = map[string]string{
	"net/textproto": "it ends a body at a bare LF and rewrites line ends; use internal/wire",
}

// peers names packages that only tests may import, as clients that are not ours, and why.
var peers = map[string]string{
	"net/smtp": "it is frozen; use smtp.Client",
}

// heavy names packages that must not come with a library package, however deep, unless its layer may use any module.
var heavy = map[string]string{
	"testing":      "programs would carry its flags; move that code to an xxxtest package",
	"database/sql": "a store is a package of its own",
}

// matches reports whether one of the patterns, parted by spaces, matches the path.
func matches(patterns, p string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "...")
		return p == strings.TrimSuffix(prefix, "/") || open && strings.HasPrefix(p, prefix)
	})
}

// isKit reports whether the path is one of an xxxtest package, such as smtp/smtptest.
func isKit(p string) bool {
	return path.Base(p) == path.Base(path.Dir(p))+"test" || p == "dnsresolve/dnstest" || p == "imap4/storetest" || p == "rvp/storetest"
}

// TestLayers checks every package's dependencies against the table, those of the tests with other programs too.
func TestLayers(t *testing.T) {
	pkgs := goList(t, "-deps", "-tags", "interop", "./...")
	modules := map[string]string{} // of third parties, by package
	for _, p := range pkgs {
		if p.Module != nil && p.Module.Path != module {
			modules[p.ImportPath] = p.Module.Path
		}
	}
	for _, p := range pkgs {
		if p.DepOnly {
			continue
		}
		at := slices.IndexFunc(layers, func(l layer) bool { return matches(l.packages, p.rel()) })
		if at < 0 {
			t.Errorf("%s: no layer for it; the top-level folders are those of the table in layers_test.go", p.rel())
			continue
		}
		rule := layers[at]
		if isKit(p.rel()) {
			rule.own += " " + path.Dir(p.rel())
			rule.modules += " " + testify
		}
		checkOwn(t, p, rule)
		checkDeps(t, p, rule, modules)
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if why, ok := unwanted[imported]; ok {
				t.Errorf("%s imports %s: %s", p.rel(), imported, why)
			}
		}
		for _, imported := range p.Imports {
			if why, ok := peers[imported]; ok {
				t.Errorf("%s imports %s: %s", p.rel(), imported, why)
			}
		}
	}
}

func checkOwn(t *testing.T, p pkg, rule layer) {
	for _, imported := range p.Imports {
		own, ok := strings.CutPrefix(imported, module+"/")
		if !ok {
			continue
		}
		if !matches(rule.packages+" "+rule.own, own) {
			t.Errorf("%s imports %s: its layer may import only: %q", p.rel(), own, rule.own)
		}
		if isKit(own) && !isKit(p.rel()) && !matches("examples/conformance/... examples/dnszone", p.rel()) {
			t.Errorf("%s imports %s: only tests, other xxxtest packages, examples/conformance and examples/dnszone may", p.rel(), own)
		}
	}
}

func checkDeps(t *testing.T, p pkg, rule layer, modules map[string]string) {
	told := map[string]bool{}
	for _, dep := range p.Deps {
		if m, ok := modules[dep]; ok && !matches(rule.modules, m) && !told[m] {
			told[m] = true
			t.Errorf("%s depends on %s: its layer may use only these modules: %s", p.rel(), m, rule.modules)
		}
		why, ok := heavy[dep]
		if ok && rule.modules != "..." && !isKit(p.rel()) && !matches("internal/...", p.rel()) {
			t.Errorf("%s depends on %s: %s", p.rel(), dep, why)
		}
	}
}

// TestLayerPatterns checks the matching that TestLayers stands on.
func TestLayerPatterns(t *testing.T) {
	for _, c := range []struct {
		patterns, path string
		want           bool
	}{
		{"smtp/...", "smtp", true},
		{"smtp/...", "smtp/smtptest", true},
		{"smtp/...", "smtpd", false},
		{"auth smtp", "smtp", true},
		{"smtp", "smtp/smtptest", false},
		{"...", "queue/sqlite", true},
		{"", "auth", false},
	} {
		if got := matches(c.patterns, c.path); got != c.want {
			t.Errorf("matches(%q, %q) = %v", c.patterns, c.path, got)
		}
	}
}
