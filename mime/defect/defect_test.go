package defect_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
)

func ExampleList() {
	const BareLF defect.Kind = "a line that ends in LF alone"
	var found defect.List
	found.Add(BareLF, 17)
	for d := range found.All() {
		fmt.Println(d)
	}
	// Output: a line that ends in LF alone at octet 17
}

func TestListIsBounded(t *testing.T) {
	var l defect.List
	for i := range defect.Max + 50 {
		l.Add("a fault", int64(i))
	}
	kept := slices.Collect(l.All())
	require.Len(t, kept, defect.Max)
	require.Equal(t, defect.Defect{Kind: "a fault", Offset: defect.Max - 1}, kept[defect.Max-1])
	require.Equal(t, defect.Max+50, l.Len())
	require.True(t, l.Has("a fault"))
	require.False(t, l.Has("another"))
}

func TestNoList(t *testing.T) {
	var l *defect.List
	l.Add("a fault", 0)
	require.Empty(t, slices.Collect(l.All()))
	require.Zero(t, l.Len())
	require.False(t, l.Has("a fault"))
}

func TestDefectWithoutPlace(t *testing.T) {
	require.Equal(t, "a fault", defect.Defect{Kind: "a fault", Offset: -1}.String())
}
