// Package memory keeps news in memory: for tests, and for servers whose news
// may be gone after a restart.
//
//	store := memory.New()
//	err := store.ChangeGroup(ctx, nntp.GroupChange{Name: "example.test"})
//	srv := &nntp.Server{Store: store}
package memory
