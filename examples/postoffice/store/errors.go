package store

import (
	"errors"
	"fmt"
)

// The errors that callers tell apart with errors.Is. Implementations wrap them with what they were about.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrInvalid     = errors.New("invalid")
	ErrQuota       = errors.New("over quota")
	ErrFull        = errors.New("no space left: free some on the disk that holds the store")
	ErrReadOnly    = errors.New("read only: make the store's directory writable")
	ErrClosed      = errors.New("store is closed")
	ErrLocked      = errors.New("in use by another process")
	ErrNewer       = errors.New("written by a newer version of this program")
	ErrNotEmpty    = errors.New("not empty")
	ErrProtected   = errors.New("INBOX can be neither moved nor deleted")
	ErrHistoryGone = errors.New("expunges since then are forgotten")
	ErrInUse       = errors.New("maildrop is in use")
	ErrLeaseLost   = errors.New("lease has ended")
)

// A FolderError says which of several folders an error is about.
type FolderError struct {
	Folder FolderID
	Err    error
}

// Error names the folder and what is wrong.
func (e *FolderError) Error() string { return fmt.Sprintf("folder %d: %v", e.Folder, e.Err) }

// Unwrap returns what is wrong.
func (e *FolderError) Unwrap() error { return e.Err }
