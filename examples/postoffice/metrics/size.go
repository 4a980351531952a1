package metrics

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// WatchSize has the octets that a part of the program's data takes in m, such
// as "store" or "tracking". DirSize may be what tells. It is asked at most once
// a minute, however often m is, and its last answer holds if it fails. A later
// call for the same part takes the place of the earlier.
func (m *Metrics) WatchSize(part string, size func(context.Context) (int64, error)) {
	m.sizes.mu.Lock()
	defer m.sizes.mu.Unlock()
	m.sizes.parts[label(part)] = &measured{size: size}
}

// sizeAge is how old a size may be. To sum up a large folder takes time.
const sizeAge = time.Minute

// sizes is the prometheus.Collector of sizes.
type sizes struct {
	desc *prometheus.Desc

	mu    sync.Mutex // guards parts, not what is in them
	parts map[string]*measured
}

// A measured remembers its size.
type measured struct {
	size   func(context.Context) (int64, error)
	asking atomic.Bool // one asks, the others take what there is
	asked  atomic.Int64
	octets atomic.Int64
	known  atomic.Bool
}

func newSizes() *sizes {
	return &sizes{
		desc:  desc("data_bytes", "Octets of a part of the data on disk.", "part"),
		parts: make(map[string]*measured),
	}
}

// Describe implements prometheus.Collector.
func (s *sizes) Describe(out chan<- *prometheus.Desc) { out <- s.desc }

// Collect implements prometheus.Collector.
func (s *sizes) Collect(out chan<- prometheus.Metric) {
	s.mu.Lock()
	all := maps.Clone(s.parts)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	for name, p := range all {
		p.ask(ctx)
		if p.known.Load() {
			out <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, float64(p.octets.Load()), name)
		}
	}
}

// ask renews the size if it is old and nobody does so yet.
func (p *measured) ask(ctx context.Context) {
	if !p.asking.CompareAndSwap(false, true) {
		return
	}
	defer p.asking.Store(false)
	now := time.Now().UnixNano()
	if asked := p.asked.Load(); asked != 0 && now-asked < int64(sizeAge) {
		return
	}
	p.asked.Store(now)
	if n, err := p.size(ctx); err == nil {
		p.octets.Store(n)
		p.known.Store(true)
	}
}

// DirSize sums up the files of a folder and all below it, for WatchSize.
func DirSize(dir string) func(context.Context) (int64, error) {
	return func(ctx context.Context) (sum int64, err error) {
		err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // gone since the folder was read
			}
			if err = errors.Join(err, ctx.Err()); err != nil || !d.Type().IsRegular() {
				return err
			}
			if info, err := d.Info(); err == nil {
				sum += info.Size()
			}
			return nil
		})
		return sum, err
	}
}
