package webdav

import (
	"encoding/xml"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzXML checks three properties of what parseXML takes: encoding/xml takes it too, it is nested no deeper than the limit,
// and it is the same when it is written and read again.
func FuzzXML(f *testing.F) {
	for _, s := range []string{
		propfindOf("D:displayname"), lockInfo("shared"), "<a/>", "<a><b>x</b>y</a>", `<a xmlns:b="c"><b:d/></a>`, "<!DOCTYPE a><a/>", "<a>&lt;<![CDATA[<]]></a>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := parseXML(data)
		if err != nil {
			return
		}
		require.NoError(t, xml.Unmarshal(data, new(struct{})))
		require.LessOrEqual(t, depthOf(root), maxNesting)
		text := `<r xmlns:D="DAV:" xmlns:M="urn:schemas:httpmail:" xmlns="">` + string(appendElement(nil, root)) + "</r>"
		again, err := parseXML([]byte(text))
		if err != nil {
			require.ErrorContains(t, err, "nested", text)
			return
		}
		require.Equal(t, string(appendElement(nil, root)), string(appendElement(nil, again.children[0])))
	})
}

func depthOf(e element) int {
	deepest := 0
	for _, c := range e.children {
		deepest = max(deepest, depthOf(c))
	}
	return deepest + 1
}
