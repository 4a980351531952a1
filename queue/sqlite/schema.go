package sqlite

import (
	"errors"

	"github.com/wirepost/wirepost/internal/litedb"
)

// ErrNewer: the database is of a newer version of the program. Use that one.
var ErrNewer = errors.New("written by a newer version")

// applicationID marks a database file as this package's ("wpqu"), so that another program's is refused.
const applicationID = 0x77707175

// migrations bring a database from version n to n+1, where n is the index. Never edit one that was released; add the
// next.
//
// Times are nanoseconds since 1970 as stamp makes them. Numbers that are given out (n, token) come from one sequence and
// never come again. item.at is when a claim may take the item: due while it waits, the end of the lease while it is
// leased, never while it is held or parked; so a claim finds what is due by one index and sees nothing else. body.data
// stays last: SQLite reads a row from its start, and bodies run over many pages.
var migrations = []string{`
CREATE TABLE sequence (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	reserved INTEGER NOT NULL, -- numbers up to this one may have been given out
	swept    INTEGER NOT NULL  -- bodies up to this number are named by messages, or gone
) STRICT;
INSERT INTO sequence VALUES (1, 0, 0);

CREATE TABLE body (
	n       INTEGER PRIMARY KEY,
	created INTEGER NOT NULL,
	size    INTEGER NOT NULL,
	file    TEXT, -- NULL: the octets are in data
	data    BLOB
) STRICT;
CREATE UNIQUE INDEX body_file ON body (file) WHERE file IS NOT NULL;

CREATE TABLE message (
	n    INTEGER PRIMARY KEY,
	id   TEXT NOT NULL UNIQUE,
	body INTEGER, -- NULL once it is gone
	gone INTEGER, -- when its last item went; NULL while it is there
	data BLOB
) STRICT;
CREATE INDEX message_body ON message (body) WHERE body IS NOT NULL;
CREATE INDEX message_gone ON message (gone) WHERE gone IS NOT NULL;

-- A lane is the mail of one source for one route.
CREATE TABLE lane (
	n      INTEGER PRIMARY KEY,
	route  TEXT NOT NULL,
	source TEXT NOT NULL,
	UNIQUE (route, source)
) STRICT;
CREATE INDEX lane_source ON lane (source);

CREATE TABLE item (
	n        INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	message  INTEGER NOT NULL,
	lane     INTEGER NOT NULL,
	priority INTEGER NOT NULL,
	state    INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	expires  INTEGER NOT NULL,
	arrived  INTEGER NOT NULL,
	size     INTEGER NOT NULL,
	token    INTEGER NOT NULL DEFAULT 0,
	owner    TEXT NOT NULL DEFAULT '', -- who has it, or had it last
	data     BLOB NOT NULL
) STRICT;
CREATE INDEX item_lane ON item (lane, priority, at, state, due, arrived, size); -- the rest for Routes
CREATE INDEX item_message ON item (message);
CREATE INDEX item_state ON item (state, id) WHERE state <> 0;
`, `
-- Records of version 2: an older program could open the database, but not read them.
SELECT 1;
`}

// schema is what this version of the program makes of a database.
var schema = litedb.Schema{
	File: databaseName, Application: applicationID, Migrations: migrations,
	Newer: ErrNewer,
}
