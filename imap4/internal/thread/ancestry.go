package thread

import "slices"

// An ancestry is a forest that finds the root of a node in logarithmic time on average, whatever its shape, while trees
// are joined and parted: link-cut trees, after Sleator and Tarjan. Each path from a node upwards is cut into pieces, and each
// piece is a splay tree in which what is further up comes first.
type ancestry struct {
	up    []int32    // the parent in the splay tree, or, of the root of one, the node above the piece
	child [][2]int32 // in the splay tree
}

// add makes room for one more node, which is alone.
func (a *ancestry) add() {
	a.up = append(a.up, none)
	a.child = append(a.child, [2]int32{none, none})
}

// isRoot reports whether x is the root of its splay tree.
func (a *ancestry) isRoot(x int32) bool {
	p := a.up[x]
	return p == none || a.child[p][0] != x && a.child[p][1] != x
}

// side is on which side of its parent x is.
func (a *ancestry) side(x int32) int {
	if a.child[a.up[x]][1] == x {
		return 1
	}
	return 0
}

func (a *ancestry) rotate(x int32) {
	p := a.up[x]
	s := a.side(x)
	g := a.up[p]
	if !a.isRoot(p) {
		a.child[g][a.side(p)] = x
	}
	a.up[x] = g
	inner := a.child[x][1-s]
	a.child[p][s] = inner
	if inner != none {
		a.up[inner] = p
	}
	a.child[x][1-s], a.up[p] = p, x
}

// splay makes x the root of its splay tree.
func (a *ancestry) splay(x int32) {
	for !a.isRoot(x) {
		if p := a.up[x]; !a.isRoot(p) {
			if a.side(x) == a.side(p) {
				a.rotate(p)
			} else {
				a.rotate(x)
			}
		}
		a.rotate(x)
	}
}

// access makes one piece of the path from x to its root, with x as the root of the splay tree.
func (a *ancestry) access(x int32) {
	below := int32(none)
	for y := x; y != none; y = a.up[y] {
		a.splay(y)
		a.child[y][1] = below
		below = y
	}
	a.splay(x)
}

// root returns the root of the tree of x.
func (a *ancestry) root(x int32) int32 {
	a.access(x)
	for a.child[x][0] != none {
		x = a.child[x][0]
	}
	a.splay(x)
	return x
}

// link puts x, which is a root, below p.
func (a *ancestry) link(x, p int32) {
	a.access(p)
	a.splay(x)
	a.up[x] = p
}

// cut makes x, which has a parent, a root.
func (a *ancestry) cut(x int32) {
	a.access(x)
	above := a.child[x][0]
	a.child[x][0], a.up[above] = none, none
}

// grow makes room for so many more nodes.
func (a *ancestry) grow(n int) {
	a.up, a.child = slices.Grow(a.up, n), slices.Grow(a.child, n)
}
