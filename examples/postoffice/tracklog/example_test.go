package tracklog_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/tracklog"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	log, err := tracklog.Open(tracklog.Options{Dir: dir, Days: 30})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()

	// A Queue does this, whose Tracker the log is.
	ctx := context.Background()
	e := &queue.Event{
		Time: time.Now(), Kind: queue.Received, Message: "M1", Sender: smtp.Path{Local: "ann", Domain: "a.example"},
		To: []queue.Recipient{{RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "bob", Domain: "b.example"}}}},
	}
	log.Track(ctx, e)
	e.Kind, e.Remote, e.Reply = queue.Transferred, "mx.b.example", smtp.R(250, smtp.Enhanced{2, 0, 0}, "thanks")
	e.Time = e.Time.Add(time.Second)
	log.Track(ctx, e)

	for e, err := range log.Search(ctx, tracklog.Query{Recipient: "bob@"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Kind, e.Message, e.Recipient)
		break // the newest is enough
	}
	life, err := log.Path(ctx, "M1")
	for _, e := range life {
		fmt.Printf("%s %q\n", e.Kind, e.Reply)
	}
	fmt.Println(err)
	// Output:
	// SEND M1 bob@b.example
	// RECEIVE ""
	// SEND "250 2.0.0 thanks"
	// <nil>
}
