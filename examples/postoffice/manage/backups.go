package manage

import (
	"context"
	"io"
)

// Backups makes copies of all that a postoffice has. It is the same whether the
// server runs in this process, in another, or not at all.
type Backups interface {
	// Backup writes a tar archive of the data folder to w: of one moment, with all
	// mail that was acknowledged before the call. Others go on meanwhile. progress
	// is told how many octets of about how many are written, 0 before the first; it
	// may be nil. The archive is whole only if nil is returned.
	Backup(ctx context.Context, w io.Writer, progress func(done, total int64)) error

	Close() error
}
