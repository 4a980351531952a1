package storetest

import (
	"io"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var lifecycleRules = []rule{
	{name: "closed", why: "a closed store says so, to every call; what is open stays readable", check: func(e *env) {
		a := e.account("a")
		e.deliver(a.Inbox, "small")
		e.deliver(a.Inbox, string(pattern(100_000)))
		var bodies []store.Body
		for uid := range store.UID(2) {
			b, err := e.s.Open(e.ctx, a.Inbox, uid+1)
			e.NoError(err)
			bodies = append(bodies, b)
		}
		_, all, err := e.s.Scan(e.ctx, a.Inbox, 0)
		e.NoError(err)
		e.close()
		e.NoError(e.s.Close(), "twice")
		for _, b := range bodies {
			_, err := io.Copy(io.Discard, io.NewSectionReader(b, 0, b.Size()))
			e.NoError(err)
			e.NoError(b.Close())
		}
		for _, err := range all {
			e.ErrorIs(err, store.ErrClosed)
		}
		for _, err := range closedCalls(e, a) {
			e.ErrorIs(err, store.ErrClosed)
		}
	}},
	{name: "close", why: "closing waits for what has begun: a call that returned nil has happened, others have not", check: func(e *env) {
		a := e.inbox("a")
		const n = 32
		var wg sync.WaitGroup
		var mu sync.Mutex
		stored := 0
		begun := make(chan struct{}, n*1000)
		for range n {
			wg.Go(func() {
				for {
					_, err := e.s.Deliver(e.ctx, to(a), strings.NewReader("x"))
					if err != nil {
						e.ErrorIs(err, store.ErrClosed)
						return
					}
					mu.Lock()
					stored++
					mu.Unlock()
					select {
					case begun <- struct{}{}:
					default:
					}
				}
			})
		}
		for range n {
			<-begun
		}
		s := e.s
		e.NoError(s.Close())
		wg.Wait()
		e.s = e.subject.Open(e.T, e.dir)
		e.Len(e.uids(a), stored)
	}},
	{name: "reopen", why: "everything is there after a restart", check: func(e *env) {
		a := e.account("a")
		f := e.create(a.ID, a.Inbox, "below")
		e.deliverN(f.ID, 3)
		e.expunge(f.ID, 2)
		f, metas := e.scan(f.ID, 0)
		a, err := e.s.Account(e.ctx, "a")
		e.NoError(err)
		e.reopen()
		again, metasAgain := e.scan(f.ID, 0)
		e.Equal(f, again)
		e.Equal(metas, metasAgain)
		accountAgain, err := e.s.Account(e.ctx, "a")
		e.NoError(err)
		e.Equal(a, accountAgain)
		_, gone := e.scan(f.ID, f.ModSeq-1)
		e.Equal([]store.UID{2}, uidsOf(gone))
	}},
	{name: "sweep", why: "housekeeping removes nothing that is in use", check: func(e *env) {
		a := e.account("a")
		e.deliverN(a.Inbox, 3)
		for range 2 {
			e.NoError(e.s.Sweep(e.ctx, store.Retention{Keys: time.Nanosecond, Expunges: time.Nanosecond}))
		}
		e.Equal([]store.UID{1, 2, 3}, e.uids(a.Inbox))
	}},
}

// closedCalls makes every call there is and returns the errors.
func closedCalls(e *env, a store.Account) map[string]error {
	errs := make(map[string]error)
	_, errs["Domains"] = e.s.Domains(e.ctx)
	errs["SetDomains"] = e.s.SetDomains(e.ctx, nil)
	_, errs["AddAccount"] = e.s.AddAccount(e.ctx, store.NewAccount{Name: "z", Addresses: []store.Address{addr("z", domain)}})
	_, errs["Account"] = e.s.Account(e.ctx, "a")
	_, errs["Resolve"] = e.s.Resolve(e.ctx, addr("a", domain))
	for _, errs["ListAccounts"] = range e.s.ListAccounts(e.ctx) {
	}
	_, errs["ChangeAccount"] = e.s.ChangeAccount(e.ctx, a.ID, store.AccountChange{})
	errs["RemoveAccount"] = e.s.RemoveAccount(e.ctx, a.ID, false)
	_, errs["CreateFolder"] = e.s.CreateFolder(e.ctx, store.NewFolder{Name: "z"})
	_, errs["Folder"] = e.s.Folder(e.ctx, a.Inbox)
	_, errs["FolderAt"] = e.s.FolderAt(e.ctx, a.ID, store.Inbox)
	for _, errs["ListFolders"] = range e.s.ListFolders(e.ctx, a.ID) {
	}
	_, errs["MoveFolder"] = e.s.MoveFolder(e.ctx, a.Inbox, 0, "z")
	errs["DeleteFolder"] = e.s.DeleteFolder(e.ctx, a.Inbox)
	_, errs["Deliver"] = e.s.Deliver(e.ctx, to(a.Inbox), strings.NewReader("x"))
	_, errs["Append"] = e.s.Append(e.ctx, a.Inbox, store.Each(store.Incoming{Body: strings.NewReader("x")}))
	_, _, errs["Scan"] = e.s.Scan(e.ctx, a.Inbox, 0)
	_, errs["Open"] = e.s.Open(e.ctx, a.Inbox, 1)
	_, _, errs["SetFlags"] = e.s.SetFlags(e.ctx, a.Inbox, store.FlagChange{})
	_, errs["Copy"] = e.s.Copy(e.ctx, store.CopyRequest{From: a.Inbox, To: a.Inbox})
	_, errs["Expunge"] = e.s.Expunge(e.ctx, a.Inbox, everything())
	errs["Watch"] = e.s.Watch(e.ctx, a.ID, func(store.FolderID) {})
	_, errs["AcquireMaildrop"] = e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
	_, errs["RenewMaildrop"] = e.s.RenewMaildrop(e.ctx, store.Lease{}, time.Minute)
	errs["ReleaseMaildrop"] = e.s.ReleaseMaildrop(e.ctx, store.Lease{})
	_, errs["CommitMaildrop"] = e.s.CommitMaildrop(e.ctx, store.Lease{}, store.MaildropChange{})
	errs["Sweep"] = e.s.Sweep(e.ctx, store.Retention{})
	return errs
}
