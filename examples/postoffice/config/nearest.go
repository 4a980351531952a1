package config

import (
	"fmt"
	"strings"
)

// suggestion is what to write instead of a word: the nearest one if it is near, and else all of them.
func suggestion(word string, words []string) string {
	best, least := "", 1+max(len(word), 3)/3
	for _, w := range words {
		if n := distance(word, w); n < least {
			best, least = w, n
		}
	}
	if best != "" {
		return fmt.Sprintf("%q, if that is meant", best)
	}
	return "one of: " + strings.Join(words, ", ")
}

// maxWord bounds what distance costs: nothing of ours is longer.
const maxWord = 40

// distance is how many octets have to be changed, put in, taken out or swapped with the next one to make b of a.
func distance(a, b string) int {
	if len(a) > maxWord {
		return len(a)
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, row[j]+1, last[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
