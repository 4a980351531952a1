package memory

import (
	"bytes"
	"context"
	"iter"

	"github.com/wirepost/wirepost/imap4"
)

// summaries are a layer. A summary is kept as long as there is a message that it
// is of.
type summaries struct {
	layer
	a *account
}

// LoadSummaries implements imap4.SummaryCache.
func (l summaries) LoadSummaries(ctx context.Context, box imap4.MailboxID, emailIDs []string) iter.Seq2[imap4.Summary, error] {
	return func(yield func(imap4.Summary, error) bool) {
		if err := l.a.enter(ctx, "LoadSummaries", box); err != nil {
			yield(imap4.Summary{}, err)
			return
		}
		for _, found := range l.find(emailIDs) {
			if !yield(found, nil) {
				return
			}
		}
	}
}

func (l summaries) find(emailIDs []string) (list []imap4.Summary) {
	s := l.a.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range emailIDs {
		if b, ok := s.blobs[id]; ok && b.summary != nil {
			list = append(list, imap4.Summary{EmailID: id, Data: b.summary})
		}
	}
	return list
}

// SaveSummaries implements imap4.SummaryCache.
func (l summaries) SaveSummaries(ctx context.Context, box imap4.MailboxID, all []imap4.Summary) error {
	if err := l.a.enter(ctx, "SaveSummaries", box); err != nil {
		return err
	}
	s := l.a.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sum := range all {
		if b, ok := s.blobs[sum.EmailID]; ok {
			b.summary = bytes.Clone(sum.Data)
		}
	}
	return nil
}
