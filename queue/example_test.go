package queue_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// submitTo adds a short message.
func submitTo(q *queue.Queue, from string, to ...string) {
	env, err := smtp.NewEnvelope(from, to...)
	if err != nil {
		panic(err)
	}
	text := "Subject: hello\r\n\r\nHello\r\n"
	if _, err := q.Add(context.Background(), queue.Submission{Envelope: env, Body: strings.NewReader(text), Size: int64(len(text))}); err != nil {
		panic(err)
	}
}

// A queue whose Transport is a function.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	q := &queue.Queue{
		Store: memory.New(nil),
		Transport: queue.TransportFunc(func(_ context.Context, d *queue.Delivery) ([]queue.Result, error) {
			results := make([]queue.Result, len(d.To))
			for i, to := range d.To {
				fmt.Println("to", to.Path, "by", d.Route.Name)
				results[i] = queue.Result{Reply: smtp.R(250, smtp.Enhanced{2, 0, 0}, "ok"), Final: true}
			}
			cancel()
			return results, nil
		}),
	}
	submitTo(q, "alice@example.org", "bob@example.net", "carol@example.net")
	fmt.Println(q.Run(ctx, time.Minute))
	// Output:
	// to bob@example.net by example.net
	// to carol@example.net by example.net
	// <nil>
}

// Mail for one customer goes to its own host, and if that is down to ours; all other mail goes by DNS.
func ExampleNewConnectors() {
	ways, err := queue.NewConnectors(
		queue.Connector{Name: "internet"},
		queue.Connector{
			Name:   "customer",
			Spaces: []queue.AddressSpace{{Pattern: "example.net"}, {Pattern: "*.example.net"}},
			Next:   []string{"mail.example.net:587"},
			Options: queue.RouteOptions{
				Concurrency: 2,
				MaxSize:     10 << 20,
				TLS:         smtp.TLSVerified,
			},
		},
		queue.Connector{
			Name:   "backup",
			Spaces: []queue.AddressSpace{{Pattern: "example.net", Cost: 50}},
			Next:   []string{"smart.example.org"},
		},
	)
	if err != nil {
		panic(err)
	}
	down := func(name string) bool { return name == "customer" }
	for _, domain := range []string{"example.com", "example.net", "sales.example.net"} {
		to := smtp.Path{Local: "bob", Domain: domain}
		way, _ := ways.Route(context.Background(), to, nil)
		other, _ := ways.Route(context.Background(), to, down)
		fmt.Println(domain, way.Name, other.Name)
	}
	// Output:
	// example.com internet/example.com internet/example.com
	// example.net customer backup
	// sales.example.net customer customer
}

// Three sites, of which berlin reaches rome by way of paris.
func ExampleNewSites() {
	sites, err := queue.NewSites(
		"berlin",
		[]queue.Link{
			{From: "berlin", To: "paris", Next: []string{"mail.paris.example.org"}},
			{From: "paris", To: "rome", Next: []string{"mail.rome.example.org"}},
		},
		map[string]string{"paris.example.org": "paris", "rome.example.org": "rome"},
		new(queue.Connectors),
	)
	if err != nil {
		panic(err)
	}
	for _, domain := range []string{"rome.example.org", "example.net"} {
		way, _ := sites.Route(context.Background(), smtp.Path{Local: "x", Domain: domain}, nil)
		fmt.Println(way.Name, way.Next)
	}
	// Output:
	// site:paris [mail.paris.example.org]
	// example.net []
}

// Mail waits for a host that is not always there, until that asks for it by ETRN. A server's Dequeuer calls Release.
func ExampleQueue_Release() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ways, err := queue.NewConnectors(
		queue.Connector{Name: "dial-up", Spaces: []queue.AddressSpace{{Pattern: "example.net"}}, Options: queue.RouteOptions{Park: true}},
		queue.Connector{},
	)
	if err != nil {
		panic(err)
	}
	q := &queue.Queue{
		Store:  memory.New(nil),
		Router: ways,
		Transport: queue.TransportFunc(func(_ context.Context, d *queue.Delivery) ([]queue.Result, error) {
			fmt.Println("delivered to", d.To[0].Path)
			cancel()
			return []queue.Result{{Reply: smtp.R(250, smtp.Enhanced{2, 0, 0}, "ok")}}, nil
		}),
	}
	submitTo(q, "alice@example.org", "bob@example.net")
	for l := range q.Items(ctx, queue.Filter{}) {
		fmt.Println("is", l.Item.State)
	}
	n, err := q.Release(ctx, queue.Filter{Domain: "example.net"}) // ETRN example.net
	fmt.Println("released", n, err)
	fmt.Println(q.Run(ctx, time.Minute))
	// Output:
	// is parked
	// released 1 <nil>
	// delivered to bob@example.net
	// <nil>
}

func ExampleQueue_Watch() {
	q := &queue.Queue{Store: memory.New(nil)}
	submitTo(q, "alice@example.org", "bob@example.net", "carol@example.com")
	for s, err := range q.Watch(context.Background(), time.Second) {
		if err != nil {
			panic(err)
		}
		fmt.Println("accepted", s.Messages)
		for _, r := range s.Routes {
			fmt.Println(r.Route, "waiting", r.Waiting, "under way", r.Active)
		}
		break
	}
	// Output:
	// accepted 1
	// example.com waiting 1 under way 0
	// example.net waiting 1 under way 0
}

func ExampleQueue_SetMode() {
	q := &queue.Queue{Store: memory.New(nil)}
	q.SetMode(queue.NoAccept | queue.NoQueue) // send what is there, before the machine is replaced
	env, _ := smtp.NewEnvelope("alice@example.org", "bob@example.net")
	_, err := q.Add(context.Background(), queue.Submission{Envelope: env, Body: strings.NewReader(""), Size: 0})
	fmt.Println(err)
	// Output:
	// 452 4.3.2 not queuing mail now, try again later
}

func ExampleFileTracker() {
	dir, err := os.MkdirTemp("", "tracking")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	tracker := &queue.FileTracker{Dir: dir}
	q := &queue.Queue{Store: memory.New(nil), Tracker: queue.Trackers{tracker}}
	submitTo(q, "alice@example.org", "bob@example.net")
	if err := tracker.Close(); err != nil {
		panic(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	log, _ := os.ReadFile(files[0])
	lines := strings.Split(string(log), "\n")
	fields := strings.Split(lines[1], "\t")
	fmt.Println(fields[1], fields[5], fields[6], fields[9])
	// Output:
	// RECEIVE alice@example.org bob@example.net 25
}
