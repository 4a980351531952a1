package feed

// passed are the identifiers of articles that a Pull has fetched and that will never
// be stored: they are not fetched again when they are listed again.
type passed struct {
	ids   map[string]bool
	order []string // the oldest first
}

// maxPassed bounds them. NEWNEWS lists an article anew only for as long as the
// Overlap is.
const maxPassed = 10_000

func (p *passed) has(id string) bool { return p.ids[id] }

func (p *passed) add(id string) {
	if id == "" || p.ids[id] {
		return
	}
	if p.ids == nil {
		p.ids = make(map[string]bool)
	}
	if len(p.order) >= maxPassed {
		delete(p.ids, p.order[0])
		p.order = p.order[1:]
	}
	p.ids[id] = true
	p.order = append(p.order, id)
}
