package config

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// A Secret is a text that no log and no printed configuration shows. The zero Secret is empty.
type Secret struct{ text string }

// hidden is what is shown of a Secret.
const hidden = "(hidden)"

// Reveal is the text itself.
func (s Secret) Reveal() string { return s.text }

// String is "(hidden)", or nothing if the Secret is empty.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return hidden
}

// Format writes String, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements [encoding.TextMarshaler] as String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Secret) UnmarshalText(text []byte) error {
	if i := strings.IndexAny(string(text), "\r\n\x00"); i >= 0 {
		return &flaw{"the password has a line end or NUL", "write it in one line"}
	}
	s.text = string(text)
	return nil
}

// A Path is the name of a file. Load takes one that is relative from the folder of the configuration file.
type Path string

// Credentials are how to log in elsewhere. The zero value is not to.
type Credentials struct {
	User         string `toml:"user" is:"line"`
	Password     Secret `toml:"password"`
	PasswordFile Path   `toml:"password-file" is:"line"` // in place of Password: its first line
}

// maxPassword bounds a file with a password.
const maxPassword = 64 << 10

// Read returns the password, from PasswordFile if that is set.
func (c *Credentials) Read() (Secret, error) {
	if c.PasswordFile == "" {
		return c.Password, nil
	}
	f, err := os.Open(string(c.PasswordFile))
	if err != nil {
		return Secret{}, fmt.Errorf("config: password-file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPassword))
	if err != nil {
		return Secret{}, fmt.Errorf("config: password-file: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return Secret{}, fmt.Errorf("config: password-file: %s begins with an empty line; write the password there", c.PasswordFile)
	}
	return Secret{line}, nil
}
