package store

import "fmt"

// Limits of notes.
const (
	MaxNote     = 64 << 10 // octets of a value
	MaxNoteName = 2048     // octets
)

// A Note is a small value that is kept with a folder, with an account, or with neither: what a
// protocol has to remember and the store need not understand, such as subscriptions, access rights
// and annotations. Folder, Account and Name together name it.
type Note struct {
	Folder  FolderID  // 0: of no folder
	Account AccountID // whose it is; Public if it is everybody's
	Name    string
	Value   []byte // nil, in SetNotes: remove the note
}

// Check returns an ErrInvalid that says what is wrong with n, or nil.
func (n Note) Check() error {
	switch {
	case n.Name == "" || len(n.Name) > MaxNoteName || !printable(n.Name):
		return fmt.Errorf("%w: name of a note %q: want 1 to %d octets of UTF-8 without control characters", ErrInvalid, clip(n.Name), MaxNoteName)
	case len(n.Value) > MaxNote:
		return fmt.Errorf("%w: note %q of %d octets: at most %d are allowed", ErrInvalid, clip(n.Name), len(n.Value), MaxNote)
	}
	return nil
}

// A Summary is what a protocol has worked out about a message's bytes, in its own form.
type Summary struct {
	Blob BlobID
	Data []byte
}
