package io.ghlrelay.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Method and path to operation: one table, equal to the OpenAPI document. Immutable once built. */
final class Router {
  private static final String REST = "{path}";

  private final List<Operation> operations = new ArrayList<>();

  /**
   * One row of the table.
   *
   * @param method HTTP method
   * @param template path with variables, as {@code /api/v1/events/{id}}; one called {@code path}
   *     takes all that is left
   * @param open whether it is served without a token
   * @param action what it changes, in a word for the audit log; null exactly for GET
   * @param noted members of the body that the audit log notes with it
   * @param handler what it does; may block
   */
  record Operation(
      String method,
      String template,
      boolean open,
      @Nullable String action,
      Set<String> noted,
      Function<ApiRequest, ApiResponse> handler) {
    Operation {
      if (method.equals("GET") != (action == null)) {
        throw new IllegalArgumentException(method + " " + template + ": action " + action);
      }
    }
  }

  /** An operation and the values of its path's variables. */
  record Match(Operation operation, Map<String, String> variables) {}

  /** Adds one that only reads. */
  Router get(String template, boolean open, Function<ApiRequest, ApiResponse> handler) {
    operations.add(new Operation("GET", template, open, null, Set.of(), handler));
    return this;
  }

  /** Adds one that changes something; the audit log notes these members of its body. */
  Router change(
      String method,
      String template,
      boolean open,
      String action,
      Set<String> noted,
      Function<ApiRequest, ApiResponse> handler) {
    operations.add(new Operation(method, template, open, action, noted, handler));
    return this;
  }

  List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** The operation of a request; throws 404 or 405. HEAD is served as GET. */
  Match match(String method, String path) {
    String wanted = method.equals("HEAD") ? "GET" : method;
    TreeSet<String> allowed = new TreeSet<>();
    for (Operation operation : operations) {
      Map<String, String> variables = variables(operation.template(), path);
      if (variables != null) {
        if (operation.method().equals(wanted)) {
          return new Match(operation, variables);
        }
        allowed.add(operation.method());
        if (operation.method().equals("GET")) {
          allowed.add("HEAD");
        }
      }
    }
    if (allowed.isEmpty()) {
      throw new ApiException(404, "There is nothing at this path; see /openapi.json.");
    }
    throw ApiException.methodNotAllowed(String.join(", ", allowed));
  }

  private static @Nullable Map<String, String> variables(String template, String path) {
    String[] wanted = template.split("/", -1);
    String[] given = path.split("/", -1);
    boolean rest = wanted[wanted.length - 1].equals(REST);
    if (rest ? given.length < wanted.length : given.length != wanted.length) {
      return null;
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < wanted.length; i++) {
      if (rest && i == wanted.length - 1) {
        variables.put("path", String.join("/", List.of(given).subList(i, given.length)));
      } else if (wanted[i].startsWith("{")) {
        if (given[i].isEmpty()) {
          return null;
        }
        variables.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
      } else if (!wanted[i].equals(given[i])) {
        return null;
      }
    }
    return variables;
  }
}
