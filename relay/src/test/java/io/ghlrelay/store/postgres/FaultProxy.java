package io.ghlrelay.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network cable to a port of 127.0.0.1 that can be cut: nothing is closed, the bytes just do not
 * arrive until it is healed, as between machines. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int CHUNK = 64 * 1024;

  private final int to;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private boolean cut; // guarded by this

  /** A cable to a port. */
  public FaultProxy(int to) throws IOException {
    this.to = to;
    this.server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    thread("fault-proxy-accept", this::accept);
  }

  /** Its near end, on 127.0.0.1. */
  public int port() {
    return server.getLocalPort();
  }

  /** Nothing arrives any more. */
  public synchronized void cut() {
    cut = true;
  }

  /** Everything arrives, what was sent meanwhile too. */
  public synchronized void heal() {
    cut = false;
    notifyAll();
  }

  private synchronized void awaitCable() throws InterruptedException {
    while (cut) {
      wait();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        sockets.add(near);
        thread("fault-proxy", () -> connect(near));
      }
    } catch (IOException closed) {
      sockets.forEach(FaultProxy::close);
    }
  }

  private void connect(Socket near) {
    try {
      awaitCable();
      Socket far = new Socket(InetAddress.getLoopbackAddress(), to);
      sockets.add(far);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      thread("fault-proxy-back", () -> copy(far, near));
      copy(near, far);
    } catch (IOException refused) {
      close(near);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(near);
    }
  }

  /** Until one side ends; the end travels by the cable too. */
  private void copy(Socket from, Socket onto) {
    byte[] chunk = new byte[CHUNK];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = onto.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        awaitCable();
        out.write(chunk, 0, read);
      }
      awaitCable();
    } catch (IOException ended) {
      Thread.onSpinWait(); // by whichever side; both are closed below
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(from);
      close(onto);
      sockets.remove(from);
      sockets.remove(onto);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    heal();
    server.close();
  }
}
