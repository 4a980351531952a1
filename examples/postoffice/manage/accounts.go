package manage

import (
	"context"
	"fmt"
)

// Accounts manages who has mail here. It is the same whether the server runs
// in this process, in another, or not at all.
type Accounts interface {
	// List returns those that are known even where its error is an Incomplete.
	List(ctx context.Context) ([]User, error)
	Add(ctx context.Context, u NewUser) (User, error)
	Change(ctx context.Context, name string, c UserChange) error
	Remove(ctx context.Context, name string) error // with all mail
	Close() error
}

// A User is an account as it is listed.
type User struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"` // the first one is what he writes from
	Profile   Profile  `json:"profile"`
	Disabled  bool     `json:"disabled"`
	Without   []string `json:"without"` // services that he may not use, of Switches
	Quota     Quota    `json:"quota"`
	Octets    int64    `json:"octets"` // of mail
	// Administrator says that he looks after the server: web administration, public folders, postmaster's mail.
	Administrator bool `json:"administrator"`
	Foreign       bool `json:"foreign"` // known by another directory, which alone can change him
}

// A Profile is what others may know of a user.
type Profile struct {
	Display string `json:"display"` // "Anna Poe"
	Given   string `json:"given"`
	Surname string `json:"surname"`
	Phone   string `json:"phone"`
}

// Switches are the services that can be switched off for a user.
var Switches = [...]string{"pop3", "imap4", "nntp", "im", "http", "ldap", "submission"}

// A Quota bounds a mailbox, in octets. 0 is what the configuration says, below 0
// is no bound.
type Quota struct {
	Warn      int64 `json:"warn"`       // he is told
	NoSend    int64 `json:"no_send"`    // he may not send
	NoReceive int64 `json:"no_receive"` // nothing more comes in
}

// Check returns an error that says which of the limits are in the wrong order, or nil. Those of the configuration, which a 0
// stands for, are not known here.
func (q Quota) Check() error {
	last := limit{}
	for _, l := range []limit{{"warning", q.Warn}, {"end of sending", q.NoSend}, {"end of receiving", q.NoReceive}} {
		switch {
		case l.octets <= 0:
			continue
		case l.octets < last.octets:
			return fmt.Errorf("quota: the %s at %d octets comes before the %s at %d: name sizes that do not become smaller", l.name, l.octets, last.name, last.octets)
		}
		last = l
	}
	return nil
}

// A limit is one of a Quota.
type limit struct {
	name   string
	octets int64
}

// A NewUser is an account to be made. Without Addresses they follow from the
// address rules of the configuration; without any of those the name is the
// address if it looks like one, else the name at the default domain is.
type NewUser struct {
	Name          string   `json:"name"`
	Addresses     []string `json:"addresses"`
	Profile       Profile  `json:"profile"`
	Password      string   `json:"password"`
	Administrator bool     `json:"administrator,omitempty"`
}

// A UserChange changes what is not nil.
type UserChange struct {
	Password      *string   `json:"password,omitempty"`
	Disabled      *bool     `json:"disabled,omitempty"`
	Addresses     *[]string `json:"addresses,omitempty"`
	Profile       *Profile  `json:"profile,omitempty"`
	Without       *[]string `json:"without,omitempty"`
	Quota         *Quota    `json:"quota,omitempty"`
	Administrator *bool     `json:"administrator,omitempty"`
}
