package litedb_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/litedb"
)

func TestAdvice(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	require.NoError(t, os.WriteFile(file, []byte("no database, but long enough to be looked at"), 0o600))
	db, err := litedb.Open(file)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec("SELECT 1 FROM sqlite_schema")
	require.Contains(t, litedb.Advice(err), "restore a backup")
	elsewhere, err := litedb.Open(filepath.Join(t.TempDir(), "none", "a.db"))
	require.NoError(t, err)
	defer elsewhere.Close()
	_, err = elsewhere.Exec("SELECT 1 FROM sqlite_schema")
	require.Contains(t, litedb.Advice(err), "give the folder")
	require.Empty(t, litedb.Advice(errors.New("another")))
	require.Empty(t, litedb.Advice(nil))
}
