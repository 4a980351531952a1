package mime_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/defect"
)

// A writer makes well-formed messages and notes what their index has to say.
type writer struct {
	rand       *rand.Rand
	boundaries int
	leaves     []leaf
}

type leaf struct{ path, body string }

// message returns a message, or a part, that is numbered with path.
func (w *writer) message(path string, depth int, alone bool) string {
	prefix := path + "."
	if path == "" {
		prefix = ""
	}
	switch n := w.rand.IntN(4); {
	case depth > 0 && n == 0:
		if alone {
			path = prefix + "1"
		}
		return "Content-Type: message/rfc822\r\n\r\n" + w.message(path, depth-1, true)
	case depth > 0 && n <= 2:
		w.boundaries++
		boundary := fmt.Sprintf("%s%d", strings.Repeat("-", w.rand.IntN(3)), w.boundaries)
		var b strings.Builder
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n%s", boundary, w.text())
		for i := range 1 + w.rand.IntN(4) {
			fmt.Fprintf(&b, "\r\n--%s\r\n%s", boundary, w.message(fmt.Sprintf("%s%d", prefix, i+1), depth-1, false))
		}
		fmt.Fprintf(&b, "\r\n--%s--\r\n%s", boundary, w.text())
		return b.String()
	}
	if alone {
		path = prefix + "1"
	}
	body := w.text()
	w.leaves = append(w.leaves, leaf{path, body})
	return strings.Repeat("X-Field: y\r\n", w.rand.IntN(3)) + "\r\n" + body
}

// text is lines that look like delimiters, and other ones.
func (w *writer) text() string {
	lines := []string{"hello", "", "--", "-- ", "--0", "--1x", "--1--x", "----", "Content-Type: text/html", " --1", "\r", "x\n--y"}
	var b strings.Builder
	for range w.rand.IntN(6) {
		b.WriteString(lines[w.rand.IntN(len(lines))] + "\r\n")
	}
	return b.String()
}

// TestGenerated checks that the parts of well-formed messages are found where they were put, with nothing more or less in
// them, and that nothing is found wrong with them.
func TestGenerated(t *testing.T) {
	leaves, deepest := 0, 0
	for seed := range uint64(500) {
		w := &writer{rand: rand.New(rand.NewPCG(seed, 1))}
		text := w.message("", 5, true)
		m := index(t, text)
		checkIndex(t, m, text)
		var found []leaf
		for p := range m.Root.All() {
			if !p.IsMultipart() && p.Message == nil {
				found = append(found, leaf{p.Path(), text[p.BodyStart:p.End]})
			}
		}
		require.Equal(t, w.leaves, found, "seed %d: %q", seed, text)
		for _, l := range w.leaves {
			leaves, deepest = leaves+1, max(deepest, strings.Count(l.path, ".")+1)
			got, err := section(t, m, l.path)
			require.NoError(t, err)
			require.Equal(t, l.body, got)
		}
		for _, kind := range kinds(m) {
			require.Contains(t, []defect.Kind{mime.BareLF, mime.BareCR, mime.PrefixBoundary, mime.LikeDelimiter}, kind)
		}
	}
	require.Greater(t, leaves, 2000)
	require.Equal(t, 5, deepest)
}
