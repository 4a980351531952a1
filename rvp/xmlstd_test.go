package rvp

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stdNames are the names of all elements as encoding/xml finds them, which also
// says that the document is well-formed.
func stdNames(t testing.TB, doc string) (names []xml.Name) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return names
		}
		require.NoError(t, err, "encoding/xml refuses %q", doc)
		if start, ok := token.(xml.StartElement); ok {
			names = append(names, start.Name)
		}
	}
}

// ownNames are those that our parser found.
func ownNames(e element) (names []xml.Name) {
	for _, n := range e.doc.nodes {
		if n.kind == elementNode {
			names = append(names, n.name)
		}
	}
	return names
}
