package sqlite

import (
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// applicationID marks a database file as this package's ("wpst"), so that another program's is refused.
const applicationID = 0x77707374

// migrations bring a database from version n to n+1, where n is the index. Never edit one that was
// released; add the next.
//
// Times are microseconds since 1970, in UTC. Account 0 owns what is public. A folder's parent 0 is
// the root, which has no row, so parent cannot be a foreign key. Nor is entry.blob one: to delete a
// blob would then need an index on it, which every delivery would pay for; blob.refs counts
// instead. blob.body stays last: SQLite reads a row from its start, and bodies run over many pages.
var migrations = []string{`
CREATE TABLE sequence (
	id          INTEGER PRIMARY KEY CHECK (id = 1),
	blob        INTEGER NOT NULL, -- the last that were given
	uidvalidity INTEGER NOT NULL
) STRICT;
INSERT INTO sequence VALUES (1, 0, 0);

CREATE TABLE domain (
	position INTEGER PRIMARY KEY,
	name     TEXT NOT NULL UNIQUE -- folded
) STRICT;

CREATE TABLE account (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	name     TEXT NOT NULL,
	key      TEXT UNIQUE, -- the folded name; NULL: removed, or account 0
	hash     TEXT NOT NULL,
	disabled INTEGER NOT NULL,
	created  INTEGER NOT NULL,
	inbox    INTEGER NOT NULL, -- 0: removed, so that the folder is like any other
	quota    INTEGER NOT NULL
) STRICT;
INSERT INTO account VALUES (0, '', NULL, '', 1, 0, 0, 0);

CREATE TABLE address (
	key      TEXT PRIMARY KEY, -- folded
	account  INTEGER NOT NULL REFERENCES account(id),
	position INTEGER NOT NULL, -- 0: primary
	local    TEXT NOT NULL,
	domain   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX address_account ON address (account, position);

CREATE TABLE folder (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	account     INTEGER NOT NULL REFERENCES account(id),
	parent      INTEGER NOT NULL,
	name        TEXT NOT NULL,
	kind        INTEGER NOT NULL,
	doomed      INTEGER NOT NULL DEFAULT 0, -- deleted, but not yet emptied
	created     INTEGER NOT NULL,
	uidvalidity INTEGER NOT NULL,
	uidnext     INTEGER NOT NULL DEFAULT 1,
	modseq      INTEGER NOT NULL DEFAULT 1,
	horizon     INTEGER NOT NULL DEFAULT 0, -- tombstones up to this modseq may be gone
	messages    INTEGER NOT NULL DEFAULT 0,
	unseen      INTEGER NOT NULL DEFAULT 0,
	deleted     INTEGER NOT NULL DEFAULT 0,
	bytes       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX folder_name ON folder (account, parent, name) WHERE doomed = 0;
CREATE INDEX folder_account ON folder (account);
CREATE INDEX folder_doomed ON folder (id) WHERE doomed = 1;

CREATE TABLE blob (
	id     INTEGER PRIMARY KEY,
	refs   INTEGER NOT NULL, -- entries that name it
	size   INTEGER NOT NULL,
	sender TEXT NOT NULL,
	file   TEXT,             -- NULL: the body is here
	body   BLOB
) STRICT;
CREATE UNIQUE INDEX blob_file ON blob (file) WHERE file IS NOT NULL;

CREATE TABLE entry (
	folder   INTEGER NOT NULL REFERENCES folder(id),
	uid      INTEGER NOT NULL,
	modseq   INTEGER NOT NULL,
	blob     INTEGER NOT NULL,
	size     INTEGER NOT NULL,
	received INTEGER NOT NULL,
	saved    INTEGER NOT NULL,
	system   INTEGER NOT NULL,
	keywords TEXT NOT NULL, -- in order, a space between
	PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_modseq ON entry (folder, modseq);

CREATE TABLE tombstone (
	folder INTEGER NOT NULL REFERENCES folder(id),
	uid    INTEGER NOT NULL,
	modseq INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_modseq ON tombstone (folder, modseq);

CREATE TABLE maildrop (
	account INTEGER PRIMARY KEY REFERENCES account(id),
	token   INTEGER NOT NULL,
	until   INTEGER NOT NULL -- 0: released
) STRICT;

CREATE TABLE delivery (
	key     TEXT PRIMARY KEY,
	at      INTEGER NOT NULL,
	receipt TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`, `
-- A folder of 0 is none, and an account of 0 is everybody, so folder is no foreign key.
CREATE TABLE note (
	folder  INTEGER NOT NULL,
	account INTEGER NOT NULL REFERENCES account(id),
	name    TEXT NOT NULL,
	value   BLOB NOT NULL,
	PRIMARY KEY (folder, account, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX note_name ON note (account, name, folder);

CREATE TABLE keyword (
	folder INTEGER NOT NULL REFERENCES folder(id),
	key    TEXT NOT NULL, -- folded
	name   TEXT NOT NULL, -- as it was first seen
	PRIMARY KEY (folder, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE summary (
	blob INTEGER PRIMARY KEY, -- goes with the blob
	data BLOB NOT NULL
) STRICT;

CREATE TABLE article (
	id     INTEGER PRIMARY KEY,
	name   TEXT NOT NULL UNIQUE, -- the identifier
	came   INTEGER NOT NULL,
	blob   INTEGER NOT NULL,     -- 0: not known
	places TEXT NOT NULL,        -- "folder:uid", a space between
	data   BLOB NOT NULL
) STRICT;
CREATE INDEX article_came ON article (came);

-- Which article a message is. A row may outlive its message, until the article is forgotten.
CREATE TABLE filing (
	folder  INTEGER NOT NULL REFERENCES folder(id),
	uid     INTEGER NOT NULL,
	article INTEGER NOT NULL, -- 0: none
	PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
`, `
-- account.quota is what its owner receives no more beyond. 0: the default, below 0: no bound.
ALTER TABLE account ADD COLUMN warn    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN no_send INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN without TEXT NOT NULL DEFAULT ''; -- services, a space between
ALTER TABLE account ADD COLUMN display TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN given   TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN surname TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN phone   TEXT NOT NULL DEFAULT '';

CREATE TABLE default_quota (
	id         INTEGER PRIMARY KEY CHECK (id = 1),
	warn       INTEGER NOT NULL,
	no_send    INTEGER NOT NULL,
	no_receive INTEGER NOT NULL
) STRICT;
INSERT INTO default_quota VALUES (1, 0, 0, 0);

CREATE TABLE list (
	id           INTEGER PRIMARY KEY,
	key          TEXT NOT NULL UNIQUE, -- the folded address
	local        TEXT NOT NULL,
	domain       TEXT NOT NULL,
	display      TEXT NOT NULL,
	owner_local  TEXT NOT NULL, -- '': there is none
	owner_domain TEXT NOT NULL,
	senders      TEXT NOT NULL, -- a JSON array
	hidden       INTEGER NOT NULL,
	alias        INTEGER NOT NULL
) STRICT;

CREATE TABLE member (
	list     INTEGER NOT NULL REFERENCES list(id),
	position INTEGER NOT NULL,
	key      TEXT NOT NULL, -- the folded address
	local    TEXT NOT NULL,
	domain   TEXT NOT NULL,
	PRIMARY KEY (list, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_key ON member (key);
`, `
-- Which article a message is; 0: none. NULL: nobody has looked yet.
ALTER TABLE entry ADD COLUMN article INTEGER;
UPDATE entry SET article = f.article FROM filing f WHERE f.folder = entry.folder AND f.uid = entry.uid;
DROP TABLE filing;
`, `
-- Until now whoever had postmaster's address was the administrator, which is written down here, or
-- else the oldest account, which it is not: that could become anybody.
ALTER TABLE account ADD COLUMN administrator INTEGER NOT NULL DEFAULT 0;
CREATE INDEX account_administrator ON account (id) WHERE administrator = 1;
UPDATE account SET administrator = 1 WHERE id = (SELECT account FROM address
	WHERE key = 'postmaster@' || (SELECT name FROM domain ORDER BY position LIMIT 1));
`}

// administratorSchema is the version since which the store knows administrators.
const administratorSchema = 5

// schema is what this version of the program makes of a database.
var schema = litedb.Schema{
	File: databaseName, Application: applicationID, Migrations: migrations,
	Newer: fmt.Errorf("%w: use that one", store.ErrNewer),
}
