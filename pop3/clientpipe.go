package pop3

import (
	"fmt"
	"strconv"

	"github.com/wirepost/wirepost/internal/wire"
)

// Bounds on what is asked for and not answered yet: enough that the server always
// has something to do, and no more than can be passed over if it is not wanted.
const (
	maxAsked       = 64
	maxAskedOctets = 256 << 10
)

// A fetcher asks for messages ahead of their answers. What it sends goes out
// behind what it reads, so that neither waits for the other.
type fetcher struct {
	c        *Client
	behind   *wire.Behind
	cut      func(error) error // names the end of the context as what it comes from
	messages []Entry
	todo     []Entry // of those, what is not asked for yet
	deletes  []int   // to be marked as deleted, not asked for yet
	asked    []order // the commands that are not answered yet, in their order
	octets   int64   // of the messages in asked
	batch    []byte
	over     bool // the loop wants no more
}

// An order is a command that was sent: RETR or DELE.
type order struct {
	dele   bool
	number int
	size   int64
}

// answer returns the answer to the next RETR. Those to DELE that come before it
// are read.
func (f *fetcher) answer() (Reply, error) {
	for {
		o, r, err := f.next()
		if err != nil || !o.dele {
			return r, err
		}
	}
}

// next asks for more, if there is room, and reads the first line of the next
// answer.
func (f *fetcher) next() (order, Reply, error) {
	if err := f.ask(); err != nil {
		return order{}, Reply{}, err
	}
	o := f.asked[0]
	f.asked = f.asked[1:]
	f.octets -= o.size
	verb := "RETR"
	if o.dele {
		verb = "DELE"
	}
	r, err := f.c.readReply(verb)
	if err == nil && o.dele && !r.OK {
		f.c.unmarked.add(o.number, r)
	}
	return o, r, err
}

// unmarked is what Messages could not mark as deleted: the first of it, and how
// much there is. A server may refuse as many as it has listed.
type unmarked struct {
	first error
	count int
}

func (u *unmarked) add(number int, r Reply) {
	if u.count++; u.count == 1 {
		u.first = fmt.Errorf("pop3: message %d is not deleted: %w", number, r)
	}
}

func (u *unmarked) err() error {
	if u.count > 1 {
		return fmt.Errorf("%w (and %d more)", u.first, u.count-1)
	}
	return u.first
}

// ask sends the next commands.
func (f *fetcher) ask() error {
	window := 1
	if f.c.offer.has("PIPELINING") {
		window = maxAsked
	}
	if len(f.asked) > window/2 || len(f.asked) > 0 && f.behind.Busy() {
		return nil
	}
	if len(f.asked) == 0 {
		// All is answered, so it must have been sent.
		if err := f.behind.Wait(); err != nil {
			return f.c.lose(lostError(err))
		}
		if err := f.c.unasked(); err != nil {
			return err
		}
	}
	f.batch = f.batch[:0]
	for len(f.asked) < window && f.askOne() {
	}
	if len(f.batch) == 0 {
		return nil
	}
	if err := f.behind.Send(f.batch); err != nil {
		return f.c.lose(lostError(err))
	}
	return nil
}

// askOne puts the next command into the batch, if it may be asked for now.
func (f *fetcher) askOne() bool {
	switch {
	case len(f.deletes) > 0:
		f.put("DELE ", order{dele: true, number: f.deletes[0]})
		f.deletes = f.deletes[1:]
		return true
	case len(f.todo) == 0:
		return false
	}
	e := f.todo[0]
	size := min(e.Size, maxAskedOctets+1) // a sum of such is a number still
	if len(f.asked) > 0 && f.octets+size > maxAskedOctets {
		return false
	}
	f.put("RETR ", order{number: e.Number, size: size})
	f.todo = f.todo[1:]
	return true
}

func (f *fetcher) put(verb string, o order) {
	f.batch = append(f.batch, verb...)
	f.batch = append(strconv.AppendInt(f.batch, int64(o.number), 10), "\r\n"...)
	f.asked = append(f.asked, o)
	f.octets += o.size
}

// done reads what is left of a message that the loop is done with.
func (f *fetcher) done(m *Fetched) error {
	m.over = true
	if m.deleted {
		f.deletes = append(f.deletes, m.Number)
		f.c.marked = true // and Quit must not say that it was, should DELE not get there
	}
	return m.Body.Close()
}

// finish reads the answers that are still to come, and marks what is left to be
// marked. Messages that nobody wants any more are passed over.
func (f *fetcher) finish() error {
	f.todo = nil
	for len(f.asked) > 0 || len(f.deletes) > 0 {
		o, r, err := f.next()
		if err == nil && !o.dele && r.OK {
			err = f.c.newBody().Close()
		}
		if err != nil {
			return err
		}
	}
	if err := f.behind.Wait(); err != nil {
		return f.c.lose(lostError(err))
	}
	return nil
}
