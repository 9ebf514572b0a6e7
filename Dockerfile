# syntax=docker/dockerfile:1
# Built with:  docker build -t ghl-relay .
# Run with:    docker run --read-only --tmpfs /tmp -v relay-data:/data \
#                -v ./relay.yaml:/etc/ghl-relay/relay.yaml:ro -p 8080:8080 ghl-relay
# In relay.yaml: ingress.listen 0.0.0.0:8080, store.rocksdb.path /data/store.
#
# The project's tests have no container engine, so they never ran this file. What it relies on they
# did run by hand: the same folder /app, on a read-only root with a noexec /tmp, as user 65532.

FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY . .
RUN ./mvnw -B -ntp -DskipTests -Dsbom package

# A base with a shell, so that the launcher works as it does everywhere, and so that the archive of
# classes is made by the very Java that uses it: it fits no other.
FROM eclipse-temurin:25-jre
COPY --from=build /src/relay/bin /app/bin
COPY --from=build /src/relay/target/native /app/native
COPY --from=build /src/relay/target/relay.jar /app/relay.jar
# The native libraries lie unpacked in /app/native: nothing is executed from /tmp or /data.
ENV PATH="/app/bin:$PATH" \
    RELAY_LIB=/app \
    RELAY_JAVA_OPTIONS="-XX:MaxRAMPercentage=50"
RUN make-archive /app/relay.jar && install -d -o 65532 -g 65532 /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
  CMD ["ghl-relay", "readyz", "-c", "/etc/ghl-relay/relay.yaml"]
ENTRYPOINT ["ghl-relay"]
CMD ["serve", "-c", "/etc/ghl-relay/relay.yaml"]
