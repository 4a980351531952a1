package collate

import (
	"bytes"
	"io"
)

// pieceSize is how many octets are read and folded at a time.
const pieceSize = 16 << 10

// A Search looks for needles in texts, all of them in one pass. What was found stays found until Reset. It may be used by
// one goroutine at a time, and is worth keeping for the next message.
type Search struct {
	folder  folder
	needles []needle
	left    int // needles not found yet
	longest int // of the short needles
	in      []byte
	folded  []byte // the key of what is looked through, behind
	kept    int    // so many octets that were looked through before
}

// NewSearch makes a search for needles, which are UTF-8. An empty one is part of every text. It takes memory and time in
// proportion to the needles; bound them.
func NewSearch(c Collation, needles ...string) *Search {
	s := &Search{folder: folder{collation: c}, needles: make([]needle, len(needles))}
	for i, text := range needles {
		n := &s.needles[i]
		n.key = c.AppendKey(nil, text)
		if len(n.key) <= maxShortNeedle {
			s.longest = max(s.longest, len(n.key))
		} else {
			n.fail = failures(n.key)
		}
	}
	s.Reset()
	return s
}

// Reset forgets what was found, for the next message.
func (s *Search) Reset() {
	s.left = len(s.needles)
	for i := range s.needles {
		s.needles[i].found = false
	}
}

// Found reports whether the needle with this index has been found.
func (s *Search) Found(i int) bool { return s.needles[i].found }

// Done reports whether all needles have been found: there is no use in more text.
func (s *Search) Done() bool { return s.left == 0 }

// Text looks through the text that r has, UTF-8, up to where the last needle is found. No needle is found across two texts.
// Its error is that of r, but for io.EOF.
func (s *Search) Text(r io.Reader) error {
	s.start()
	if s.in == nil {
		s.in = make([]byte, pieceSize)
	}
	have, idle := 0, 0 // have octets of a character are not whole yet
	for s.left > 0 {
		n, err := r.Read(s.in[have:])
		if n > 0 {
			rest := s.piece(s.in[:have+n], false)
			have = copy(s.in, rest)
			idle = 0
		} else if idle++; err == nil && idle == 100 {
			err = io.ErrNoProgress
		}
		if err == io.EOF {
			s.piece(s.in[:have], true)
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// String looks through a text, like Text.
func (s *Search) String(text string) {
	s.start()
	if s.in == nil {
		s.in = make([]byte, pieceSize)
	}
	for have := 0; s.left > 0; {
		n := copy(s.in[have:], text)
		text = text[n:]
		rest := s.piece(s.in[:have+n], text == "")
		if text == "" {
			return
		}
		have = copy(s.in, rest)
	}
}

// Key looks through a text that is a key of the search's collation already.
func (s *Search) Key(key string) {
	s.start()
	for s.left > 0 {
		n := min(len(key), pieceSize)
		s.folded = append(s.folded, key[:n]...)
		s.look()
		if key = key[n:]; key == "" {
			return
		}
	}
}

// start begins a new text. What is empty is found in it.
func (s *Search) start() {
	s.folded, s.kept = s.folded[:0], 0
	for i := range s.needles {
		n := &s.needles[i]
		n.have = 0
		if len(n.key) == 0 && !n.found {
			n.found = true
			s.left--
		}
	}
}

// piece looks through the next piece of the text, and returns what is left of it: part of a character.
func (s *Search) piece(text []byte, last bool) (rest []byte) {
	if s.folder.collation == Octet {
		s.folded = append(s.folded, text...)
	} else {
		s.folded, rest = s.folder.fold(s.folded, text, last)
	}
	s.look()
	return rest
}

// look looks through what is folded, and keeps what a needle may begin in. What it kept before is at the start.
func (s *Search) look() {
	for i := range s.needles {
		n := &s.needles[i]
		switch {
		case n.found:
			continue
		case n.fail != nil:
			n.found = n.scan(s.folded[s.kept:])
		default:
			n.found = bytes.Contains(s.folded, n.key)
		}
		if n.found {
			s.left--
		}
	}
	keep := min(max(s.longest-1, 0), len(s.folded))
	s.folded = append(s.folded[:0], s.folded[len(s.folded)-keep:]...)
	s.kept = keep
}
