package manage

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/smtp"
)

// Groups manages the newsgroups. It is the same whether the server runs in this
// process, in another, or not at all.
type Groups interface {
	List(ctx context.Context) ([]Newsgroup, error)
	Set(ctx context.Context, g Newsgroup) error // makes it, or changes it
	Remove(ctx context.Context, name string) error
	Close() error
}

// A Newsgroup is one as it is listed, and made.
type Newsgroup struct {
	Name        string `json:"name"`
	Status      string `json:"status"` // "y", "n": nobody posts, or "m": a moderator decides
	Description string `json:"description"`
	Moderator   string `json:"moderator"` // a mail address
	Articles    int64  `json:"articles"`  // when it is listed
}

// Check returns an error that says what to change.
func (g *Newsgroup) Check() error {
	switch {
	case !nntp.ValidGroupName(g.Name):
		return fmt.Errorf("newsgroup %q: write letters, digits, +, - and _ with dots between", g.Name)
	case g.Status != "y" && g.Status != "n" && g.Status != "m":
		return fmt.Errorf("newsgroup %s: there is no status %q, but y, n and m", g.Name, g.Status)
	case g.Moderator != "" && g.Status != "m", g.Moderator == "" && g.Status == "m":
		return fmt.Errorf("newsgroup %s: those with status m have a moderator, and no others", g.Name)
	case !utf8.ValidString(g.Description):
		return fmt.Errorf("newsgroup %s: its description is not UTF-8", g.Name)
	}
	if g.Moderator == "" {
		return nil
	}
	if p, err := smtp.ParsePath(g.Moderator); err != nil || p.Domain == "" {
		return fmt.Errorf("newsgroup %s: moderator %q: write a mail address", g.Name, g.Moderator)
	}
	return nil
}
