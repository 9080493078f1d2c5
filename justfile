# Each recipe is one call of the set-up tool in crates/xtask. `./just <recipe>` works without `just` installed.

set dotenv-load
set positional-arguments

# List the recipes
[private]
default:
    @'{{ just_executable() }}' --justfile '{{ justfile() }}' --list --unsorted

# Install what is missing, build everything, and serve http://localhost:8080
run *arguments:
    @cargo xtask run "$@"

# Like run, but rebuild and reload whenever a file changes
dev *arguments:
    @cargo xtask dev "$@"

# Build the release binary, target/release/damso, with the client inside
build:
    @cargo xtask build

# Format, lints, wasm build, OpenAPI comparison, dependencies
check:
    @cargo xtask check

# Everything CI runs, browser tests included
test:
    @cargo xtask test

# Browser tests, all of them or those whose name contains the filter
e2e *filter:
    @cargo xtask e2e "$@"

# Build the release server and measure it under load: bench W1, bench W2 --members 100
bench *arguments:
    @cargo xtask bench "$@"

# Check the promises while everything around the server is killed: chaos --minutes 5, chaos --planted
chaos *arguments:
    @cargo xtask chaos "$@"

# Ask the server at random what its description allows and forbids: contract --seed 7 --max-examples 1000
contract *arguments:
    @cargo xtask contract "$@"

# Write openapi/openapi.json from the code
openapi:
    @cargo xtask openapi

# Bring the database of ./data up to date without serving
migrate:
    @cargo xtask migrate

# Delete ./data, after asking
clean-data *arguments:
    @cargo xtask clean-data "$@"
