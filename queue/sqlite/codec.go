package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// errRecord: a record is not as it was written.
var errRecord = errors.New("record is damaged: restore the database from a backup")

// An encoder is a record that is being written: numbers as varints, texts by their length.
type encoder []byte

func (e *encoder) number(n int64) { *e = binary.AppendVarint(*e, n) }

func (e *encoder) text(s string) {
	e.number(int64(len(s)))
	*e = append(*e, s...)
}

// time has seconds and nanoseconds, so that no time is out of its range. The zero time stays so.
func (e *encoder) time(t time.Time) {
	e.number(t.Unix())
	e.number(int64(t.Nanosecond()))
}

// A decoder reads a record. After an error all that it reads is zero, and end tells.
type decoder struct {
	version byte
	rest    []byte
	err     error
}

func newDecoder(data []byte) *decoder {
	switch {
	case len(data) == 0:
		return &decoder{err: errRecord}
	case data[0] > recordVersion:
		return &decoder{err: fmt.Errorf("record of version %d, this program knows up to %d: %w", data[0], recordVersion, ErrNewer)}
	case data[0] < 1:
		return &decoder{err: errRecord}
	}
	return &decoder{version: data[0], rest: data[1:]}
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = errRecord
	}
	d.rest = nil
}

func (d *decoder) number() int64 {
	n, size := binary.Varint(d.rest)
	if size <= 0 || size > 1 && d.rest[size-1] == 0 { // one way to write a number
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) between(low, high int64) int64 {
	n := d.number()
	if n < low || n > high {
		d.fail()
		return 0
	}
	return n
}

func (d *decoder) octet() byte { return byte(d.between(0, math.MaxUint8)) }

func (d *decoder) int() int { return int(d.between(math.MinInt, math.MaxInt)) }

func (d *decoder) duration() time.Duration { return time.Duration(d.number()) }

// count reads how many of something follow, of which each has that many octets at least.
func (d *decoder) count(least int) int { return int(d.between(0, int64(len(d.rest)/least))) }

func (d *decoder) text() string {
	n := d.between(0, int64(len(d.rest)))
	s := string(d.rest[:min(int(n), len(d.rest))])
	d.rest = d.rest[len(s):]
	return s
}

func (d *decoder) time() time.Time {
	sec, nsec := d.number(), d.between(0, 1e9-1)
	t := time.Unix(sec, nsec).UTC()
	if t.Unix() != sec { // too far away for a Time
		d.fail()
		return time.Time{}
	}
	if t.IsZero() {
		return time.Time{}
	}
	return t
}

func (d *decoder) end() error {
	if d.err == nil && len(d.rest) > 0 {
		d.err = errRecord
	}
	return d.err
}
