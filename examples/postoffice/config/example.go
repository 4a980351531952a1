package config

import _ "embed" // for the example file

//go:embed example.toml
var example string

// Example is a configuration file with every key, what it means, its unit and its default. It says the same as Default.
func Example() string { return example }
