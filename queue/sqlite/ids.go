package sqlite

// ids give out the numbers that rows and leases have. The database knows up to which they may have been given, so that
// none comes again, whatever becomes of its row.
type ids struct {
	last     int64
	reserved int64 // up to here without a word to the database
	saved    int64 // reserved, as far as it is committed for sure
}

const (
	// idsReserved is how many numbers are reserved at a time.
	idsReserved = 1 << 16
	// bodyBlock is how many of them are for bodies, at a time.
	bodyBlock = 1 << 12
)

func (i *ids) load(c *conn) error {
	if err := c.Row("SELECT reserved FROM sequence").Scan(&i.last); err != nil {
		return err
	}
	i.reserved, i.saved = i.last, i.last
	return nil
}

// next returns a new number.
func (t *tx) next() (int64, error) {
	n, err := t.block(1)
	return n.end, err
}

// block returns new numbers.
func (t *tx) block(size int64) (numbers, error) {
	i := &t.ids
	if i.last+size > i.reserved {
		if _, err := t.Exec("UPDATE sequence SET reserved = ? WHERE id = 1", i.last+idsReserved); err != nil {
			return numbers{}, err
		}
		i.reserved = i.last + idsReserved
	}
	i.last += size
	return numbers{i.last - size, i.last}, nil
}

// nextBody returns a number for a body. Bodies have their numbers in the order in which they come, which a sweep goes by,
// but from blocks of their own: those on the shelf get theirs without the writer. What is left of a new block is theirs
// once it is committed.
func (t *tx) nextBody() (n int64, err error) {
	n, ok := t.shelf.number()
	if ok {
		return n, nil
	}
	if n, ok = t.fresh.take(); ok {
		return n, nil
	}
	if t.fresh, err = t.block(bodyBlock); err != nil {
		return 0, err
	}
	n, _ = t.fresh.take()
	return n, nil
}

// numbers are those after last up to end.
type numbers struct{ last, end int64 }

func (n *numbers) take() (int64, bool) {
	if n.last == n.end {
		return 0, false
	}
	n.last++
	return n.last, true
}
