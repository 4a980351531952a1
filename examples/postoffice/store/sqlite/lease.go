package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// AcquireMaildrop implements store.Store.
func (s *Store) AcquireMaildrop(ctx context.Context, account store.AccountID, ttl time.Duration) (l store.Lease, err error) {
	if ttl <= 0 {
		return l, fail(badTTL(ttl))
	}
	err = s.free(ctx, func(t *tx) (err error) {
		l, err = t.acquire(account, ttl)
		return err
	})
	if err != nil {
		return store.Lease{}, err
	}
	return l, nil
}

func badTTL(ttl time.Duration) error {
	return fmt.Errorf("%w: a lease of %v: want more than 0", store.ErrInvalid, ttl)
}

func (t *tx) acquire(account store.AccountID, ttl time.Duration) (store.Lease, error) {
	if _, err := t.account(account); err != nil {
		return store.Lease{}, err
	}
	var token uint64
	var until int64
	err := t.Row("SELECT token, until FROM maildrop WHERE account = ?", account).Scan(&token, &until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return store.Lease{}, err
	}
	if until > t.now.UnixMicro() {
		return store.Lease{}, fmt.Errorf("account %d: %w until %v", account, store.ErrInUse, fromMicro(until))
	}
	l := store.Lease{Account: account, Token: token + 1, Until: t.now.Add(ttl)}
	_, err = t.Exec("INSERT INTO maildrop (account, token, until) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET token = ?2, until = ?3",
		account, l.Token, l.Until.UnixMicro())
	return l, err
}

// mustHold returns ErrLeaseLost unless the lease runs.
func (t *tx) mustHold(l store.Lease) error {
	var until int64
	err := t.Row("SELECT until FROM maildrop WHERE account = ? AND token = ?", l.Account, l.Token).Scan(&until)
	if errors.Is(err, sql.ErrNoRows) || err == nil && until <= t.now.UnixMicro() {
		return fmt.Errorf("maildrop of account %d, token %d: %w", l.Account, l.Token, store.ErrLeaseLost)
	}
	return err
}

// setLease lets a lease that runs end at until.
func (s *Store) setLease(ctx context.Context, l store.Lease, until func(now time.Time) int64) error {
	return s.free(ctx, func(t *tx) error {
		if err := t.mustHold(l); err != nil {
			return err
		}
		_, err := t.Exec("UPDATE maildrop SET until = ? WHERE account = ?", until(t.now), l.Account)
		return err
	})
}

// RenewMaildrop implements store.Store.
func (s *Store) RenewMaildrop(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	if ttl <= 0 {
		return store.Lease{}, fail(badTTL(ttl))
	}
	err := s.setLease(ctx, l, func(now time.Time) int64 {
		l.Until = now.Add(ttl)
		return l.Until.UnixMicro()
	})
	if err != nil {
		return store.Lease{}, err
	}
	return l, nil
}

// ReleaseMaildrop implements store.Store.
func (s *Store) ReleaseMaildrop(ctx context.Context, l store.Lease) error {
	return s.setLease(ctx, l, func(time.Time) int64 { return 0 })
}

// CommitMaildrop implements store.Store.
func (s *Store) CommitMaildrop(ctx context.Context, l store.Lease, c store.MaildropChange) ([]store.Meta, error) {
	if err := c.Check(); err != nil {
		return nil, fail(err)
	}
	var gone []store.Meta
	err := s.free(ctx, func(t *tx) error {
		if err := t.mustHold(l); err != nil {
			return err
		}
		a, err := t.account(l.Account)
		if err != nil {
			return err
		}
		gone, err = t.expunge(a.Inbox, c.Expunge)
		if err != nil {
			return err
		}
		_, _, err = t.setFlags(a.Inbox, store.FlagChange{UIDs: c.Seen, Mode: store.Add, Flags: store.Flags{System: store.Seen}})
		return err
	})
	if err != nil {
		return nil, err
	}
	return gone, nil
}
