package sqlite

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func TestReceipt(t *testing.T) {
	for _, rec := range []store.Receipt{
		{},
		{Blob: 1, Size: 2, Placed: []store.Placed{{Folder: 3, UIDValidity: 4, UID: 5, ModSeq: 6}}},
		{Blob: 1<<63 - 1, Placed: []store.Placed{{UIDValidity: 1<<32 - 1, UID: store.MaxUID, ModSeq: 1<<63 - 1}, {Folder: 9}}},
	} {
		got, err := parseReceipt(formatReceipt(rec))
		require.NoError(t, err)
		require.Equal(t, rec, got)
	}
}

// FuzzParseReceipt checks that damaged text gives an error or a receipt, and that a receipt says
// what its text says.
func FuzzParseReceipt(f *testing.F) {
	for _, seed := range []string{"", "1 2", "1 2 3 4 5 6", "1 2 3 4 5 6 7", "-1 2", "1  2", "1 2 3 4294967296 5 6", "99999999999999999999 1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rec, err := parseReceipt(text)
		if err != nil {
			require.ErrorIs(t, err, errDamaged)
			require.Zero(t, rec)
			return
		}
		again, err := parseReceipt(formatReceipt(rec))
		require.NoError(t, err)
		require.Equal(t, rec, again)
	})
}
