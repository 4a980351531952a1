package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// A Pull fetches what a server has, as a reader of it. Dial and Sink must be set.
// It is for one goroutine, and the fields must not be changed while a method is
// under way.
type Pull struct {
	Name string // of the server, for the log
	Dial func(context.Context) (*nntp.Client, error)
	Sink Sink

	Groups string // a wildmat, as NEWNEWS has it; "*" if empty

	// ByNumber makes the Pull go by the newsgroups' article numbers, which works
	// with every server. Otherwise it asks NEWNEWS, which is less work where
	// there are many newsgroups, unless the server does not permit that.
	ByNumber bool

	// Marks keeps how far it has come; nil is memory.
	Marks MarkStore

	// Overlap is how much further back than last time NEWNEWS is asked for,
	// since an article may be listed later than it came; 10 minutes. What is
	// listed twice is fetched once.
	Overlap time.Duration

	// First is how far back the first NEWNEWS goes; 24 hours. FirstNumbers is
	// how many of the latest numbers of a newsgroup are looked at that the Pull
	// has not seen before; 1000, and all of them if it is negative.
	First        time.Duration
	FirstNumbers int

	// MaxSize is how many octets an article may have; 0 is no limit but that of the
	// Client's Options.Article. A larger one is passed over.
	MaxSize int64

	Interval time.Duration // of Run, from the end of one Once to the next; 5 minutes
	Retry    Pauses        // of Run, after one that failed; 30 seconds to 1 hour

	Done func(Pulled, error) // told of each Once that Run has made; may be nil

	Logger *slog.Logger // slog.Default() if nil

	memory Marks
	passed passed
}

// Pulled is what became of what a server had.
type Pulled struct {
	Listed     int   // articles that it told of and were not here
	Accepted   int   // that were stored
	Duplicates int   // that had come another way meanwhile
	Rejected   int   // that were not wanted
	TooLarge   int   // that were passed over for their size
	Missing    int   // that could not be fetched any more, or were no articles
	Deferred   int   // that will be fetched again
	Octets     int64 // of those accepted
}

// add adds what became of more.
func (p *Pulled) add(more Pulled) {
	p.Listed += more.Listed
	p.Accepted += more.Accepted
	p.Duplicates += more.Duplicates
	p.Rejected += more.Rejected
	p.TooLarge += more.TooLarge
	p.Missing += more.Missing
	p.Deferred += more.Deferred
	p.Octets += more.Octets
}

var errPull = errors.New("feed: bad Pull")

// Run pulls again and again until ctx ends.
func (p *Pull) Run(ctx context.Context) error {
	retry := p.Retry.orDefaults(30*time.Second, time.Hour)
	for failures := 0; ; {
		pulled, err := p.Once(ctx)
		if p.Done != nil {
			p.Done(pulled, err)
		}
		pause := cmp.Or(p.Interval, 5*time.Minute)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errPull):
			return err
		case err != nil:
			failures++
			pause = retry.after(failures)
			p.logger().InfoContext(ctx, "feed: pull failed", "server", p.Name, "err", err, "pause", pause)
		default:
			failures = 0
		}
		if !sleep(ctx, pause) {
			return context.Cause(ctx)
		}
	}
}

// Once connects and fetches all that is new. What was fetched before an error is
// stored, and the Marks say so.
func (p *Pull) Once(ctx context.Context) (Pulled, error) {
	groups, err := nntp.ParseWildmat(p.groups())
	if err != nil || p.Dial == nil || p.Sink == nil {
		return Pulled{}, errors.Join(fmt.Errorf("%w: Dial, Sink and a wildmat in Groups must be set", errPull), err)
	}
	marks, err := p.load(ctx)
	if err != nil {
		return Pulled{}, err
	}
	c, err := p.Dial(ctx)
	if err != nil {
		return Pulled{}, err
	}
	defer c.Close()
	run := &pulling{Pull: p, c: c, groups: groups, marks: marks}
	if err = run.run(ctx); err == nil {
		// The server may have hung up already.
		_ = c.Quit(ctx)
	}
	return run.pulled, err
}

func (p *Pull) groups() string { return cmp.Or(p.Groups, "*") }

