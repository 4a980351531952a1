// Package metrics tells Prometheus how the server does, and load balancers
// whether it can work.
//
//	m := metrics.New("1.0")
//	transfer := &smtp.Server{Trace: m.SMTP("transfer"), ...}
//	metrics.Watch(m, "smtp", "transfer", transfer.Stats)
//	m.WatchQueue(q.Snapshot)
//	home := &rvp.HomeServer{Trace: m.RVP("im.example.test"), Store: nodes, ...}
//	m.WatchRVP(nodes.Counts)
//	mux.Handle("GET /metrics", m.Handler())
//
//	health := &metrics.Health{Checks: []metrics.Check{
//		metrics.Writable("store", dir), metrics.DiskSpace("disk", dir, 1<<30),
//	}}
//	mux.Handle("GET /healthz", health.Live())
//	mux.Handle("GET /readyz", health.Ready())
//
// Labels have few values, whatever peers send: protocol and virtual server are
// the program's, verbs those of the command table and "other", classes of
// replies half a dozen. Destinations and users are no labels.
//
// Instant messages are postoffice_im_requests_total by method and status,
// im_request_duration_seconds, im_notifications_total by result (delivered, failed,
// superseded, dropped), im_state_changes_total, im_users_online and
// im_subscriptions by type (logon, watcher).
//
// The pages tell of what is inside: serve them where only administrators and
// their programs come.
//
// The files:
//
//	metrics.go      Metrics, its page
//	conversation.go what is counted of a conversation, whatever it speaks
//	trace.go        the engines' Trace hooks
//	guard.go        logins that have to wait
//	server.go       Watch: the servers' Stats
//	queue.go        WatchQueue: the queue's Snapshot
//	size.go         WatchSize: how much a store takes
//	rvp.go          RVP, WatchRVP: instant messages
//	health.go       Health, its checks and pages
//	check.go        the checks that there are
//	disk_*.go       how much room a disk has
package metrics
