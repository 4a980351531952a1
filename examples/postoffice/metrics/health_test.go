package metrics_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// serveSMTP serves SMTP that m counts, and returns its address.
func serveSMTP(t *testing.T, m *metrics.Metrics) string {
	server := &smtp.Server{
		Backend: smtp.HandlerFunc(func(context.Context, *smtp.Conn, *smtp.Envelope, io.Reader) (smtp.Reply, error) {
			return smtp.Reply{}, errors.New("nobody")
		}),
		Trace: m.SMTP("transfer"),
	}
	metrics.Watch(m, "smtp", "transfer", server.Stats)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(l) })
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		wg.Wait()
	})
	return l.Addr().String()
}

func get(h http.Handler, target, accept string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept", accept)
	h.ServeHTTP(w, r)
	return w
}

func holds(context.Context) error { return nil }

func TestHealth(t *testing.T) {
	h := &metrics.Health{Checks: []metrics.Check{{Name: "store", Run: holds}, {Name: "queue", Run: holds}}}
	w := get(h.Live(), "/healthz", "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "ok\n", w.Body.String())
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	w = get(h.Ready(), "/readyz", "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "ok      store\nok      queue\nok\n", w.Body.String())

	h.Checks[1] = metrics.Check{Name: "queue", Remedy: "start it", Run: func(context.Context) error { return errors.New("not\r\nrunning") }}
	h.Checks = append(h.Checks, metrics.Check{Name: "odd", Run: func(context.Context) error { panic("odd") }})
	w = get(h.Ready(), "/readyz", "text/plain")
	require.Equal(t, 503, w.Code)
	require.Equal(t, "ok      store\nFAILED  queue: not  running; start it\nFAILED  odd: panic: odd; see the log\nfailed\n", w.Body.String())
	for _, w := range []*httptest.ResponseRecorder{get(h.Ready(), "/readyz", "application/json"), get(h.Ready(), "/readyz?format=json", "")} {
		require.Equal(t, 503, w.Code)
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
		var report struct {
			Status string
			Checks []struct {
				Name, Error, Remedy string
				OK                  bool
				MS                  *float64
			}
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &report))
		require.Equal(t, "failed", report.Status)
		require.Len(t, report.Checks, 3)
		require.True(t, report.Checks[0].OK)
		require.NotNil(t, report.Checks[0].MS)
		require.Equal(t, "not\r\nrunning", report.Checks[1].Error)
		require.Equal(t, "start it", report.Checks[1].Remedy)
	}
	require.JSONEq(t, `{"status":"ok","checks":[]}`, get(h.Live(), "/healthz", "application/json").Body.String())

	w = httptest.NewRecorder()
	h.Ready().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/readyz", nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

// A check that hangs fails in time, runs once however many ask, and recovers.
func TestHealthHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		free := make(chan struct{})
		h := &metrics.Health{Timeout: 2 * time.Second, Checks: []metrics.Check{{Name: "disk", Run: func(context.Context) error {
			runs.Add(1)
			<-free
			return nil
		}}}}
		began := time.Now()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				w := get(h.Ready(), "/readyz", "")
				if w.Code != 503 || w.Body.String() != "FAILED  disk: no answer within 2s; see the log\nfailed\n" {
					t.Errorf("%d %s", w.Code, w.Body)
				}
			})
		}
		wg.Wait()
		require.Equal(t, 2*time.Second, time.Since(began))
		require.Equal(t, int32(1), runs.Load())
		close(free)
		synctest.Wait()
		require.Equal(t, 200, get(h.Ready(), "/readyz", "").Code)
		require.Equal(t, int32(2), runs.Load())
	})
}

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, metrics.Writable("store", dir).Run(t.Context()))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
	c := metrics.Writable("store", filepath.Join(dir, "none"))
	require.ErrorIs(t, c.Run(t.Context()), os.ErrNotExist)
	require.Contains(t, c.Remedy, filepath.Join(dir, "none"))
}

func TestDiskSpace(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, metrics.DiskSpace("disk", dir, 1).Run(t.Context()))
	require.ErrorContains(t, metrics.DiskSpace("disk", dir, 1<<63).Run(t.Context()), "MiB are free, less than 8796093022208")
	require.ErrorIs(t, metrics.DiskSpace("disk", filepath.Join(dir, "none"), 1).Run(t.Context()), os.ErrNotExist)
}

func TestListening(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addresses := map[string]string{}
	c := metrics.Listening("listeners", func() map[string]string { return addresses })
	require.ErrorContains(t, c.Run(t.Context()), "nothing listens")
	addresses["smtp"] = l.Addr().String()
	require.NoError(t, c.Run(t.Context()))
	require.NoError(t, l.Close())
	require.ErrorContains(t, c.Run(t.Context()), "smtp: dial tcp")
}

func TestQueueRunning(t *testing.T) {
	var err error
	running := true
	snapshot := func(context.Context) (*queue.Snapshot, error) { return nil, err }
	c := metrics.QueueRunning("queue", snapshot, func() bool { return running })
	require.NoError(t, c.Run(t.Context()))
	err = errors.New("disk")
	require.ErrorIs(t, c.Run(t.Context()), err)
	running = false
	require.ErrorContains(t, c.Run(t.Context()), "does not send")
	require.ErrorIs(t, metrics.QueueRunning("queue", snapshot, nil).Run(t.Context()), err)
}
