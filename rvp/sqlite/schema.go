package sqlite

import (
	"errors"

	"github.com/wirepost/wirepost/internal/litedb"
)

// ErrNewer says that a newer version of the program has written the database.
var ErrNewer = errors.New("rvp/sqlite: written by a newer version")

// applicationID marks a database as this package's ("wprv").
const applicationID = 0x77707276

// migrations bring a database from version n to n+1, where n is the index. Never
// edit one that was released; add the next.
//
// Times are nanoseconds since 1970. record.data is a record as JSON.
var migrations = []string{`
CREATE TABLE sequence (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	reserved INTEGER NOT NULL -- IDs up to this one may have been given out
) STRICT;
INSERT INTO sequence VALUES (1, 0);

CREATE TABLE record (
	host TEXT NOT NULL,
	name TEXT NOT NULL,
	data BLOB NOT NULL,
	PRIMARY KEY (host, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription (
	id        INTEGER PRIMARY KEY,
	host      TEXT NOT NULL,
	name      TEXT NOT NULL,
	type      TEXT NOT NULL,
	callback  TEXT NOT NULL,
	principal TEXT NOT NULL,
	until     INTEGER NOT NULL
) STRICT;
`}

// schema is what this version of the program makes of a database.
var schema = litedb.Schema{File: fileName, Application: applicationID, Migrations: migrations, Newer: ErrNewer}
