package io.ghlrelay.store.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a batch, each bound as one array, for {@code unnest}: a batch of any size is the
 * same statement, so the server plans it once. Not thread-safe.
 */
final class Columns {
  private final List<Column> columns = new ArrayList<>();
  private int rows;
  private int next;

  private record Column(String type, List<@Nullable Object> values) {}

  /** Columns of these SQL types, empty. */
  Columns(String... types) {
    for (String type : types) {
      columns.add(new Column(type, new ArrayList<>()));
    }
  }

  /** Adds a row: as many values as there are columns, in their order. */
  Columns row(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(values.length + " values for " + columns.size());
    }
    for (int i = 0; i < values.length; i++) {
      columns.get(i).values().add(values[i]);
    }
    rows++;
    return this;
  }

  boolean isEmpty() {
    return rows == 0;
  }

  /**
   * Binds the columns as the parameters from {@code first} on.
   *
   * @return the number of the parameter after the last one
   */
  int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
    next = first;
    for (Column column : columns) {
      statement.setArray(next++, array(connection, column));
    }
    return next;
  }

  private static Array array(Connection connection, Column column) throws SQLException {
    List<@Nullable Object> values = column.values();
    Object[] typed =
        switch (column.type()) {
          case "uuid" -> values.toArray(UUID[]::new);
          case "bytea" -> values.toArray(byte[][]::new);
          case "text" -> values.toArray(String[]::new);
          case "int8" -> values.toArray(Long[]::new);
          case "int4" -> values.toArray(Integer[]::new);
          case "bool" -> values.toArray(Boolean[]::new);
          default -> throw new IllegalArgumentException(column.type());
        };
    return connection.createArrayOf(column.type(), typed);
  }
}
