package sqlite

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A database of a newer version, or of another program, is refused and left as it is.
func TestOthersDatabase(t *testing.T) {
	for script, want := range map[string]string{
		"PRAGMA user_version = 99":                            "written by a newer version",
		"PRAGMA application_id = 7":                           "another program's database",
		"PRAGMA application_id = 0; PRAGMA user_version = 0;": "another program's database",
	} {
		dir := t.TempDir()
		s, err := open(t.Context(), dir, Options{Every: time.Hour})
		require.NoError(t, err)
		require.NoError(t, s.conn.Script(script))
		s.journal.take() // so that nothing is written at the end
		require.NoError(t, s.Close())

		_, err = Open(t.Context(), dir, Options{})
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, dir)
		if want == "written by a newer version" {
			require.ErrorIs(t, err, ErrNewer)
		}
	}
}
