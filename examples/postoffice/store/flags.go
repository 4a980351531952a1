package store

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// SystemFlags are the flags that IMAP defines (RFC 9051, 2.3.2), a bit each.
type SystemFlags uint8

// The system flags.
const (
	Seen SystemFlags = 1 << iota
	Answered
	Flagged
	Deleted
	Draft
	allSystem = Seen | Answered | Flagged | Deleted | Draft
)

// Limits of keywords.
const (
	MaxKeywords       = 100  // of a message
	MaxFolderKeywords = 1000 // different ones in a folder, since it was made
)

// Flags are what is noted on a message in a folder.
type Flags struct {
	System   SystemFlags
	Keywords []string // compared by FoldKeyword; a folder keeps the spelling that it saw first
}

// Check returns an ErrInvalid that says what is wrong with f, or nil.
func (f Flags) Check() error {
	if f.System&^allSystem != 0 {
		return fmt.Errorf("%w: unknown system flags %#x", ErrInvalid, uint8(f.System&^allSystem))
	}
	if len(f.Keywords) > MaxKeywords {
		return fmt.Errorf("%w: %d keywords: %d are allowed on a message", ErrInvalid, len(f.Keywords), MaxKeywords)
	}
	for _, k := range f.Keywords {
		if k == "" || len(k) > MaxName || !utf8.ValidString(k) || strings.ContainsFunc(k, spaceOrControl) {
			return fmt.Errorf("%w: keyword %q: want 1 to %d octets of UTF-8 without spaces and control characters", ErrInvalid, clip(k), MaxName)
		}
	}
	return nil
}

func spaceOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// FoldKeyword returns the form by which keywords compare: ASCII letters in lower case.
func FoldKeyword(k string) string { return ascii.Lower(k) }

// Equal reports whether f and g are the same flags, in whatever order.
func (f Flags) Equal(g Flags) bool {
	return f.System == g.System && slices.Equal(f.Sorted().Keywords, g.Sorted().Keywords)
}

// Sorted returns f with its keywords in order and without repetitions; f is left as it is.
func (f Flags) Sorted() Flags {
	if len(f.Keywords) == 0 {
		f.Keywords = nil
		return f
	}
	if !slices.IsSorted(f.Keywords) {
		f.Keywords = slices.Sorted(slices.Values(f.Keywords))
	}
	f.Keywords = slices.Compact(slices.Clone(f.Keywords))
	return f
}

// A FlagMode says what a FlagChange does with its flags.
type FlagMode uint8

// The modes: IMAP's FLAGS, +FLAGS and -FLAGS (RFC 9051, 6.4.6).
const (
	Replace FlagMode = iota
	Add
	Remove
)

// A FlagChange says what SetFlags does.
type FlagChange struct {
	UIDs  UIDSet
	Mode  FlagMode
	Flags Flags
	// UnchangedSince, if not 0, leaves alone the messages whose ModSeq is higher (RFC 7162, 3.1.3).
	// That RFC's UNCHANGEDSINCE 0 is for the caller: no message meets it.
	UnchangedSince ModSeq
}

// Check returns an ErrInvalid that says what is wrong with c, or nil.
func (c FlagChange) Check() error {
	if c.Mode > Remove {
		return fmt.Errorf("%w: unknown flag mode %d", ErrInvalid, c.Mode)
	}
	if err := c.Flags.Check(); err != nil {
		return err
	}
	return c.UIDs.Check()
}

// Apply returns what the change makes of f, sorted.
func (c FlagChange) Apply(f Flags) Flags {
	switch c.Mode {
	case Add:
		f.System |= c.Flags.System
		f.Keywords = slices.Concat(f.Keywords, c.Flags.Keywords)
	case Remove:
		f.System &^= c.Flags.System
		f.Keywords = slices.DeleteFunc(slices.Clone(f.Keywords), func(k string) bool {
			return slices.ContainsFunc(c.Flags.Keywords, func(o string) bool { return FoldKeyword(o) == FoldKeyword(k) })
		})
	default:
		f = c.Flags
	}
	return f.Sorted()
}
