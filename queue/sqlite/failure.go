package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/wirepost/wirepost/queue"
)

// errClosed is what calls get after Close.
var errClosed = errors.New("store is closed")

// fail makes an error fit to leave the package: with the package's name, and with ErrFull where that is what SQLite or
// the file system reports. The contract's other errors leave as they are made. It is called once on the way out.
func fail(err error) error {
	if err == nil {
		return nil
	}
	if full(err) && !errors.Is(err, queue.ErrFull) {
		return fmt.Errorf("sqlite: %w: %w", queue.ErrFull, err)
	}
	return fmt.Errorf("sqlite: %w", err)
}

func full(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_FULL // the rest is the extended code
	}
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}, errno)
}

// taken tells that a row of that name is there.
func taken(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}
