package store

import (
	"fmt"
	"time"
)

// MaxArticleID is how long the identifier of an article may be, in octets.
const MaxArticleID = 255

// A NewArticle is what makes a message an article.
type NewArticle struct {
	ID   string // by which it is found among all; octet by octet
	Data []byte // what a protocol knows of it, in its own form; at most MaxNote octets
}

// Check returns an ErrInvalid that says what is wrong with a, or nil.
func (a NewArticle) Check() error {
	switch {
	case a.ID == "" || len(a.ID) > MaxArticleID || !printable(a.ID):
		return fmt.Errorf("%w: identifier of an article %q: want 1 to %d octets of UTF-8 without control characters", ErrInvalid, clip(a.ID), MaxArticleID)
	case len(a.Data) > MaxNote:
		return fmt.Errorf("%w: data of article %q of %d octets: at most %d are allowed", ErrInvalid, clip(a.ID), len(a.Data), MaxNote)
	}
	return nil
}

// A NotedArticle says what a message is that came to a folder by another way than FileArticle.
type NotedArticle struct {
	Folder     FolderID
	UID        UID
	NewArticle // without an ID: it is no article
}

// An ArticlePlace is where an article is or was.
type ArticlePlace struct {
	Folder FolderID
	UID    UID
}

// An Article is a message that has an identifier.
type Article struct {
	NewArticle
	Came   time.Time      // when it was filed, noted or, if it never was here, removed
	Blob   BlobID         // its bytes, as FileArticle took them; 0 if it came otherwise
	Places []ArticlePlace // all that it has or had, in the order in which it came there

	// Folder and Message say where it is: in the folder that was asked for, or in any. Folder is 0 if
	// it is nowhere.
	Folder  FolderID
	Message Meta
}
