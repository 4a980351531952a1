package pop3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
)

// An inbox is a whole Backend for one user: messages in memory, and a lock.
type inbox struct {
	lock     sync.Mutex
	messages []string
}

func (b *inbox) Open(context.Context, *pop3.Conn) (pop3.Maildrop, error) {
	if !b.lock.TryLock() {
		return nil, pop3.ErrInUse
	}
	return b, nil
}

func (b *inbox) Messages(context.Context) ([]pop3.Message, error) {
	var list []pop3.Message
	for i, text := range b.messages {
		id := fmt.Sprintf("m%d", i+1)
		list = append(list, pop3.Message{ID: id, UIDL: id, Size: int64(len(text))})
	}
	return list, nil
}

func (b *inbox) Body(_ context.Context, id string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(b.messages[b.index(id)])), nil
}

func (b *inbox) Commit(_ context.Context, deleted []string) error {
	for _, id := range slices.Backward(deleted) {
		b.messages = slices.Delete(b.messages, b.index(id), b.index(id)+1)
	}
	return nil
}

func (b *inbox) Close() error {
	b.lock.Unlock()
	return nil
}

func (*inbox) index(id string) (i int) {
	if _, err := fmt.Sscanf(id, "m%d", &i); err != nil {
		log.Fatal(err)
	}
	return i - 1
}

func ExampleServer() {
	users := new(auth.Users)
	if err := users.Set("tim", "tanstaaf"); err != nil {
		log.Fatal(err)
	}
	box := &inbox{messages: []string{"Subject: hello\r\n\r\nHello, Tim.\r\n", "Subject: spam\r\n\r\nBuy!\r\n"}}
	srv := &pop3.Server{
		Hostname: "pop.example.org",
		Backend:  box,
		// Without TLS, only because this is an example.
		Auth: &auth.Authenticator{Accounts: users, AllowInsecure: true},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- srv.Serve(l) }()

	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprint(client, "USER tim\r\nPASS tanstaaf\r\nLIST\r\nTOP 2 0\r\nDELE 2\r\nQUIT\r\n")
	answers, err := io.ReadAll(client)
	if err != nil {
		log.Fatal(err)
	}
	client.Close()
	fmt.Print(strings.ReplaceAll(string(answers), "\r\n", "\n"))
	if err := srv.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-served)
	fmt.Println(len(box.messages), "message left")
	// Output:
	// +OK pop.example.org POP3
	// +OK send PASS
	// +OK maildrop has 2 messages (54 octets)
	// +OK 2 messages (54 octets)
	// 1 31
	// 2 23
	// .
	// +OK top of message follows
	// Subject: spam
	//
	// .
	// +OK message 2 deleted
	// +OK bye
	// pop3: server closed
	// 1 message left
}

func ExampleReply() {
	err := fmt.Errorf("opening the maildrop of tim: %w", pop3.ErrInUse)
	if r, ok := errors.AsType[pop3.Reply](err); ok {
		fmt.Println(r)
		fmt.Println(r.Code == pop3.InUse)
	}
	// Output:
	// -ERR [IN-USE] the maildrop is in use by another session
	// true
}

// A program may refuse a login with words of its own.
func ExampleBackendFunc() {
	closed := pop3.BackendFunc(func(_ context.Context, c *pop3.Conn) (pop3.Maildrop, error) {
		return nil, pop3.Err(pop3.SysPerm, c.Identity().Name()+": this mailbox has moved to imap.example.org")
	})
	srv := &pop3.Server{Backend: closed, Auth: &auth.Authenticator{Accounts: anybody{}, AllowInsecure: true}}
	defer srv.Close()

	client, server := net.Pipe()
	go func() {
		defer server.Close()
		_ = srv.ServeConn(context.Background(), server) // how it ended is what the client sees
	}()
	go fmt.Fprint(client, "USER tim\r\nPASS secret\r\nQUIT\r\n")
	if _, err := io.Copy(os.Stdout, crlf{client}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// +OK localhost POP3
	// +OK send PASS
	// -ERR [SYS/PERM] tim: this mailbox has moved to imap.example.org
	// +OK bye
}

// crlf leaves the CRs out, which Output comments cannot hold.
type crlf struct{ r io.Reader }

func (c crlf) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	kept := slices.DeleteFunc(p[:n], func(b byte) bool { return b == '\r' })
	return len(kept), err
}
