package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A progress tells how far a long command is: by a bar on a terminal, else by a line every ten
// seconds.
type progress struct {
	w     io.Writer
	what  string
	unit  unit
	bar   *progressbar.ProgressBar // nil: lines
	total int64
	last  time.Time
	now   func() time.Time
}

// A unit is what is counted.
type unit string

const (
	octets  unit = "octets"
	counted unit = "messages"
)

// lineEvery is how often a line is written.
const lineEvery = 10 * time.Second

func newProgress(w io.Writer, what string, u unit) *progress {
	p := &progress{w: w, what: what, unit: u, now: time.Now}
	if isTerminal(w) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
			progressbar.OptionShowBytes(u == octets), progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	}
	p.last = p.now()
	return p
}

// isTerminal tells whether somebody watches what is written.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// at tells that so much is done. A total below 1 is not known.
func (p *progress) at(done, total int64) {
	if p.bar != nil {
		if total > 0 && total != p.total {
			p.bar.ChangeMax64(total)
			p.total = total
		}
		_ = p.bar.Set64(done) // it is only shown
		return
	}
	now := p.now()
	if now.Sub(p.last) < lineEvery {
		return
	}
	p.last = now
	if total > 0 {
		fmt.Fprintf(p.w, "%s: %d%%, %d of %d %s\n", p.what, done*100/total, done, total, p.unit)
	} else {
		fmt.Fprintf(p.w, "%s: %d %s\n", p.what, done, p.unit)
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
