package pop3_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/mime/transfer"
	"github.com/wirepost/wirepost/pop3"
)

// A maildir is a maildrop of the files in a folder, the lines of which end in LF.
// One process alone may open it; locks for more are left out.
type maildir struct{ folder string }

func (d maildir) Open(context.Context, *pop3.Conn) (pop3.Maildrop, error) { return d, nil }

func (d maildir) Messages(ctx context.Context) ([]pop3.Message, error) {
	files, err := os.ReadDir(d.folder) // by name, so by age
	if err != nil {
		return nil, err
	}
	var list []pop3.Message
	for _, f := range files {
		// A store that is meant to last keeps the size, in the file's name or
		// elsewhere, instead of counting at each login.
		size, err := d.size(f.Name())
		if err != nil {
			return nil, err
		}
		unique, _, _ := strings.Cut(f.Name(), ":") // without flags, which change
		list = append(list, pop3.Message{ID: f.Name(), UIDL: unique, Size: size})
	}
	return list, nil
}

func (d maildir) size(name string) (int64, error) {
	f, err := os.Open(filepath.Join(d.folder, name))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return transfer.CRLFSize(f)
}

func (d maildir) Body(_ context.Context, id string) (io.ReadCloser, error) {
	f, err := os.Open(filepath.Join(d.folder, id))
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{transfer.NewCRLFReader(f), f}, nil
}

func (d maildir) Commit(_ context.Context, deleted []string) error {
	for _, id := range deleted {
		if err := os.Remove(filepath.Join(d.folder, id)); err != nil {
			return err
		}
	}
	return nil
}

func (maildir) Close() error { return nil }

// A maildrop over the files of a Maildir, whose lines end in LF.
func ExampleMaildrop_maildir() {
	folder, err := os.MkdirTemp("", "cur")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	text := "Subject: hello\n\nHello, Tim.\n.\n"
	if err := os.WriteFile(filepath.Join(folder, "1132000000.M1P1.example:2,S"), []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}

	users := new(auth.Users)
	if err := users.Set("tim", "tanstaaf"); err != nil {
		log.Fatal(err)
	}
	srv := &pop3.Server{
		Hostname: "pop.example.org",
		Backend:  maildir{folder},
		Auth:     &auth.Authenticator{Accounts: users, AllowInsecure: true}, // an example has no TLS
	}
	near, far := net.Pipe()
	go func() {
		_ = srv.ServeConn(context.Background(), far)
		far.Close()
	}()
	go fmt.Fprint(near, "USER tim\r\nPASS tanstaaf\r\nUIDL\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n")
	answers, err := io.ReadAll(near)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(strings.ReplaceAll(string(answers), "\r\n", "\n"))
	left, err := os.ReadDir(folder)
	fmt.Println(len(left), "files left", err)
	// Output:
	// +OK pop.example.org POP3
	// +OK send PASS
	// +OK maildrop has 1 message (34 octets)
	// +OK 1 message (34 octets)
	// 1 1132000000.M1P1.example
	// .
	// +OK 34 octets
	// Subject: hello
	//
	// Hello, Tim.
	// ..
	// .
	// +OK message 1 deleted
	// +OK bye
	// 0 files left <nil>
}
