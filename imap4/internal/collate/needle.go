package collate

// maxShortNeedle is the longest needle that [bytes.Contains] looks for, which takes time in proportion to its length for
// each octet at worst. Longer ones are looked for by the algorithm of Knuth, Morris and Pratt.
const maxShortNeedle = 63

// A needle is one of the texts that are looked for.
type needle struct {
	key   []byte
	found bool
	fail  []int32 // of a long needle: how much of it is left matching where the next octet does not match
	have  int     // of a long needle: how much of it matches the end of what has been read
}

// failures is the table of Knuth, Morris and Pratt.
func failures(key []byte) []int32 {
	fail := make([]int32, len(key))
	k := int32(0)
	for i := 1; i < len(key); i++ {
		for k > 0 && key[i] != key[k] {
			k = fail[k-1]
		}
		if key[i] == key[k] {
			k++
		}
		fail[i] = k
	}
	return fail
}

// scan goes on looking for a long needle.
func (n *needle) scan(b []byte) bool {
	have := n.have
	for _, c := range b {
		for have > 0 && c != n.key[have] {
			have = int(n.fail[have-1])
		}
		if c == n.key[have] {
			if have++; have == len(n.key) {
				return true
			}
		}
	}
	n.have = have
	return false
}
