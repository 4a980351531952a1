package manage

import (
	"slices"
	"strings"
)

// Explain is what people are told of an error: without the names of the packages it came through, which say nothing to them.
// It is "" for nil.
func Explain(err error) string {
	if err == nil {
		return ""
	}
	parts := strings.Split(err.Error(), ": ")
	return strings.Join(slices.DeleteFunc(parts, isPackage), ": ")
}

// isPackage reports whether a part of an error is the name of a package, or of a kind of error that what follows explains.
func isPackage(part string) bool {
	return slices.Contains([]string{"sqlite", "store", "auth", "mailfile", "litedb", "directory", "wire", "invalid"}, part)
}

// Incomplete is the error of a list that is told as far as it is known: what it says is missing.
type Incomplete struct{ Why string }

// Error says what is missing, and why.
func (e *Incomplete) Error() string { return e.Why }
