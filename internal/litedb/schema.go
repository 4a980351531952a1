package litedb

import "fmt"

// A Schema is the tables of a store, and how they came to be.
type Schema struct {
	File        string // the name of the database, for errors
	Application int32  // marks a file as the store's, so that another program's is refused

	// Migrations bring a database from version n to n+1, where n is the index. One
	// that was released is never edited; the next is added.
	Migrations []string

	Newer error // for a database that a newer version of the program has written
}

// Migrate brings a database to the newest version, each step in a transaction of
// its own.
func (s *Schema) Migrate(c *Conn) error {
	var app int32
	var version, tables int
	if err := c.Row("PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if err := c.Row("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := c.Row("SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	switch {
	case app != s.Application && (version != 0 || tables != 0):
		return fmt.Errorf("%s is another program's database: choose another directory", s.File)
	case version > len(s.Migrations):
		return fmt.Errorf("schema %d, this program knows up to %d: %w", version, len(s.Migrations), s.Newer)
	}
	for ; version < len(s.Migrations); version++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
			s.Migrations[version], s.Application, version+1)
		if err := c.Script(script); err != nil {
			_ = c.Script("ROLLBACK") // of a transaction that may have ended itself
			return fmt.Errorf("migration to schema %d: %w", version+1, err)
		}
	}
	return nil
}
