package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	s, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	_, err = sqlite.Open(ctx, dir, sqlite.Options{})
	fmt.Println("open twice:", errors.Is(err, store.ErrLocked))

	problems, err := s.Check(ctx)
	fmt.Println("problems:", len(problems), err)
	// Output:
	// open twice: true
	// problems: 0 <nil>
}
