package manage

import "context"

// Lists manages groups of users: mail to their address goes to each member.
type Lists interface {
	List(ctx context.Context) ([]MailList, error)
	Set(ctx context.Context, l MailList) error // makes it, or changes it
	Remove(ctx context.Context, address string) error
	Close() error
}

// A MailList is a group of users, Exchange's distribution list. One member and
// Alias make it another name for that member.
type MailList struct {
	Address string   `json:"address"`
	Display string   `json:"display"`
	Members []string `json:"members"`         // addresses, here or elsewhere, of users and other lists
	Owner   string   `json:"owner"`           // an address: gets what cannot be delivered; "" is the sender
	Senders []string `json:"senders"`         // addresses or domains that may write to it; none is everybody
	Hidden  bool     `json:"hidden"`          // not in the directory
	Force   bool     `json:"force,omitempty"` // when it is set: also members here that there are not
	Alias   bool     `json:"alias"`           // passes mail on as it is, reports go to the sender
}
