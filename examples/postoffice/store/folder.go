package store

import (
	"fmt"
	"time"
)

// A FolderID names a folder for good, across renames; it is never given to another one.
type FolderID int64

// A Kind says what a folder is for. The store treats them alike.
type Kind uint8

// The kinds of folder.
const (
	Mail Kind = iota
	News
	Files
)

// Inbox is the name of the folder that each account has from the start.
const Inbox = "INBOX"

// MaxDepth is how many folders may be inside each other.
const MaxDepth = 64

// A Folder is a place for messages and for further folders.
type Folder struct {
	ID          FolderID
	Owner       AccountID
	Parent      FolderID // 0: at the root
	Name        string   // one component, UTF-8
	Kind        Kind
	Created     time.Time
	UIDValidity uint32 // never the same for two folders, one created after the other was deleted included
	UIDNext     UID    // above every UID that was given
	ModSeq      ModSeq // the highest that was given; 1 at first
	Counts      Counts
}

// Counts are kept with the folder, so they cost nothing to ask for.
type Counts struct {
	Messages int64
	Unseen   int64 // without Seen
	Deleted  int64 // with Deleted
	Bytes    int64
}

// A NewFolder is what CreateFolder makes a folder from.
type NewFolder struct {
	Owner  AccountID
	Parent FolderID // 0: at the root
	Name   string
	Kind   Kind
}

// Check returns an ErrInvalid that says what is wrong with f, or nil.
func (f NewFolder) Check() error {
	if f.Kind > Files {
		return fmt.Errorf("%w: kind of folder %d is unknown", ErrInvalid, f.Kind)
	}
	return CheckName(f.Name)
}
