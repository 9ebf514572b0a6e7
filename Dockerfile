# syntax=docker/dockerfile:1
# Built for: docker run --read-only --tmpfs /tmp:exec -v relay-data:/data \
#              -v ./relay.yaml:/etc/ghl-relay/relay.yaml:ro -p 8080:8080 ghl-relay
# The project's own machines have no container engine, so this file is kept simple and is not
# part of the automated tests.

FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY . .
RUN ./mvnw -B -ntp -DskipTests package \
 && mkdir -p /rootfs/data/tmp

FROM gcr.io/distroless/java25-debian13:nonroot
COPY --from=build --chown=65532:65532 /rootfs/data /data
COPY --from=build /src/relay/target/relay.jar /app/relay.jar
USER 65532:65532
VOLUME /data
EXPOSE 8080
# RocksDB, Netty and the crypto provider unpack native libraries: they need a folder that may
# execute, which a read-only root and Docker's default noexec tmpfs do not give. /data/tmp does.
ENV JAVA_TOOL_OPTIONS="-Djava.io.tmpdir=/data/tmp -XX:MaxRAMPercentage=50"
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["java", "-XX:TieredStopAtLevel=1", "-jar", "/app/relay.jar", "readyz", "-c", "/etc/ghl-relay/relay.yaml"]
ENTRYPOINT ["java", "-jar", "/app/relay.jar"]
CMD ["serve", "-c", "/etc/ghl-relay/relay.yaml"]
