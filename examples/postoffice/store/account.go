package store

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"strings"
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
	// Administrator says that it looks after the server. Nobody gets it by being the only one left.
	Administrator bool
	Profile       Profile
	Without       []string // services that it may not use, in order; which there are, the server knows
	Created       time.Time
	Inbox         FolderID
	Quota         Quota // its own
	Limits        Quota // what holds for it: its own, or the default; nothing is below 0
	Used          int64 // octets that the folders hold together; a message counts in each
}

// A Profile is what others may know of a user. All of it may be empty.
type Profile struct {
	Display, Given, Surname, Phone string
}

// Check returns an ErrInvalid that says what is wrong with p, or nil.
func (p Profile) Check() error {
	for _, s := range [...]string{p.Display, p.Given, p.Surname, p.Phone} {
		if len(s) > MaxName || !printable(s) {
			return fmt.Errorf("%w: %q in a profile: want at most %d octets of UTF-8 without control characters", ErrInvalid, clip(s), MaxName)
		}
	}
	return nil
}

// A Quota bounds the octets that an account's folders hold together. 0 is the default, which SetDefaultQuota sets, below 0 is
// no bound; of the default itself both are none. The store refuses what goes beyond NoReceive; the others are the server's to
// look at.
type Quota struct {
	Warn, NoSend, NoReceive int64
}

// String returns the account's ID and name, and nothing that a log should not have: a verb that
// does not fit would make package fmt print the fields as they are.
func (a Account) String() string { return fmt.Sprintf("account %d %q", a.ID, a.Name) }

// A NewAccount is what AddAccount makes an account from. Name and at least one address are needed.
type NewAccount struct {
	Name          string
	Addresses     []Address
	PasswordHash  PasswordHash
	Disabled      bool
	Administrator bool
	Profile       Profile
	Without       []string
	Quota         Quota
}

// String returns the account's name.
func (a NewAccount) String() string { return fmt.Sprintf("new account %q", a.Name) }

// Check returns an ErrInvalid that says what is wrong with a, or nil. It does not know the local domains.
func (a NewAccount) Check() error {
	return cmp.Or(CheckName(a.Name), checkAddresses(a.Addresses), a.Profile.Check(), checkServices(a.Without))
}

// maxServices bounds the services that an account may not use.
const maxServices = 32

// checkServices wants words that can stand in a list.
func checkServices(all []string) error {
	if len(all) > maxServices {
		return fmt.Errorf("%w: %d services: want at most %d", ErrInvalid, len(all), maxServices)
	}
	for _, s := range all {
		if s == "" || len(s) > MaxLocal || strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
			return fmt.Errorf("%w: service %q: want small letters and digits", ErrInvalid, clip(s))
		}
	}
	return nil
}

// An AccountChange says what ChangeAccount changes; what is nil stays.
type AccountChange struct {
	PasswordHash  *PasswordHash
	Disabled      *bool
	Administrator *bool
	Profile       *Profile
	Without       *[]string // all of them
	Quota         *Quota
	Addresses     []Address // all of them, the primary one first

	// If, when set, is the hash that the account must have for anything to be changed. If it has
	// another, somebody was faster: ChangeAccount changes nothing, and returns the account as it is.
	If *PasswordHash
}

// Check returns an ErrInvalid that says what is wrong with c, or nil.
func (c AccountChange) Check() error {
	var err error
	if c.Profile != nil {
		err = c.Profile.Check()
	}
	if c.Without != nil {
		err = cmp.Or(err, checkServices(*c.Without))
	}
	if c.Addresses != nil {
		err = cmp.Or(err, checkAddresses(c.Addresses))
	}
	return err
}
