package office

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A DemoUser is an account of a first start, whose password everybody may
// know who can read the data folder.
type DemoUser struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Password string `json:"password"`
}

// demoFile keeps the demo users' passwords, so that a later start can print
// them again. While the first start is not complete it has another name: what a
// first start that was cut short has left undone, the next one does.
const (
	demoFile       = "demo-users.json"
	firstStartFile = "first-start.json"
)

var demoNames = []string{"alice", "bob"}

// furnish makes the domain, the demo accounts and the newsgroups of a first
// start, and reads the accounts at any other.
func (o *Office) furnish(ctx context.Context) error {
	domains, err := o.store.Domains(ctx)
	if err != nil {
		return fmt.Errorf("local domains: %w", err)
	}
	users, err := o.readUsers(firstStartFile)
	if err != nil {
		return err
	}
	if len(users) == 0 && len(domains) > 0 {
		if o.config.Domain != "" && store.FoldDomain(o.config.Domain) != store.FoldDomain(domains[0]) {
			o.log.WarnContext(ctx, "the data folder has its own domain, -domain is for a first start", "domain", domains[0])
		}
		o.users, err = o.readDemoUsers(ctx)
		return err
	}
	o.firstStart = true
	if err := o.addFirstGroups(ctx); err != nil {
		return err
	}
	if len(users) == 0 && (o.config.NoDemo || o.config.Directory != nil) {
		return o.setDomain(ctx, o.config.domain()) // who there is, the administrator says, or the directory
	}
	if len(users) == 0 {
		users = newDemoUsers(o.config.domain())
		if err := o.writeUsers(firstStartFile, users); err != nil {
			return err
		}
	}
	if err := o.addDemoUsers(ctx, users, len(domains) == 0); err != nil {
		return err
	}
	o.users = users
	return rename(o.path(firstStartFile), o.path(demoFile))
}

func newDemoUsers(domain string) []DemoUser {
	users := make([]DemoUser, len(demoNames))
	for i, name := range demoNames {
		users[i] = DemoUser{Name: name, Address: name + "@" + domain, Password: NewPassword()}
	}
	return users
}

// NewPassword returns 80 random bits that can be typed.
func NewPassword() string { return strings.ToLower(rand.Text()[:16]) }

// addDemoUsers makes the accounts that there are not yet, and before them their
// domain if there is none.
func (o *Office) addDemoUsers(ctx context.Context, users []DemoUser, setDomain bool) error {
	if setDomain {
		address, _ := directory.ParseAddress(users[0].Address)
		if err := o.setDomain(ctx, address.Domain); err != nil {
			return err
		}
	}
	accounts := o.Accounts()
	for i, u := range users {
		_, err := accounts.Add(ctx, manage.NewUser{Name: u.Name, Addresses: []string{u.Address}, Password: u.Password, Administrator: i == 0})
		if err != nil && !errors.Is(err, store.ErrExists) {
			return fmt.Errorf("demo users: %w", err)
		}
	}
	return nil
}

func (o *Office) setDomain(ctx context.Context, domain string) error {
	if err := o.store.SetDomains(ctx, []string{domain}); err != nil {
		return fmt.Errorf("local domain: %w", err)
	}
	return nil
}

func (o *Office) path(file string) string { return filepath.Join(o.config.Dir, file) }

func (o *Office) writeUsers(file string, users []DemoUser) error {
	b, err := json.MarshalIndent(users, "", "\t")
	if err == nil {
		err = writeFile(o.path(file), append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("demo users: %w", err)
	}
	return nil
}

// readUsers reads a file of users; none are in one that there is not.
func (o *Office) readUsers(file string) (users []DemoUser, err error) {
	b, err := os.ReadFile(o.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("demo users: %w", err)
	}
	if err := json.Unmarshal(b, &users); err != nil {
		return nil, fmt.Errorf("demo users: %s: %w; remove the file to do without", o.path(file), err)
	}
	return users, nil
}

// readDemoUsers reads what a first start wrote. An administrator may have
// removed the file, an account, or the demo password of one.
func (o *Office) readDemoUsers(ctx context.Context) ([]DemoUser, error) {
	var still []DemoUser
	users, err := o.readUsers(demoFile)
	for _, u := range users {
		account, err := o.store.Account(ctx, u.Name)
		switch {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrInvalid):
			continue
		case err != nil:
			return nil, fmt.Errorf("demo users: %w", err)
		case account.Disabled:
			continue
		}
		if o.hasher.Verify(ctx, string(account.PasswordHash), u.Password) == nil {
			still = append(still, u)
		}
	}
	return still, err
}