func (p *Pull) load(ctx context.Context) (Marks, error) {
	m := p.memory
	if p.Marks != nil {
		var err error
		if m, err = p.Marks.Load(ctx); err != nil {
			return Marks{}, err
		}
	}
	if m.High == nil {
		m.High = make(map[string]nntp.Number)
	}
	return m, nil
}

func (p *Pull) save(ctx context.Context, m Marks) error {
	p.memory = m
	if p.Marks == nil {
		return nil
	}
	return p.Marks.Save(ctx, m)
}

func (p *Pull) logger() *slog.Logger {
	if p.Logger != nil {
		return p.Logger
	}
	return slog.Default()
}

// A pulling is one Once.
type pulling struct {
	*Pull
	c      *nntp.Client
	groups nntp.Wildmat
	marks  Marks
	pulled Pulled
}

func (p *pulling) run(ctx context.Context) error {
	caps := p.c.Capabilities()
	if p.ByNumber || len(caps) > 0 && !caps.Has("NEWNEWS", "") {
		return p.byNumber(ctx)
	}
	err := p.byTime(ctx)
	if r, refused := errors.AsType[nntp.Reply](err); refused && (r.Code == 500 || r.Code == 502 || r.Code == 503) && p.c.Err() == nil {
		return p.byNumber(ctx)
	}
	return err
}

// fetch fetches articles and hands them on. It returns the first of them that is
// to be fetched again, nil if none is.
func (p *pulling) fetch(ctx context.Context, refs []nntp.Ref) (again *nntp.Ref, err error) {
	p.pulled.Listed += len(refs)
	for r, err := range p.c.Fetch(ctx, values(refs)) {
		if err != nil {
			if _, refused := errors.AsType[nntp.Reply](err); refused && p.c.Err() == nil {
				p.pulled.Missing++
				continue
			}
			return again, err
		}
		article, err := p.read(r)
		switch {
		case errors.Is(err, nntp.ErrTooLarge):
			p.tooLarge(ctx, r.Ref, err)
		case err == nil:
		case p.c.Err() != nil:
			return again, err
		default: // it has a flaw, and always will
			p.pulled.Missing++
			p.passed.add(r.MessageID)
		}
		if p.c.Err() != nil {
			return again, p.c.Err()
		}
		if err != nil {
			continue
		}
		if p.hand(ctx, r.MessageID, article) && again == nil {
			again = &r.Ref
		}
		if ctx.Err() != nil {
			return again, context.Cause(ctx)
		}
	}
	return again, nil
}

// read reads an article that is not too large.
func (p *pulling) read(r *nntp.Reading) ([]byte, error) {
	if p.MaxSize <= 0 {
		return io.ReadAll(r)
	}
	article, err := io.ReadAll(io.LimitReader(r, p.MaxSize+1))
	if err == nil && int64(len(article)) > p.MaxSize {
		err = fmt.Errorf("%w: more than %d octets", nntp.ErrTooLarge, p.MaxSize)
	}
	return article, err
}

// tooLarge passes over an article for its size.
func (p *pulling) tooLarge(ctx context.Context, r nntp.Ref, why error) {
	p.pulled.TooLarge++
	p.passed.add(r.MessageID)
	p.logger().WarnContext(ctx, "feed: article passed over", "server", p.Name, "id", r.MessageID, "number", r.Number, "err", why)
}

func values(refs []nntp.Ref) func(func(nntp.Ref) bool) {
	return func(yield func(nntp.Ref) bool) {
		for _, r := range refs {
			if !yield(r) {
				return
			}
		}
	}
}

// hand hands one article on, and reports whether it is to be fetched again.
func (p *pulling) hand(ctx context.Context, id string, article []byte) (again bool) {
	err := p.Sink.Relay(ctx, article)
	r, refused := errors.AsType[nntp.Reply](err)
	switch {
	case err == nil:
		p.pulled.Accepted++
		p.pulled.Octets += int64(len(article))
	case errors.Is(err, nntp.ErrDuplicate):
		p.pulled.Duplicates++
	case refused && !r.Temporary():
		p.pulled.Rejected++
		p.passed.add(id)
	default:
		p.pulled.Deferred++
		p.logger().WarnContext(ctx, "feed: pulled article is not stored", "server", p.Name, "err", err)
		return true
	}
	return false
}
