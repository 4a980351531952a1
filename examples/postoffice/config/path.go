package config

import (
	"strconv"
	"strings"
)

// The path of a key is what Problem.Key shows: "connector.route[0].domain[1].pattern". Keys that TOML would have in
// quotes have them here too, so no two keys have the same path.

func join(path, key string) string {
	if !isBare(key) {
		key = strconv.QuoteToASCII(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// above is the path of what holds the path; "" is the file.
func above(path string) string {
	if strings.HasSuffix(path, "]") {
		return path[:strings.LastIndexByte(path, '[')]
	}
	if strings.HasSuffix(path, `"`) { // the key may have dots and quotes, which are escaped
		i := len(path) - 2
		for i > 0 && (path[i] != '"' || escaped(path[:i])) {
			i--
		}
		return strings.TrimSuffix(path[:max(i, 0)], ".")
	}
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)]
}

// escaped reports whether what follows s is escaped by a backslash at its end.
func escaped(s string) bool {
	return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1
}

// isBare reports whether TOML takes the key without quotes.
func isBare(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
