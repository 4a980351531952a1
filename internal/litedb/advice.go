package litedb

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Advice tells what to change when a database can't be used; "" if err is not SQLite's, or nothing can be said.
func Advice(err error) string {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return ""
	}
	switch e.Code() & 0xff { // the rest is the extended code
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return "the database is damaged: put the folder aside, and restore a backup"
	case sqlite3.SQLITE_FULL:
		return "the disk is full: make room on it"
	case sqlite3.SQLITE_IOERR:
		return "the disk is full, or fails: make room on it, and look into the system's log"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return "give the folder and its files to the user who runs the server"
	}
	return ""
}
