package house

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	tableStart = "<!-- The table is made from internal/house/rfc.txt: go generate ./internal/house -->\n"
	tableEnd   = "<!-- end of the table -->\n"
)

// TestReadmeTable compares the table in README.md with the ledger.
func TestReadmeTable(t *testing.T) {
	readme := filepath.Join(root, "README.md")
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), tableStart)
	require.True(t, found, "README.md lacks the line %s", tableStart)
	_, after, found := strings.Cut(rest, tableEnd)
	require.True(t, found, "README.md lacks the line %s", tableEnd)
	generated(t, readme, before+tableStart+rfcTable(ledger(t))+tableEnd+after)
}

// rfcTable returns the claimed RFCs as a Markdown table, one row for each and its package.
func rfcTable(rfcs map[int]rfc) string {
	var b strings.Builder
	b.WriteString("\n| package | RFC | | how much |\n|---|---|---|---|\n")
	for _, p := range []string{"smtp", "pop3", "imap4", "nntp", "rvp", "dnsresolve", "queue", "mime", "auth", "internal", "examples"} {
		name := "`" + p + "`"
		for _, n := range slices.Sorted(maps.Keys(rfcs)) {
			r := rfcs[n]
			if !r.claimed() || !slices.Contains(r.packages, p) {
				continue
			}
			much := r.status
			if r.note != "" {
				much += ": " + r.note
			}
			fmt.Fprintf(&b, "| %s | [%d](https://www.rfc-editor.org/rfc/rfc%d) | %s | %s |\n", name, n, n, r.title, much)
			name = ""
		}
	}
	return b.String() + "\n"
}

var (
	goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")
	mdLink  = regexp.MustCompile(`\]\(([^)#:\s]+)[^):\s]*\)`)
)

// TestMarkdownCode checks that the Go code of the Markdown files is compiled somewhere: each block stands, but for the
// indentation, in an Example or in a program below examples.
func TestMarkdownCode(t *testing.T) {
	var compiled []string
	for _, f := range goFiles(t) {
		if f.test || strings.HasPrefix(f.name, "examples/") {
			compiled = append(compiled, flush(string(f.text)))
		}
	}
	for _, f := range tree(t, ".md") {
		for _, block := range goBlock.FindAllStringSubmatch(string(f.text), -1) {
			code := flush(block[1])
			inside := func(source string) bool { return strings.Contains(source, code) }
			if !slices.ContainsFunc(compiled, inside) {
				t.Errorf("%s: this code is in no Example and no program of examples/, so nothing compiles it:\n%s", f.name, block[1])
			}
		}
	}
}

// flush returns the text without indentation and empty lines.
func flush(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// TestMarkdownLinks checks that what the Markdown files link to within the repository is there.
func TestMarkdownLinks(t *testing.T) {
	for _, f := range tree(t, ".md") {
		for _, m := range mdLink.FindAllStringSubmatch(string(f.text), -1) {
			target := path.Join(path.Dir(f.name), m[1])
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s: %v", f.name, m[1], err)
			}
		}
	}
}
