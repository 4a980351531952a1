package nntp_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
)

// quiet is for Examples.
var quiet = slog.New(slog.DiscardHandler)

// A server with one newsgroup, whose readers may post without a login.
func ExampleServer() {
	ctx := context.Background()
	store := memory.New()
	if err := store.ChangeGroup(ctx, nntp.GroupChange{Name: "example.test"}); err != nil {
		fmt.Println(err)
	}
	srv := &nntp.Server{
		Store:    store,
		Hostname: "news.example.org",
		Access: func(_ context.Context, c *nntp.Conn) (nntp.Access, error) {
			return nntp.Access{Read: nntp.MatchAll(), Post: nntp.MatchAll()}, nil
		},
	}
	l := memnet.Listen() // or net.Listen("tcp", ":119")
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()

	nc, err := l.Dial(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(talk(nc, "GROUP example.test\r\nQUIT\r\n"))
	// Output:
	// 200 news.example.org NNTP, posting allowed
	// 211 0 1 0 example.test
	// 205 bye
}

func talk(nc net.Conn, say string) string {
	defer nc.Close()
	if _, err := io.WriteString(nc, say); err != nil {
		return err.Error()
	}
	b, err := io.ReadAll(nc)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

// A gateway posts what comes from elsewhere.
func ExampleServer_Inject() {
	ctx := context.Background()
	srv := &nntp.Server{Store: newStoreOf("example.test"), Hostname: "news.example.org"}
	draft := nntp.Draft{
		From:       "Ann <ann@example.org>",
		Newsgroups: []string{"example.test"},
		Subject:    "From the list",
		MessageID:  "<1@list.example.org>",
		Body:       "Hello.\n",
	}
	article, err := draft.AppendTo(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	from := &nntp.Source{Access: nntp.Access{Post: nntp.MatchAll()}, User: "gateway"}
	fmt.Println(srv.Inject(ctx, from, article))
	fmt.Println(srv.Inject(ctx, from, article))
	// Output:
	// <1@list.example.org> <nil>
	// <1@list.example.org> nntp: the article was here before
}

// A hierarchy's control messages are obeyed if its key has signed them.
func ExampleControlPolicy() {
	big8, err := nntp.ParsePatterns("comp.*, news.*, sci.*")
	if err != nil {
		fmt.Println(err)
		return
	}
	policy := &nntp.ControlPolicy{
		Rules: []nntp.ControlRule{
			{Verbs: []string{"newgroup", "rmgroup"}, Groups: big8, Signer: "group-admin@isc.org", Action: nntp.Obey},
		},
		Verify: func(ctx context.Context, c *nntp.Control) (signer string, err error) {
			return "", nil // ask an OpenPGP implementation about X-PGP-Sig
		},
	}
	srv := &nntp.Server{Store: newStoreOf("control"), Control: policy.Decide, Logger: quiet}
	_ = srv
}

func ExampleParseWildmat() {
	w, err := nntp.ParseWildmat("comp.*,!comp.os.*,comp.os.linux.*")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Match("comp.lang.go"), w.Match("comp.os.vms"), w.Match("comp.os.linux.misc"))
	// Output: true false true
}

func ExampleUnlocks() {
	secret := []byte("kept by the poster")
	lock := nntp.CancelLock(secret, "", "<1@example.org>") // goes into the article
	key := nntp.CancelKey(secret, "", "<1@example.org>")   // goes into its cancel
	fmt.Println(nntp.Unlocks(key, lock))
	// Output: true
}
