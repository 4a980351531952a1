package metrics_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/smtp"
)

func Example() {
	m := metrics.New("1.0")
	server := &smtp.Server{Trace: m.SMTP("transfer")}
	metrics.Watch(m, "smtp", "transfer", server.Stats)

	// The server does this for each command.
	server.Trace(nil, smtp.Event{Kind: smtp.CommandDone, Verb: "EHLO", Reply: smtp.Reply{Code: 250}})

	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "postoffice_commands_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// postoffice_commands_total{class="2xx",protocol="smtp",server="transfer",verb="EHLO"} 1
}

func ExampleHealth() {
	health := &metrics.Health{Checks: []metrics.Check{
		{Name: "listeners", Run: func(context.Context) error { return nil }},
		metrics.Writable("store", "/no/such/folder"),
	}}
	w := httptest.NewRecorder()
	health.Ready().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	fmt.Println(w.Code, strings.Contains(w.Body.String(), "FAILED  store"))
	// Output: 503 true
}
