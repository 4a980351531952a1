package memory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
	"github.com/wirepost/wirepost/rvp/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) rvp.NodeStore { return memory.New() })
}

func Example() {
	store := memory.New()
	anna := rvp.Node{Host: "im.example.test", Name: "anna"}
	sub, err := store.Subscribe(context.Background(), rvp.Subscription{
		Node: anna, Type: rvp.PragmaNotify, CallBack: "http://192.0.2.1:34567", Principal: anna.Principal(),
	}, time.Hour, 16)
	fmt.Println(sub.ID > 0, sub.CallBack, err)
	// Output: true http://192.0.2.1:34567 <nil>
}
