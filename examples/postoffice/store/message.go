package store

import (
	"io"
	"time"
)

// A UID names a message within its folder: ascending, from 1, never given twice (RFC 9051, 2.3.1.1).
type UID uint32

// MaxUID is the highest UID.
const MaxUID UID = 1<<32 - 1

// A ModSeq orders the changes of one folder: each commit that changes the folder has a higher one
// than those that were visible before it (RFC 7162). It is from 1 to 1<<63-1.
type ModSeq uint64

// A BlobID names a message's bytes for good, wherever the message is copied.
type BlobID int64

// Meta is what there is to know about a message without reading it.
type Meta struct {
	UID      UID
	ModSeq   ModSeq
	Blob     BlobID
	Size     int64 // octets
	Flags    Flags
	Received time.Time // when the message arrived here
	Saved    time.Time // when it came into this folder
	Expunged bool      // it is gone: only UID and ModSeq are set, in the result of a Scan since some ModSeq
}

// A Body is a message's bytes. It may be read from several goroutines.
type Body interface {
	io.ReaderAt
	io.Closer
	Size() int64
	Sender() string // the envelope sender that the message was delivered with
}

// A CopyRequest says what Copy does. UIDs without a message are passed over.
type CopyRequest struct {
	From, To FolderID
	UIDs     UIDSet
	Move     bool // expunge them from From, in the same commit
}

// Copied says where the messages went: From[i] is now To[i].
type Copied struct {
	UIDValidity uint32 // of the folder they went to
	From, To    []UID
	Moved       ModSeq // of their expunge, if they were moved
}
