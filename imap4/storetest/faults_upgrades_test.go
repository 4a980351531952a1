package storetest

import (
	"context"
	"iter"

	"github.com/wirepost/wirepost/imap4"
)

// layered puts a faulty upgrade around each session.
func layered(layer func(imap4.Account) any) func() func(imap4.Account) imap4.Account {
	return func() func(imap4.Account) imap4.Account {
		return func(a imap4.Account) imap4.Account { return layer(a).(imap4.Account) }
	}
}

// inner finds the right upgrade that a faulty one stands before.
func inner[T any](a imap4.Account) T {
	t, _ := upgrade[T](a)
	return t
}

type recentFault struct{ imap4.Account }

func (f recentFault) Unwrap() any { return f.Account }

func (f recentFault) ClaimRecent(context.Context, imap4.MailboxID) (imap4.UID, error) { return 1, nil }

// metasFault yields the messages of a range that it thinks has no end.
type metasFault struct{ imap4.Account }

func (f metasFault) Unwrap() any { return f.Account }

func (f metasFault) Metas(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) iter.Seq2[imap4.Meta, error] {
	if len(uids) > 0 {
		uids = imap4.UIDSet{{First: uids[0].First, Last: uids[len(uids)-1].Last}}
	}
	return inner[imap4.MetaReader](f.Account).Metas(ctx, box, uids)
}

type summaryFault struct{ imap4.Account }

func (f summaryFault) Unwrap() any { return f.Account }

func (f summaryFault) LoadSummaries(_ context.Context, _ imap4.MailboxID, ids []string) iter.Seq2[imap4.Summary, error] {
	return func(yield func(imap4.Summary, error) bool) {
		for _, id := range ids {
			if !yield(imap4.Summary{EmailID: id, Data: []byte("new")}, nil) {
				return
			}
		}
	}
}

func (f summaryFault) SaveSummaries(context.Context, imap4.MailboxID, []imap4.Summary) error {
	return nil
}

type replaceFault struct{ imap4.Account }

func (f replaceFault) Unwrap() any { return f.Account }

func (f replaceFault) Replace(ctx context.Context, _ imap4.MailboxID, _ imap4.UID, to imap4.MailboxID, m imap4.Incoming) (imap4.Appended, error) {
	return f.Append(ctx, to, incomings([]imap4.Incoming{m}))
}

type quotaFault struct{ imap4.Account }

func (f quotaFault) Unwrap() any { return f.Account }

func (f quotaFault) QuotaRoots(ctx context.Context, box imap4.MailboxID) ([]imap4.QuotaRoot, error) {
	return inner[imap4.QuotaStore](f.Account).QuotaRoots(ctx, box)
}

func (f quotaFault) SetQuota(_ context.Context, root string, limits []imap4.QuotaLimit) (imap4.QuotaRoot, error) {
	return imap4.QuotaRoot{Name: root, Resources: []imap4.QuotaResource{{Name: limits[0].Name, Usage: 3, Limit: limits[0].Limit}}}, nil
}

type metadataFault struct{ imap4.Account }

func (f metadataFault) Unwrap() any { return f.Account }

func (f metadataFault) Metadata(ctx context.Context, box imap4.MailboxID, names []string, _ int) iter.Seq2[imap4.MetadataEntry, error] {
	return inner[imap4.MetadataStore](f.Account).Metadata(ctx, box, names, -1)
}

func (f metadataFault) SetMetadata(ctx context.Context, box imap4.MailboxID, e []imap4.MetadataEntry) error {
	return inner[imap4.MetadataStore](f.Account).SetMetadata(ctx, box, e)
}

// searchFault finds nothing, or all and says that it is checked.
type searchFault struct {
	imap4.Account
	misses bool
}

func (f searchFault) Unwrap() any { return f.Account }

func (f searchFault) Search(_ context.Context, _ imap4.MailboxID, q *imap4.Query, uids imap4.UIDSet) (imap4.UIDSet, *imap4.Query, error) {
	if f.misses {
		return nil, q, nil
	}
	return uids, nil, nil
}

type aclFault struct{ imap4.Account }

func (f aclFault) Unwrap() any { return f.Account }

func (f aclFault) ACL(ctx context.Context, box imap4.MailboxID) ([]imap4.ACLEntry, error) {
	return inner[imap4.ACLStore](f.Account).ACL(ctx, box)
}

func (f aclFault) SetACL(ctx context.Context, box imap4.MailboxID, e imap4.ACLEntry) error {
	acl := inner[imap4.ACLStore](f.Account)
	list, err := acl.ACL(ctx, box)
	if err != nil {
		return err
	}
	for _, old := range list {
		if old.Identifier == e.Identifier {
			e.Rights += old.Rights
		}
	}
	return acl.SetACL(ctx, box, e)
}

func (f aclFault) GrantableRights(ctx context.Context, box imap4.MailboxID, who string) (string, []string, error) {
	return inner[imap4.ACLStore](f.Account).GrantableRights(ctx, box, who)
}

type namespaceFault struct{ imap4.Account }

func (f namespaceFault) Unwrap() any { return f.Account }

func (f namespaceFault) Namespaces() (personal, other, shared []imap4.Namespace) {
	return []imap4.Namespace{{}}, nil, nil
}
