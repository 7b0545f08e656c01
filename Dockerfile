# Deckplan in a container that holds nothing but Deckplan: one static program,
# the certificate authorities it trusts, a folder for the database and one for
# temporary files. docker-compose.yml shows how to run it.

FROM node:22-bookworm-slim AS front
WORKDIR /src/static
COPY static/package.json static/package-lock.json ./
RUN npm ci --no-audit --no-fund --loglevel=error
COPY static ./
RUN node build.mjs

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=front /src/static/dist static/dist
ARG VERSION=docker
# timetzdata takes the time zones into the program, so that TZ works.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -tags timetzdata -ldflags "-s -w -X main.version=${VERSION}" -o /out/deckplan . \
    && mkdir -p -m 0700 /out/data && mkdir -m 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/deckplan /deckplan
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
# A number, because there is no /etc/passwd to look a name up in.
USER 65532:65532
WORKDIR /data
VOLUME /data
# A port can only be published if Deckplan listens beyond the container's own
# loopback address. It refuses to start like that until it is told that this is
# meant: see docker-compose.yml.
ENV DECKPLAN_DATABASE=/data/deckplan.db DECKPLAN_LISTEN=:8080
EXPOSE 8080
# There is no shell and no curl here: the program asks itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --start-interval=1s CMD ["/deckplan", "health"]
ENTRYPOINT ["/deckplan"]
CMD ["serve"]
