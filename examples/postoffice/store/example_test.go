package store_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// open makes a store with one account, in a directory that cleanup removes.
func open(ctx context.Context) (s store.Store, a store.Account, cleanup func()) {
	dir, err := os.MkdirTemp("", "store")
	check(err)
	s, err = sqlite.Open(ctx, dir, sqlite.Options{})
	check(err)
	check(s.SetDomains(ctx, []string{"example.org"}))
	a, err = s.AddAccount(ctx, store.NewAccount{
		Name:      "alice",
		Addresses: []store.Address{{Local: "alice", Domain: "example.org"}},
	})
	check(err)
	return s, a, func() { check(s.Close()); check(os.RemoveAll(dir)) }
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A message comes in: find out whose it is, and deliver it under a key that makes it safe to try again.
func ExampleMessages_Deliver() {
	ctx := context.Background()
	s, _, cleanup := open(ctx)
	defer cleanup()

	who, err := s.Resolve(ctx, store.Address{Local: "Alice", Domain: "EXAMPLE.org"})
	check(err)
	d := store.Delivery{To: []store.FolderID{who.Inbox}, Sender: "bob@example.net", Key: "queue-id-1"}
	for range 2 {
		r, err := s.Deliver(ctx, d, strings.NewReader("Subject: hi\r\n\r\nHello.\r\n"))
		check(err)
		fmt.Println("UID", r.Placed[0].UID, "size", r.Size, "repeated", r.Repeated)
	}
	// Output:
	// UID 1 size 23 repeated false
	// UID 1 size 23 repeated true
}

// An IMAP session asks what has changed since it last looked.
func ExampleMessages_Scan() {
	ctx := context.Background()
	s, a, cleanup := open(ctx)
	defer cleanup()

	_, err := s.Append(ctx, a.Inbox, store.Each(
		store.Incoming{Body: strings.NewReader("one")}, store.Incoming{Body: strings.NewReader("two")}))
	check(err)
	known, all, err := s.Scan(ctx, a.Inbox, 0)
	check(err)
	for m, err := range all {
		check(err)
		fmt.Println("UID", m.UID, "size", m.Size)
	}

	_, _, err = s.SetFlags(ctx, a.Inbox, store.FlagChange{
		UIDs: store.NewUIDSet(2), Mode: store.Add, Flags: store.Flags{System: store.Seen},
	})
	check(err)
	_, err = s.Expunge(ctx, a.Inbox, store.NewUIDSet(1))
	check(err)
	now, changes, err := s.Scan(ctx, a.Inbox, known.ModSeq)
	check(err)
	for m, err := range changes {
		check(err)
		fmt.Println("UID", m.UID, "expunged", m.Expunged, "seen", m.Flags.System&store.Seen != 0)
	}
	fmt.Println(now.Counts.Messages, "message,", now.Counts.Unseen, "unseen")
	// Output:
	// UID 1 size 3
	// UID 2 size 3
	// UID 1 expunged true seen false
	// UID 2 expunged false seen true
	// 1 message, 0 unseen
}

// A POP3 session has the maildrop to itself, and removes messages when it ends.
func ExampleMaildrops() {
	ctx := context.Background()
	s, a, cleanup := open(ctx)
	defer cleanup()
	_, err := s.Deliver(ctx, store.Delivery{To: []store.FolderID{a.Inbox}}, strings.NewReader("Hello.\r\n"))
	check(err)

	lease, err := s.AcquireMaildrop(ctx, a.ID, time.Minute)
	check(err)
	defer s.ReleaseMaildrop(ctx, lease)
	_, err = s.AcquireMaildrop(ctx, a.ID, time.Minute)
	fmt.Println("a second session is refused:", err != nil)

	body, err := s.Open(ctx, a.Inbox, 1)
	check(err)
	defer body.Close()
	text, err := io.ReadAll(io.NewSectionReader(body, 0, body.Size()))
	check(err)
	fmt.Printf("%q\n", text)
	gone, err := s.CommitMaildrop(ctx, lease, store.MaildropChange{Expunge: store.NewUIDSet(1)})
	check(err)
	fmt.Println("removed:", len(gone))
	// Output:
	// a second session is refused: true
	// "Hello.\r\n"
	// removed: 1
}

func ExampleNewUIDSet() {
	fmt.Println(store.NewUIDSet(7, 1, 2, 3, 9, 8))
	// Output: [{1 3} {7 9}]
}
