# make run    sets up, builds and serves http://127.0.0.1:8080
# make demo   the same beside two Argo CD API servers with made-up applications
# make shots  pictures every page of it
# make test   sets up and passes every test, the browser ones included
# make compat runs the tests of reading Argo CD against a server of v3 too
GO      ?= go
DEMO_LISTEN ?= 127.0.0.1:8080
SERVER  := internal/argocd/argocdtest
ROLLOUT := internal/rollout/rollouttest
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: run demo build test compat shots check generate static browser clean

run: build
	./deckplan serve

# Argo CD's own API server is built for it: minutes the first time.
demo: build
	cd $(SERVER) && GOWORK=off $(GO) build -ldflags "-X github.com/argoproj/argo-cd/v2/common.version=2.14.21" -o $(CURDIR)/deckplan-demo ./cmd/demo
	./deckplan-demo -deckplan ./deckplan -listen $(DEMO_LISTEN)

build: static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o deckplan .

# The front end: libraries by lock file, copied with a content hash.
static: static/dist/manifest.json
static/dist/manifest.json: static/node_modules/.package-lock.json static/build.mjs static/mark.svg $(wildcard static/js/*.js static/css/*.css)
	cd static && node build.mjs
static/node_modules/.package-lock.json: static/package.json static/package-lock.json
	cd static && npm ci --no-audit --no-fund --loglevel=error

generate:
	for f in $$(git ls-files '*.templ'); do $(GO) tool templ generate -stdout -f $$f > $${f%.templ}_templ.go || exit 1; done
	$(GO) generate ./internal/argocd/wire

# Generated code is committed; check that it is what its sources make.
check: static
	@for f in $$(git ls-files '*.templ'); do \
		$(GO) tool templ generate -stdout -f $$f | cmp -s - $${f%.templ}_templ.go \
		|| { echo "$${f%.templ}_templ.go is not current: run make generate"; exit 1; }; done
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on these"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	cd $(SERVER) && $(GO) vet ./...
	cd $(ROLLOUT) && $(GO) vet ./...

# The race detector watches the packages that share values between goroutines.
# It makes tests about ten times slower and would find nothing in the others.
SHARED := $(addprefix deckplan/,internal/argocd internal/frontier internal/jobs internal/live internal/logbook internal/lookout \
	internal/print internal/review internal/roster internal/snapshot internal/store internal/webhook web web/api)

test: static browser check
	cd $(SERVER) && $(GO) test -vet=off -timeout 10m ./...
	cd $(ROLLOUT) && $(GO) test -vet=off -timeout 10m ./...
	$(GO) test -race -vet=off -timeout 12m $(SHARED)
	$(GO) test -vet=off -timeout 12m $(filter-out $(SHARED),$(shell $(GO) list ./...))

# Argo CD's v3 server is built for it: minutes the first time.
compat:
	DECKPLAN_TEST_ARGOCD=3 $(GO) test -count=1 -timeout 20m ./internal/argocd/... ./internal/roster

# Pictures of the product: the README's, and in shots/ every page in each variant.
shots: static browser
	$(GO) test -count=1 -timeout 10m -run '^TestShots$$' ./web/journey -args -shots

# Chromium for the browser tests, a font for Korean, and what opens the files
# that reports are: LibreOffice's writer and calc, and poppler to read pages.
BROWSER := chromium fonts-noto-cjk libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils
browser:
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null && \
	command -v soffice >/dev/null && { [ -e /usr/lib/libreoffice/program/libsclo.so ] || ! command -v dpkg >/dev/null; } && command -v pdftotext >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq $(BROWSER); \
	else \
		echo "The browser tests need Chromium, the tests of reports LibreOffice and poppler: install them, on Debian with"; \
		echo "  sudo apt-get install $(BROWSER)"; exit 1; \
	fi

clean:
	rm -rf deckplan deckplan-demo static/node_modules
	git clean -fdXq static/dist
