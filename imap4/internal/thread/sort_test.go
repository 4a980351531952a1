package thread

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/internal/summary"
)

func TestSort(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC) }
	list := []Message{
		{1, at(3), 10, &summary.Keys{Subject: "B", From: "X", To: "", Cc: "C", DisplayFrom: "2", DisplayTo: "1", Sent: at(9)}},
		{2, at(1), 30, &summary.Keys{Subject: "A", From: "Y", To: "T", Cc: "", DisplayFrom: "1", DisplayTo: "3"}},
		{3, at(2), 20, &summary.Keys{Subject: "B", From: "X", To: "S", Cc: "D", DisplayFrom: "3", DisplayTo: "2", Sent: at(0)}},
		{4, at(2), 20, &summary.Keys{Subject: "", From: "Z", To: "S", Cc: "B", DisplayFrom: "3", DisplayTo: "", Sent: at(9).In(time.FixedZone("", 3600))}},
	}
	for _, c := range []struct {
		criteria []Criterion
		want     []uint32
	}{
		{nil, []uint32{1, 2, 3, 4}},
		{[]Criterion{{Key: Arrival}}, []uint32{2, 3, 4, 1}},
		{[]Criterion{{Key: Arrival, Reverse: true}}, []uint32{1, 3, 4, 2}}, // 3 and 4 stay in the order of the mailbox
		{[]Criterion{{Key: Cc}}, []uint32{2, 4, 1, 3}},
		{[]Criterion{{Key: Date}}, []uint32{3, 2, 1, 4}}, // 2 has none
		{[]Criterion{{Key: DisplayFrom}}, []uint32{2, 1, 3, 4}},
		{[]Criterion{{Key: DisplayTo}}, []uint32{4, 1, 3, 2}},
		{[]Criterion{{Key: From}}, []uint32{1, 3, 2, 4}},
		{[]Criterion{{Key: Size}}, []uint32{1, 3, 4, 2}},
		{[]Criterion{{Key: Subject}}, []uint32{4, 2, 1, 3}},
		{[]Criterion{{Key: To}}, []uint32{1, 3, 4, 2}},
		{[]Criterion{{Key: Subject}, {Key: Date}}, []uint32{4, 2, 3, 1}},
		{[]Criterion{{Key: Subject, Reverse: true}, {Key: Subject}, {Key: Date}}, []uint32{3, 1, 2, 4}},
	} {
		sorted := append([]Message{}, list...)
		Sort(sorted, c.criteria)
		var got []uint32
		for _, m := range sorted {
			got = append(got, m.Number)
		}
		require.Equal(t, c.want, got, "%v", c.criteria)
	}
}

func TestParseSortKey(t *testing.T) {
	for k := Arrival; k <= To; k++ {
		got, ok := ParseSortKey(k.String())
		require.True(t, ok)
		require.Equal(t, k, got)
	}
	got, ok := ParseSortKey("displayFrom")
	require.True(t, ok)
	require.Equal(t, DisplayFrom, got)
	for _, s := range []string{"", "REVERSE", "\u017fize", "SUBJECTS", "SUB"} {
		_, ok := ParseSortKey(s)
		require.False(t, ok, s)
	}
}
