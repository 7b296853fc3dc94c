import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.CoAP.Type;
import org.eclipse.californium.core.coap.MediaTypeRegistry;
import org.eclipse.californium.core.coap.Option;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.elements.config.Configuration;

/** A CoAP server on Californium, for the interop tests: UDP on 127.0.0.1, the resources of ../README.md. */
public final class Server {
	private static final int SEPARATE_AFTER = 400;
	private static final int TICK = 150;
	private static final int ECHO = 252;
	private static final byte[] FRESH = { 0x66, 0x72, 0x65, 0x73, 0x68 };
	private static final byte[] ETAG = { 0x0e, 0x7a, 0x61 };
	private static final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	public static void main(String[] args) throws Exception {
		int port = 0;
		CoapConfig.register();
		Configuration config = Configuration.createStandardWithoutFile();
		config.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, 1 << 24);
		config.set(CoapConfig.PREFERRED_BLOCK_SIZE, 1024);
		config.set(CoapConfig.MAX_MESSAGE_SIZE, 1024);
		for (int i = 0; i < args.length; i++) {
			switch (args[i]) {
			case "--port" -> port = Integer.parseInt(args[++i]);
			case "--block-size" -> {
				int size = Integer.parseInt(args[++i]);
				config.set(CoapConfig.PREFERRED_BLOCK_SIZE, size);
				config.set(CoapConfig.MAX_MESSAGE_SIZE, size);
			}
			default -> throw new IllegalArgumentException(args[i]);
			}
		}
		CoapServer server = new CoapServer(config);
		CoapEndpoint endpoint = CoapEndpoint.builder().setConfiguration(config)
				.setInetSocketAddress(new InetSocketAddress("127.0.0.1", port == 0 ? freePort() : port)).build();
		server.addEndpoint(endpoint);
		server.add(get("hello", exchange -> exchange.respond("hello")), new Echo(),
				get("separate", Server::separate), get("status", Server::status), new Counter("obs", Integer::toString), new Still(),
				get("large", exchange -> exchange.respond(pattern(Integer.parseInt(query(exchange))))), new Store(),
				get("validate", Server::validate), new Made(),
				new Counter("obs-large", count -> String.format("%07d.", count).repeat(250)), get("fresh", Server::fresh));
		server.start();
		System.out.println("{\"ready\":true,\"port\":" + endpoint.getAddress().getPort() + "}");
		System.out.flush();
	}

	private static int freePort() throws java.io.IOException {
		try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
			return socket.getLocalPort();
		}
	}

	private static CoapResource get(String name, Consumer<CoapExchange> handler) {
		return new CoapResource(name) {
			@Override
			public void handleGET(CoapExchange exchange) {
				handler.accept(exchange);
			}
		};
	}

	private static String query(CoapExchange exchange) {
		return exchange.getRequestOptions().getUriQuery().get(0);
	}

	private static void separate(CoapExchange exchange) {
		exchange.accept();
		timer.schedule(() -> exchange.respond("separate"), SEPARATE_AFTER, TimeUnit.MILLISECONDS);
	}

	private static void status(CoapExchange exchange) {
		String[] parts = query(exchange).split("\\.");
		exchange.respond(ResponseCode.valueOf(Integer.parseInt(parts[0]) << 5 | Integer.parseInt(parts[1])), query(exchange));
	}

	private static void validate(CoapExchange exchange) {
		exchange.setETag(ETAG);
		if (exchange.getRequestOptions().containsETag(ETAG)) {
			exchange.respond(ResponseCode.VALID);
		} else {
			exchange.respond("validate");
		}
	}

	@SuppressWarnings("deprecation")
	private static void fresh(CoapExchange exchange) {
		for (Option option : exchange.getRequestOptions().getOthers()) {
			if (option.getNumber() == ECHO && Arrays.equals(option.getValue(), FRESH)) {
				exchange.respond("fresh");
				return;
			}
		}
		Response response = new Response(ResponseCode.UNAUTHORIZED);
		response.getOptions().addOption(new Option(ECHO, FRESH));
		exchange.respond(response);
	}

	private static String pattern(int size) {
		StringBuilder text = new StringBuilder(size + 8);
		for (int offset = 0; offset < size; offset += 8) {
			text.append(String.format("%07d.", offset));
		}
		return text.substring(0, size);
	}

	private static final class Echo extends CoapResource {
		Echo() {
			super("echo");
		}

		@Override
		public void handleGET(CoapExchange exchange) {
			exchange.respond("echo");
		}

		@Override
		public void handlePUT(CoapExchange exchange) {
			exchange.respond(ResponseCode.CHANGED, exchange.getRequestPayload(), MediaTypeRegistry.TEXT_PLAIN);
		}

		@Override
		public void handlePOST(CoapExchange exchange) {
			handlePUT(exchange);
		}

		@Override
		public void handlePATCH(CoapExchange exchange) {
			handlePUT(exchange);
		}

		@Override
		public void handleIPATCH(CoapExchange exchange) {
			handlePUT(exchange);
		}

		@Override
		public void handleFETCH(CoapExchange exchange) {
			exchange.respond(ResponseCode.CONTENT, exchange.getRequestPayload(), MediaTypeRegistry.TEXT_PLAIN);
		}

		@Override
		public void handleDELETE(CoapExchange exchange) {
			exchange.respond(ResponseCode.DELETED);
		}
	}

	/** Counts while somebody observes it. */
	private static final class Counter extends CoapResource {
		private final IntFunction<String> text;
		private volatile int count;
		private ScheduledFuture<?> ticking;

		Counter(String name, IntFunction<String> text) {
			super(name);
			this.text = text;
			setObservable(true);
			setObserveType(Type.NON);
			getAttributes().setObservable();
		}

		@Override
		public synchronized void handleGET(CoapExchange exchange) {
			// Without it a client cannot tell that the second block is one of a newer state.
			exchange.setETag(Integer.toHexString(count).getBytes(StandardCharsets.US_ASCII));
			exchange.respond(text.apply(count));
			if (ticking == null && exchange.getRequestOptions().hasObserve()) {
				ticking = timer.scheduleAtFixedRate(this::tick, TICK, TICK, TimeUnit.MILLISECONDS);
			}
		}

		private synchronized void tick() {
			if (getObserverCount() == 0) {
				ticking.cancel(false);
				ticking = null;
			}
			count++;
			changed();
		}
	}

	private static final class Still extends CoapResource {
		Still() {
			super("still");
			setObservable(true);
			getAttributes().setObservable();
		}

		@Override
		public void handleGET(CoapExchange exchange) {
			exchange.respond("still");
		}
	}

	/** Says what it got: the first 16 digits of its SHA-256. */
	private static final class Store extends CoapResource {
		Store() {
			super("store");
		}

		@Override
		public void handlePUT(CoapExchange exchange) {
			try {
				byte[] digest = MessageDigest.getInstance("SHA-256").digest(exchange.getRequestPayload());
				exchange.respond(ResponseCode.CHANGED, HexFormat.of().formatHex(digest, 0, 8));
			} catch (GeneralSecurityException impossible) {
				throw new IllegalStateException(impossible);
			}
		}
	}

	/** Made by a PUT, gone with a DELETE. */
	private static final class Made extends CoapResource {
		private boolean there;

		Made() {
			super("made");
		}

		@Override
		public synchronized void handlePUT(CoapExchange exchange) {
			if (there && exchange.getRequestOptions().hasIfNoneMatch()) {
				exchange.respond(ResponseCode.PRECONDITION_FAILED);
				return;
			}
			exchange.respond(there ? ResponseCode.CHANGED : ResponseCode.CREATED);
			there = true;
		}

		@Override
		public synchronized void handleDELETE(CoapExchange exchange) {
			there = false;
			exchange.respond(ResponseCode.DELETED);
		}
	}

	private Server() {
	}
}
