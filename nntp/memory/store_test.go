package memory_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

func TestStore(t *testing.T) {
	nntptest.TestStore(t, func(*testing.T) nntp.Store { return memory.New() })
}

func ExampleNew() {
	ctx := context.Background()
	store := memory.New()
	if err := store.ChangeGroup(ctx, nntp.GroupChange{Name: "example.test"}); err != nil {
		fmt.Println(err)
		return
	}
	g, err := store.Group(ctx, "example.test")
	fmt.Println(g.Name, g.Count, g.Status, err)
	// Output: example.test 0 y <nil>
}
