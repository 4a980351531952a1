package table_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/internal/table"
)

// A table tells what becomes of it, for stores that write that down.
func ExampleNew() {
	t := table.New(func(c table.Change) { fmt.Println(c.Node.Name, c.Subscription.Type, c.Ended) })
	anna := rvp.Node{Host: "im.example.test", Name: "anna"}
	sub, _ := t.Subscribe(context.Background(), rvp.Subscription{Node: anna, Type: rvp.PragmaNotify}, time.Hour, 0)
	_, _ = t.Unsubscribe(context.Background(), anna, sub.ID)
	// Output:
	// anna pragma/notify false
	// anna pragma/notify true
}
