package store

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// An AccountID names an account for good; it is never given to another one.
type AccountID int64

// Public is the owner of folders that belong to nobody, such as news groups.
const Public AccountID = 0

// A PasswordHash is an opaque string that proves a password, in a form that the authentication side
// chooses. It prints as "[hidden]", in logs too; string(h) is the value.
type PasswordHash string

const hidden = "[hidden]"

// Format writes "[hidden]" for every verb.
func (PasswordHash) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hidden) }

// LogValue hides the hash from log/slog.
func (PasswordHash) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the hash from encoding/json and its like.
func (PasswordHash) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// An Account is a user.
type Account struct {
	ID           AccountID
	Name         string    // login, as it was given; see FoldName for how names compare
	Addresses    []Address // the primary one first
	PasswordHash PasswordHash
	Disabled     bool // may not log in; whether mail is taken is the server's to decide
	Created      time.Time
	Inbox        FolderID
	Quota        int64 // octets that the folders may hold together; 0: no limit
	Used         int64 // octets that they hold; a message counts in each folder
}

// String returns the account's ID and name, and nothing that a log should not have: a verb that
// does not fit would make package fmt print the fields as they are.
func (a Account) String() string { return fmt.Sprintf("account %d %q", a.ID, a.Name) }

// A NewAccount is what AddAccount makes an account from. Name and at least one address are needed.
type NewAccount struct {
	Name         string
	Addresses    []Address
	PasswordHash PasswordHash
	Disabled     bool
	Quota        int64
}

// String returns the account's name.
func (a NewAccount) String() string { return fmt.Sprintf("new account %q", a.Name) }

// Check returns an ErrInvalid that says what is wrong with a, or nil. It does not know the local domains.
func (a NewAccount) Check() error {
	if a.Quota < 0 {
		return fmt.Errorf("%w: quota %d is negative", ErrInvalid, a.Quota)
	}
	return cmp.Or(CheckName(a.Name), checkAddresses(a.Addresses))
}

// An AccountChange says what ChangeAccount changes; what is nil stays.
type AccountChange struct {
	PasswordHash *PasswordHash
	Disabled     *bool
	Quota        *int64
	Addresses    []Address // all of them, the primary one first

	// If, when set, is the hash that the account must have for anything to be changed. If it has
	// another, somebody was faster: ChangeAccount changes nothing, and returns the account as it is.
	If *PasswordHash
}

// Check returns an ErrInvalid that says what is wrong with c, or nil.
func (c AccountChange) Check() error {
	if c.Quota != nil && *c.Quota < 0 {
		return fmt.Errorf("%w: quota %d is negative", ErrInvalid, *c.Quota)
	}
	if c.Addresses == nil {
		return nil
	}
	return checkAddresses(c.Addresses)
}
