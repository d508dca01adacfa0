# The two commands of the README are `make run` and `make test`.

GO          ?= go
PEER        := github.com/go-delve/delve/cmd/dlv@v1.27.2
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
SHOP        := bin/shop

export CGO_ENABLED ?= 0

CHAOS       ?= 1000

.PHONY: all build run test chaos moments matrix race soak random lint fuzz bench clean

all: build

build: ## both debuggers, in bin/
	$(GO) build -trimpath -o bin/ ./cmd/...

run: build ## a shop is started, and tinydbg attaches to it
	$(GO) build -gcflags='all=-N -l' -o $(SHOP) ./examples/shop
	bash examples/tour.sh bin/tinydbg $(SHOP)

test: ## every test; needs go and git
	$(GO) test -timeout 20m ./...
	cd compat && $(GO) test ./...
	cd bench && $(GO) vet ./...

chaos: ## the debugger is killed $(CHAOS) times while it works on a service under load
	TINYDBG_CHAOS=$(CHAOS) $(GO) test -v -timeout 60m -run TestKillingTheDebugger ./cmd/tinydbg

moments: ## detaching, killing and interrupting at 1,000 random moments each
	TINYDBG_MOMENTS=1000 $(GO) test -v -timeout 60m -run RandomMoments ./internal/session

matrix: ## every test, on programs of every supported toolchain
	TINYDBG_MATRIX=all $(GO) test -timeout 60m ./...

race: ## the packages that have concurrency of their own
	CGO_ENABLED=1 $(GO) test -race -timeout 20m ./client/... ./internal/service/... ./internal/session/... \
		./internal/symbol/... ./internal/image/... ./internal/objfile/... ./internal/target/...

SOAKTIME ?= 10m
soak: ## fifty clients of random requests on a busy process, for SOAKTIME
	TINYDBG_SOAK=$(SOAKTIME) $(GO) test -count=1 -timeout 2h -run "TestSoak|TestClientThatNeverReads" -v ./cmd/tinydbg

RANDOM ?= 1000
random: ## RANDOM sequences of random requests of an editor's
	TINYDBG_RANDOM=$(RANDOM) $(GO) test -count=1 -timeout 1h -run TestRandomRequests -v ./internal/service/dap

lint: ## what must hold before a commit
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

FUZZTIME ?= 20s
fuzz: ## every fuzz test for FUZZTIME
	@for f in $$(grep -rl --include='*_test.go' 'func Fuzz' . | grep -v '^./bench\|^./compat'); do \
		for t in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$f); do \
			echo "$$t $$(dirname $$f)"; \
			$(GO) test -run '^$$' -fuzz "^$$t$$" -fuzztime $(FUZZTIME) $$(dirname $$f) || exit 1; \
		done; \
	done

bench/.cache/dlv:
	mkdir -p bench/.cache
	GOBIN=$(CURDIR)/bench/.cache $(GO) install $(PEER)

BENCHFLAGS ?=
bench: build bench/.cache/dlv ## beside the pinned peer; takes some minutes
	cd bench && $(GO) run . -ours ../bin/tinydbg -peer .cache/dlv $(BENCHFLAGS)

clean:
	rm -rf bin bench/.cache
