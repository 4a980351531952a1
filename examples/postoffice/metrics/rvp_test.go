package metrics_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/rvp"
)

func TestRVP(t *testing.T) {
	m := metrics.New("")
	trace, other := m.RVP("im.example.test"), m.RVP("im.\xff")
	for _, e := range []rvp.Event{
		{Kind: rvp.RequestDone, Method: "PROPPATCH", Status: 207, Duration: 2 * time.Millisecond},
		{Kind: rvp.RequestDone, Method: "PROPPATCH", Status: 207, Duration: 2 * time.Millisecond},
		{Kind: rvp.RequestDone, Method: "NOTIFY", Status: 503},
		{Kind: rvp.RequestDone, Method: "X\x00INVENTED", Status: 501},
		{Kind: rvp.RequestDone, Method: "ACL", Status: 799},
		{Kind: rvp.RequestDone, Method: "ACL"},
		{Kind: rvp.DeliveryDone, Method: "NOTIFY", Status: 204},
		{Kind: rvp.DeliveryDone, Method: "NOTIFY", Status: 500},
		{Kind: rvp.DeliveryDone, Method: "NOTIFY"},
		{Kind: rvp.DeliverySuperseded, Method: "NOTIFY"},
		{Kind: rvp.DeliveryDropped, Method: "NOTIFY"},
		{Kind: rvp.StateChanged, State: rvp.Busy},
		{Kind: 99},
	} {
		trace(e)
	}
	other(rvp.Event{Kind: rvp.StateChanged})
	const of = `server="im.example.test"`
	has(t, m, map[string]string{
		`postoffice_im_requests_total{method="PROPPATCH",` + of + `,status="207"}`:           "2",
		`postoffice_im_requests_total{method="NOTIFY",` + of + `,status="503"}`:              "1",
		`postoffice_im_requests_total{method="other",` + of + `,status="501"}`:               "1",
		`postoffice_im_requests_total{method="ACL",` + of + `,status="other"}`:               "2",
		`postoffice_im_requests_total{method="SUBSCRIBE",` + of + `,status="200"}`:           "", // not yet
		`postoffice_im_request_duration_seconds_count{method="PROPPATCH",` + of + `}`:        "2",
		`postoffice_im_request_duration_seconds_sum{method="PROPPATCH",` + of + `}`:          "0.004",
		`postoffice_im_notifications_total{result="delivered",` + of + `}`:                   "1",
		`postoffice_im_notifications_total{result="failed",` + of + `}`:                      "2",
		`postoffice_im_notifications_total{result="superseded",` + of + `}`:                  "1",
		`postoffice_im_notifications_total{result="dropped",` + of + `}`:                     "1",
		`postoffice_im_state_changes_total{` + of + `}`:                                      "1",
		"postoffice_im_state_changes_total{server=\"im.\ufffd\"}":                            "1",
		`postoffice_im_notifications_total{result="delivered",server="` + "im.\ufffd" + `"}`: "",
	})
	m.Forget("smtp", "im.example.test")
	has(t, m, map[string]string{`postoffice_im_state_changes_total{` + of + `}`: "1"})
	m.Forget("rvp", "im.example.test")
	for name := range page(t, m) {
		require.NotContains(t, name, "im.example.test")
	}
}

func TestWatchRVP(t *testing.T) {
	m := metrics.New("")
	c, err := rvp.Counts{Online: 3, Logons: 4, Watchers: 50}, error(nil)
	m.WatchRVP(func(context.Context) (rvp.Counts, error) { return c, err })
	const logons, watchers = `postoffice_im_subscriptions{type="logon"}`, `postoffice_im_subscriptions{type="watcher"}`
	has(t, m, map[string]string{"postoffice_im_users_online": "3", logons: "4", watchers: "50"})
	c.Online = 2
	has(t, m, map[string]string{"postoffice_im_users_online": "2"})
	err = errors.New("the disk is on fire")
	has(t, m, map[string]string{"postoffice_im_users_online": "", logons: "", watchers: ""})
}
