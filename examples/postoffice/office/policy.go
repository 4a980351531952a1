package office

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A Policy says what accounts are like, unless they are given something else.
type Policy struct {
	AddressRules []config.Template `json:"address_rules,omitempty"` // of new accounts; the first makes the primary address
	Services     []string          `json:"services,omitzero"`       // that new accounts may use, of manage.Switches; nil is all
	Quota        manage.Quota      `json:"quota"`                   // of all accounts without one of their own; 0 is no limit
}

// policyFrom is the Policy of a configuration.
func policyFrom(a *config.Accounts) Policy {
	return Policy{
		AddressRules: a.AddressRules,
		Services:     append([]string{}, a.Protocols...), // none, if it has none
		Quota:        manage.Quota{Warn: int64(a.Quota.Warn), NoSend: int64(a.Quota.NoSend), NoReceive: int64(a.Quota.NoReceive)},
	}
}

// policyNote keeps the Policy in the store, where a command finds it while no server runs.
const policyNote = "postoffice/policy"

// setPolicy makes the Policy that of the store.
func setPolicy(ctx context.Context, s store.Store, p Policy) error {
	value, err := json.Marshal(p)
	if err == nil {
		err = s.SetNotes(ctx, []store.Note{{Name: policyNote, Value: value}})
	}
	if err == nil {
		err = s.SetDefaultQuota(ctx, store.Quota(p.Quota))
	}
	if err != nil {
		return fmt.Errorf("policy of accounts: %w", err)
	}
	return nil
}

func policyOf(ctx context.Context, s store.Store) (p Policy, err error) {
	for note, err := range s.Notes(ctx, 0, store.Public, policyNote) {
		if err == nil && note.Name == policyNote {
			err = json.Unmarshal(note.Value, &p)
		}
		if err != nil {
			return p, fmt.Errorf("policy of accounts: %w", err)
		}
	}
	return p, nil
}

// without are the services that new accounts may not use.
func (p *Policy) without() (list []string) {
	for _, s := range manage.Switches {
		if p.Services != nil && !slices.Contains(p.Services, s) {
			list = append(list, s)
		}
	}
	return list
}
