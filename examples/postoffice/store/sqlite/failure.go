package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// fail makes an error fit to leave the package: with the package's name, and with the store's name
// for what happened, where it has one. It is called once on the way out.
func fail(err error) error {
	if err == nil {
		return nil
	}
	if kind := classify(err); kind != nil && !errors.Is(err, kind) {
		return fmt.Errorf("sqlite: %w: %w", kind, err)
	}
	if isDamaged(err) {
		return fmt.Errorf("sqlite: %s: %w", databaseName, err) // which of the files of a data folder to restore
	}
	return fmt.Errorf("sqlite: %w", err)
}

func isDamaged(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

// classify returns the store's error for what SQLite or the file system reports, or nil.
func classify(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // the rest is the extended code
		case sqlite3.SQLITE_FULL:
			return store.ErrFull
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			return store.ErrReadOnly
		}
		return nil
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		switch {
		case slices.Contains([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT}, errno):
			return store.ErrFull
		case slices.Contains([]syscall.Errno{syscall.EROFS, syscall.EACCES, syscall.EPERM}, errno):
			return store.ErrReadOnly
		}
	}
	return nil
}
